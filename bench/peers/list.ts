// The floor of a look at what has changed: list the directory, ask for the state of every file.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2]!;
for (const name of readdirSync(directory)) statSync(join(directory, name), { bigint: true });
