// The floor of a build: list the directory, read the first 4 KiB of every file, and do nothing else.
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2]!;
const buffer = Buffer.allocUnsafe(4096);
for (const name of readdirSync(directory)) {
  const path = join(directory, name);
  statSync(path, { bigint: true });
  const descriptor = openSync(path, 'r');
  readSync(descriptor, buffer, 0, buffer.length, 0);
  closeSync(descriptor);
}
