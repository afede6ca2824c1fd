// What tells whether something is as it was.
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url').slice(0, 22);
}

/** The program's own text, file by file, so that no change to it can be forgotten. @param folder below `src/` */
export function programIn(folder: string): readonly (readonly [path: string, text: string])[] {
  const directory = join(import.meta.dirname, folder);
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((path) => [relative(directory, path), readFileSync(path, 'utf8')]);
}
