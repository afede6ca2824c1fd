// What is on disk: every file that may be a seed, in one order, and nothing that is not.
import { type Stats, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { SeedFile } from '../article.ts';

export type Found =
  | { readonly kind: 'file'; readonly file: SeedFile }
  /** Not followed or not read; `why` is for a person. */
  | { readonly kind: 'ignored'; readonly path: string; readonly why: string }
  /** What lies below could not be listed: nothing can be said about it, least of all that it has gone. */
  | { readonly kind: 'unlisted'; readonly path: string; readonly error: Error };

export interface WalkOptions {
  /** Absolute. */
  readonly root: string;
  /** Ends of file names, with the dot. */
  readonly extensions: readonly string[];
  /** Told of each directory before it is listed, so that a watch can be in place by then. */
  readonly onDirectory?: (path: string) => void;
}

/**
 * Everything below `from`, in the order of the paths' UTF-8 bytes, which is the ledger's too.
 * Directories are followed; dot-files, links that leave the root, pipes and devices are not.
 *
 * @param from relative to the root; '' for all
 */
export function* walk(options: WalkOptions, from = ''): Generator<Found> {
  options.onDirectory?.(from);
  let names: string[];
  try {
    const entries = readdirSync(join(options.root, from), { withFileTypes: true });
    names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  } catch (error) {
    yield { kind: 'unlisted', path: from, error: error as Error };
    return;
  }
  names.sort(comparePaths);
  for (const name of names) {
    if (name.startsWith('.')) continue;
    const path = from === '' ? name : `${from}/${name}`;
    if (name.endsWith('/')) {
      yield* walk(options, path.slice(0, -1));
    } else {
      const found = examine(options, path);
      if (found !== null) yield found;
    }
  }
}

/** What is at `path` (relative): `null` if nothing is, `'directory'` if it is one. */
export function lookAt(options: WalkOptions, path: string): Found | 'directory' | null {
  if (path.split('/').some((name) => name.startsWith('.')))
    return { kind: 'ignored', path, why: 'a dot-file' };
  const stats = foldersAreReal(options.root, path)
    ? statOrNull(() => lstatSync(join(options.root, path)))
    : null;
  if (stats === null && !path.includes('\uFFFD')) return null;
  return stats?.isDirectory() ? 'directory' : examine(options, path);
}

function examine({ root, extensions }: WalkOptions, path: string): Found | null {
  const ignored = (why: string): Found => ({ kind: 'ignored', path, why });
  const extension = extensions.find((end) => path.endsWith(end));
  if (extension === undefined) return ignored(`its name does not end in ${extensions.join(' or ')}`);
  let stats = statOrNull(() => lstatSync(join(root, path)));
  if (stats?.isSymbolicLink()) {
    if (linkTarget(root, path) === null) return ignored('a symbolic link that leaves the seeds directory');
    stats = statOrNull(() => statSync(join(root, path)));
  }
  if (stats === null) {
    // A name that is not UTF-8 arrives damaged and cannot be opened by it.
    return path.includes('\uFFFD') ? ignored('its name is not UTF-8: rename it') : null;
  }
  if (!stats.isFile()) return ignored('neither a file nor a directory');
  return { kind: 'file', file: seedFile(path, stats) };
}

/** False if a link stands for one of the folders on the way to `path`: a walk would not have come by. */
function foldersAreReal(root: string, path: string): boolean {
  const folders = path.split('/').slice(0, -1);
  return folders.every((_, i) => {
    const folder = join(root, ...folders.slice(0, i + 1));
    return statOrNull(() => lstatSync(folder))?.isDirectory() === true;
  });
}

/** Where a symbolic link leads, resolved to the end; `null` if that is outside of the root or nowhere. */
export function linkTarget(root: string, path: string): string | null {
  try {
    const target = realpathSync(join(root, path));
    return target.startsWith(realpathSync(root) + sep) ? target : null;
  } catch {
    return null;
  }
}

export function seedFile(path: string, stats: Stats): SeedFile {
  return {
    path,
    size: stats.size,
    modifiedMs: Math.trunc(stats.mtimeMs),
    changedMs: Math.trunc(stats.ctimeMs),
    renamed: stats.mtimeMs !== stats.ctimeMs,
    fingerprint: fingerprint(stats),
  };
}

export function fingerprint(stats: Stats): string {
  return `${stats.size}-${stats.mtimeMs}-${stats.ctimeMs}-${stats.ino}`;
}

/** When the file was last written, as its fingerprint has it. ms */
export function writtenMs(print: string): number {
  return Math.trunc(Number(print.split('-')[1]));
}

/** `null` where there is nothing (any more), or nothing that may be looked at. */
function statOrNull<T>(stat: () => T): T | null {
  try {
    return stat();
  } catch {
    return null;
  }
}

/** The order of UTF-8 bytes, in which SQLite sorts too: surrogates stand above the rest of the BMP. */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
