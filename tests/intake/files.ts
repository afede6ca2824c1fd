// Awkward things to find in a directory, and a user who may not read everything.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeedFile } from '../../src/article.ts';
import { SeedReader } from '../../src/intake/read.ts';
import { lookAt } from '../../src/intake/walk.ts';
import { temporaryDirectory } from '../support/directories.ts';

export const TXT = ['.txt'];

/** The file at `path` as the walk describes it. */
export function seedAt(root: string, path: string): SeedFile {
  const found = lookAt({ root, extensions: TXT }, path);
  if (found === null || found === 'directory' || found.kind !== 'file') {
    throw new Error(`no file at ${path}: ${JSON.stringify(found)}`);
  }
  return found.file;
}

/** How much of a seed is read first. bytes */
export function headLength(): number {
  const root = temporaryDirectory();
  writeFileSync(join(root, 'a.txt'), 'x'.repeat(100_000));
  const head = new SeedReader(root, 100_000).head(seedAt(root, 'a.txt'));
  if (head.kind !== 'text') throw new Error(head.kind);
  return head.text.length;
}

export function makePipe(directory: string, path: string): void {
  run('mkfifo', join(directory, path));
}

/** False where this user may make none. */
export function makeDevice(directory: string, path: string): boolean {
  return spawnSync('mknod', [join(directory, path), 'c', '1', '3']).status === 0;
}

/** Does `action` as a user whom file modes bind. */
export function asOrdinaryUser<T>(action: () => T): T {
  if (process.geteuid!() !== 0) return action();
  process.seteuid!(65_534);
  try {
    return action();
  } finally {
    process.seteuid!(0);
  }
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}
