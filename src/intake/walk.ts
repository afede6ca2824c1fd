// What is on disk: every file that may be a seed, in one order, and nothing that is not.
import { type Stats, lstatSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { SeedFile } from '../article.ts';
import { listDirectory } from './list.ts';

export type Found =
  | { readonly kind: 'file'; readonly file: SeedFile }
  /** Nothing yet: a large directory is being listed, and something else may have its turn. */
  | { readonly kind: 'pause' }
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
  /** From the last path to the first: names that count or tell a day have the newest there. */
  readonly descending?: boolean;
  /** Told how much has been walked. */
  readonly progress?: { share: number };
}

/** Of the whole, 0 to 1: where a folder's part begins, and how much it is. */
interface Part {
  readonly from: number;
  readonly size: number;
}

/**
 * Everything below `from`, in the order of the paths' UTF-8 bytes, which is the ledger's too, or backwards.
 * Directories are followed; dot-files, links that leave the root, pipes and devices are not.
 *
 * @param from relative to the root; '' for all
 */
export function* walk(options: WalkOptions, from = '', part: Part = WHOLE): Generator<Found> {
  options.onDirectory?.(from);
  const compare = options.descending === true ? (a: string, b: string) => comparePaths(b, a) : comparePaths;
  let names: readonly string[];
  try {
    const listing = listDirectory(join(options.root, from), compare);
    let step = listing.next();
    for (; step.done !== true; step = listing.next()) yield PAUSE;
    names = step.value;
  } catch (error) {
    yield { kind: 'unlisted', path: from, error: error as Error };
    return;
  }
  const size = part.size / names.length;
  let here = part.from - size;
  for (const name of names) {
    here += size;
    if (options.progress) options.progress.share = here;
    if (name.startsWith('.')) continue;
    const path = from === '' ? name : `${from}/${name}`;
    if (name.includes('\uFFFD')) {
      yield { kind: 'ignored', path, why: NOT_UTF8 };
    } else if (name.endsWith('/')) {
      yield* walk(options, path.slice(0, -1), { from: here, size });
    } else {
      const found = examineOrFail(options, path, from);
      if (found !== null) yield found;
      // A folder that can be listed and not entered: what holds for one name holds for all.
      if (found?.kind === 'unlisted') return;
    }
  }
}

const WHOLE: Part = { from: 0, size: 1 };
const PAUSE: Found = { kind: 'pause' };

/** Such a name arrives damaged, and cannot be opened by what arrives. */
const NOT_UTF8 = 'its name is not UTF-8: rename it';

/**
 * What is at `path` (relative): `null` if nothing is, `'directory'` if it is one. Where the root itself is not there, nothing
 * can be said.
 */
export function lookAt(options: WalkOptions, path: string): Found | 'directory' | null {
  if (path.split('/').some((name) => name.startsWith('.')))
    return { kind: 'ignored', path, why: 'a dot-file' };
  if (path.includes('\uFFFD')) return { kind: 'ignored', path, why: NOT_UTF8 };
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  try {
    if (!foldersAreReal(options.root, path) || !existsAt(options.root, path)) {
      statSync(options.root);
      return null;
    }
    if (statOrNull(() => lstatSync(join(options.root, path)))?.isDirectory() === true) return 'directory';
  } catch (error) {
    return { kind: 'unlisted', path: folder, error: error as Error };
  }
  return examineOrFail(options, path, folder);
}

function existsAt(root: string, path: string): boolean {
  return lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
}

/** What `examine` finds; if the file system does not tell, the folder is one that cannot be listed. */
function examineOrFail(options: WalkOptions, path: string, folder: string): Found | null {
  try {
    return examine(options, path);
  } catch (error) {
    return { kind: 'unlisted', path: folder, error: error as Error };
  }
}

function examine({ root, extensions }: WalkOptions, path: string): Found | null {
  const ignored = (why: string): Found => ({ kind: 'ignored', path, why });
  const extension = extensions.find((end) => path.endsWith(end));
  if (extension === undefined) return ignored(`its name does not end in ${extensions.join(' or ')}`);
  let stats = statOrNull(() => lstatSync(`${root}/${path}`));
  if (stats?.isSymbolicLink()) {
    if (linkTarget(root, path) === null) return ignored('a symbolic link that leaves the seeds directory');
    stats = statOrNull(() => statSync(join(root, path)));
  }
  if (stats === null) return null;
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

/** The size of the file, as its fingerprint has it. */
export function fileBytes(print: string): number {
  return Number(print.slice(0, print.indexOf('-')));
}

/** When the file was last written, as its fingerprint has it. ms */
export function writtenMs(print: string): number {
  return Math.trunc(Number(print.split('-')[1]));
}

/** `null` where there is nothing (any more). What else the file system says is thrown. */
function statOrNull<T>(stat: () => T): T | null {
  try {
    return stat();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
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
