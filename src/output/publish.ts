// Documents → files under `DATA/public/`, replaced atomically and only when their bytes change, and
// the snapshot that HTTP serves the same bytes from.
import { mkdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document } from '../article.ts';
import { Coder } from './coder.ts';
import { type CodedBody, type Coding, encode, isWorthCoding, smallestFirst } from './codings.ts';
import { readPublished, removeCoded, replaceFile, writeCoded } from './files.ts';
import type { Gzipped } from './gzip.ts';
import { represent, type Representation, type Snapshot, withCodings } from './snapshot.ts';

/** Each takes a descriptor while it is written. */
const FILES_AT_ONCE = 32;

export class Publisher {
  readonly #directory: string;
  #snapshot: Snapshot;
  /** Documents whose file could not be written; tried again with the next publication. */
  readonly #unwritten = new Set<string>();
  readonly #coder: Coder;
  /** The last version of a document of which there is a gzip body, until there is one of the version that there is. */
  readonly #gzipped = new Map<string, Gzipped>();
  /** The writing of codings, which must not end behind that of a later version. */
  readonly #codedFiles = new Set<Promise<void>>();

  /**
   * Starts with what was published last, so that it can be served before anything else is done.
   *
   * @param signal ends the preparation of codings between two documents; the next start goes on
   */
  constructor(directory: string, signal?: AbortSignal) {
    this.#directory = directory;
    this.#coder = new Coder(async (path, coding) => this.#encode(path, coding), signal);
    mkdirSync(directory, { recursive: true });
    this.#snapshot = readPublished(directory);
    this.#lackCodings([...this.#snapshot.values()].filter(({ codings }) => codings.length === 0));
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /**
   * Serves `documents` from now on, then writes those whose bytes differ from what stood there.
   *
   * @param complete true if these are all there are: any other document is removed
   * @returns the paths of what changed
   * @throws AggregateError if files could not be written; they are served all the same
   */
  async publish(documents: readonly Document[], complete: boolean, now: number): Promise<string[]> {
    const next = new Map<string, Representation>(complete ? [] : this.#snapshot);
    const changed: string[] = [];
    for (const document of documents) {
      const before = this.#snapshot.get(document.path);
      const same = before?.body.equals(document.body) === true;
      next.set(document.path, same ? known(before, document) : represent(document, now, before));
      if (!same) changed.push(document.path);
      if (!same && before !== undefined) this.#rememberGzip(before);
    }
    const removed = [...this.#snapshot.keys()].filter((path) => !next.has(path));
    this.#snapshot = next;
    for (const path of changed) this.#unwritten.add(path);
    for (const path of removed) this.#gzipped.delete(path);
    this.#lackCodings(changed.map((path) => next.get(path)!));
    this.#coder.start();
    await this.#writeFiles(removed);
    return [...changed, ...removed];
  }

  /**
   * Removes any document but those at `paths`.
   *
   * @returns the paths of what was removed
   * @throws AggregateError if files could not be removed
   */
  async retain(paths: ReadonlySet<string>): Promise<string[]> {
    const removed = [...this.#snapshot.keys()].filter((path) => !paths.has(path));
    this.#snapshot = new Map([...this.#snapshot].filter(([path]) => paths.has(path)));
    for (const path of removed) this.#gzipped.delete(path);
    await this.#writeFiles(removed);
    return removed;
  }

  /** Resolves when everything published is there in every coding, and written. */
  async encoded(): Promise<void> {
    await this.#coder.idle();
    await Promise.all(this.#codedFiles);
  }

  #lackCodings(representations: readonly Representation[]): void {
    this.#coder.ask(representations.filter(({ body }) => isWorthCoding(body)).map(({ path }) => path));
  }

  #rememberGzip({ path, body: plain, codings }: Representation): void {
    const { body, segments } = codings.find(({ coding }) => coding === 'gzip') ?? {};
    if (body !== undefined && segments !== undefined) this.#gzipped.set(path, { plain, body, segments });
  }

  /** Prepares what there is now under `path`, in memory and beside the file. */
  async #encode(path: string, coding: Coding): Promise<void> {
    const before = this.#snapshot.get(path);
    if (before === undefined) return;
    const coded = await encode(coding, before, this.#gzipped.get(path));
    const now = this.#snapshot.get(path);
    // It may have been published anew meanwhile.
    if (now?.etag !== before.etag) return;
    if (coding === 'gzip') this.#gzipped.delete(path);
    if (coded === null) return;
    this.#snapshot = new Map(this.#snapshot).set(
      path,
      withCodings(now, smallestFirst([...now.codings, coded])),
    );
    // Else it is written with the document.
    if (this.#unwritten.has(path)) return;
    const writing = this.#writeBeside(path, [coded], now.lastModified)
      .catch(() => {})
      .finally(() => this.#codedFiles.delete(writing));
    this.#codedFiles.add(writing);
    await writing;
  }

  /** A failure is the next publication's to mend. */
  async #writeBeside(path: string, codings: readonly CodedBody[], lastModified: number): Promise<void> {
    try {
      await writeCoded(join(this.#directory, path), codings, lastModified);
    } catch (error) {
      this.#unwritten.add(path);
      throw error;
    }
  }

  /** Files that somebody else deleted or changed are written again with the next publication. */
  verify(): void {
    for (const { path, body, lastModified } of this.#snapshot.values()) {
      const stats = statSync(join(this.#directory, path), { throwIfNoEntry: false });
      const same = stats?.size === body.length && Math.floor(stats.mtimeMs / 1000) * 1000 === lastModified;
      if (!same) this.#unwritten.add(path);
    }
  }

  async #writeFiles(removed: readonly string[]): Promise<void> {
    await Promise.all(this.#codedFiles);
    const writes = [...this.#unwritten].flatMap((path) => this.#snapshot.get(path) ?? []);
    const steps = [
      ...writes.map(({ path, body, lastModified }) => async (): Promise<void> => {
        const file = join(this.#directory, path);
        // A server must not find the old bytes in a coding beside the new ones.
        await removeCoded(file);
        await replaceFile(file, body, lastModified);
        this.#unwritten.delete(path);
        // Those that are there by now; others are written when they are.
        const { codings } = this.#snapshot.get(path)!;
        await this.#writeBeside(path, codings, lastModified);
      }),
      ...removed.map((path) => async (): Promise<void> => {
        const file = join(this.#directory, path);
        await removeCoded(file);
        await rm(file, { force: true });
      }),
    ];
    const outcomes: PromiseSettledResult<void>[] = [];
    for (let done = 0; done < steps.length; done += FILES_AT_ONCE) {
      const next = steps.slice(done, done + FILES_AT_ONCE);
      outcomes.push(...(await Promise.allSettled(next.map(async (step) => step()))));
    }
    const errors = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as Error] : [],
    );
    if (errors.length > 0) throw new AggregateError(errors, errors[0]!.message, { cause: errors[0] });
  }
}

/** What was read from a file at the start says nothing of its entries. */
function known(before: Representation, { entries = [] }: Document): Representation {
  if (before.entries.length === entries.length) return before;
  return withCodings({ ...before, entries, versions: new Map() }, before.codings);
}
