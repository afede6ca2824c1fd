// Documents as files: replaced atomically, with their codings beside them.
import { constants, lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Document } from '../article.ts';
import { type CodedBody, CODINGS, encodeAll, EXTENSIONS, isWorthCoding, smallestFirst } from './codings.ts';
import { isArchiveFolder } from './paths.ts';
import {
  isPublishable,
  representStored,
  type Representation,
  type Snapshot,
  wholeSecond,
  withCodings,
} from './snapshot.ts';
import { entityTag, type Store, type Stored } from './store.ts';
import { readTags, type Tags } from './tags.ts';

/** Ours alone: whatever bears it was left by a process that was killed while writing. */
const TEMPORARY = /^\..+\.feedmill-tmp$/;

/** A folder of documents that are written once and for all, and not held in memory. */
export class DocumentFolder {
  readonly #directory: string;
  readonly #folder: string;

  /** @param folder below `directory`, in which the documents' paths begin */
  constructor(directory: string, folder: string) {
    this.#directory = directory;
    this.#folder = folder;
  }

  /** With its codings; nothing if it is there already. @param changed for the file's time. ms */
  async write(document: Document, changed: number): Promise<void> {
    const { path, body } = document;
    const file = join(this.#directory, path);
    const before = await readFile(file).catch(() => null);
    if (before?.equals(body) === true) return;
    await removeCoded(file);
    await replaceFile(file, body, changed);
    if (!isWorthCoding(body)) return;
    const codings = await encodeAll(document);
    await Promise.all(
      codings.map(async (coded) => replaceFile(file + EXTENSIONS[coded.coding], coded.body, changed)),
    );
  }

  /** Removes documents but those at `paths`, and their codings, unless they were written after `until`. */
  removeOthers(paths: ReadonlySet<string>, until: number): void {
    const folder = join(this.#directory, this.#folder);
    const names = statSync(folder, { throwIfNoEntry: false }) ? readdirSync(folder) : [];
    for (const name of names) {
      const path = pathOfFile(`${this.#folder}/${name}`);
      const file = join(folder, name);
      if (!paths.has(path) && lstatSync(file).ctimeMs < until) rmSync(file, { force: true });
    }
  }
}

const CODED = new RegExp(`(?:${Object.values(EXTENSIONS).join('|').replaceAll('.', '\\.')})$`);

/** The path of the document that a file is, in whichever coding. */
export function pathOfFile(file: string): string {
  return file.replace(CODED, '');
}

export async function removeCoded(file: string): Promise<void> {
  await Promise.all(CODINGS.map((coding) => rm(file + EXTENSIONS[coding], { force: true })));
}

/** A reader finds the old bytes or the new ones, also after a power cut. */
export async function replaceFile(file: string, body: Buffer, lastModified: number): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.feedmill-tmp`);
  try {
    const handle = await openNew(temporary);
    try {
      await handle.writeFile(body);
      await handle.utimes(lastModified / 1000, lastModified / 1000);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** To be written, whatever was left there. Its folder is made if there is none. */
async function openNew(file: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  return open(file, flags, 0o644).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
    return open(file, flags, 0o644);
  });
}

export interface Published {
  readonly snapshot: Snapshot;
  /** What was said of all documents together, if they are all there as they were then, and no others. */
  readonly imprint: unknown;
}

/**
 * Where documents lie, as they were published last. Archives are made when they are asked for, and are not read.
 *
 * @param tagsFile says what need not be read
 */
export function readPublished(directory: string, tagsFile: string, store: Store): Published {
  const snapshot = new Map<string, Representation>();
  const tags = readTags(tagsFile);
  let known = 0;
  for (const path of filesIn(directory, '')) {
    const file = join(directory, path);
    if (TEMPORARY.test(basename(path))) {
      rmSync(file, { force: true });
      continue;
    }
    if (!isPublishable(path)) continue;
    const stats = statSync(file);
    // What a full disk or a shell's redirection leaves of a document.
    if (stats.size === 0) continue;
    const tag = tags.of(path, stats);
    if (tag !== null) known += 1;
    const stored = storedIn(directory, path, stats.size, tag, store);
    const representation = representStored({ path }, stored, stats.mtimeMs);
    snapshot.set(path, withCodings(representation, readCoded(directory, representation, tags, store)));
  }
  const asTheyWere = known === snapshot.size && known === tags.documents.length;
  return { snapshot, imprint: asTheyWere ? tags.imprint : null };
}

/** What was prepared of it, if all of that is there and of the same time. */
function readCoded(
  directory: string,
  { path, lastModified }: Representation,
  tags: Tags,
  store: Store,
): CodedBody[] {
  const found: CodedBody[] = [];
  for (const coding of CODINGS) {
    const file = path + EXTENSIONS[coding];
    const stats = lstatSync(join(directory, file), { throwIfNoEntry: false });
    if (stats?.isFile() !== true || stats.size === 0) return [];
    if (wholeSecond(stats.mtimeMs) !== lastModified) return [];
    found.push({ coding, ...storedIn(directory, file, stats.size, tags.of(file, stats), store) });
  }
  return smallestFirst(found);
}

/** @param tag `null` if it is not known */
function storedIn(directory: string, file: string, size: number, tag: string | null, store: Store): Stored {
  if (tag !== null) return store.in(file, { etag: tag, length: size });
  const body = readFileSync(join(directory, file));
  return store.in(file, { etag: entityTag(body), length: body.length });
}

/** Paths of files, those in archives left out. */
function* filesIn(directory: string, folder: string): Generator<string> {
  for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile() || (entry.isSymbolicLink() && TEMPORARY.test(entry.name))) yield path;
    else if (entry.isDirectory() && !isArchiveFolder(path)) yield* filesIn(directory, path);
  }
}
