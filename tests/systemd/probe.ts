// Runs in feedmill's place, in its sandbox: tries to make a file in every directory that there is, and says where it could.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kernel's own; systemd-analyze says what of them is protected. */
const NO_FILES = new Set(['/proc', '/sys']);

function* writable(folder: string): Generator<string> {
  const file = join(folder, '.probe');
  const entries = attempt(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  if (attempt(() => [writeFileSync(file, ''), rmSync(file)])) yield folder;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !NO_FILES.has(path)) yield* writable(path);
  }
}

function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}

writeFileSync(join(process.env['STATE_DIRECTORY']!, 'writable'), [...writable('/')].join('\n'));
