// Temporary directories that are gone when the test is.
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'feedmill-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes each file (paths relative to `directory`), in the order given. */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

/** Puts a finished file in place as a careful archiver does: written under a hidden name, then renamed. */
export async function renameInto(directory: string, path: string, content: string): Promise<void> {
  const target = join(directory, path);
  const hidden = join(dirname(target), `.${process.pid}-${hiddenFiles++}`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(hidden, content);
  await rename(hidden, target);
}
let hiddenFiles = 0;
