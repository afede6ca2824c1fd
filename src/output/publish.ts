// Documents → files under `DATA/public/`, replaced atomically and only when their bytes change, and
// the snapshot that HTTP serves the same bytes from.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Document } from '../article.ts';
import { Coder } from './coder.ts';
import { type Coding, encode, EXTENSIONS, isWorthCoding, type MadeBody, smallestFirst } from './codings.ts';
import { pathOfFile, readPublished, replaceFile } from './files.ts';
import type { Gzipped } from './gzip.ts';
import { type Representation, representStored, type Snapshot, wholeSecond, withCodings } from './snapshot.ts';
import { bytesOf, inMemory, Store, type Stored } from './store.ts';
import { known, recognise } from './recognise.ts';
import { tagsOf } from './tags.ts';
import { Writer } from './writer.ts';

export interface PublisherOptions {
  /** Ends the preparation of codings between two documents; the next start goes on. */
  readonly signal?: AbortSignal;
  /** Told of a file that is not what was written into it: its document has to be composed anew. */
  readonly onLost?: (path: string) => void;
}

export class Publisher {
  readonly #directory: string;
  readonly #tagsFile: string;
  readonly #store: Store;
  readonly #writer: Writer;
  /** Replaced with each publication. In between only codings come, and whoever has it may see them or not. */
  #snapshot: Map<string, Representation>;
  /** Documents whose bytes are nowhere any more. */
  readonly #lost = new Set<string>();
  readonly #onLost: PublisherOptions['onLost'];
  readonly #coder: Coder;
  /** The last version of a document of which there is a gzip body, until there is one of the version that there is. */
  readonly #gzipped = new Map<string, Gzipped>();
  #imprint: unknown;
  /** Whether there is something that the file of tags does not say. */
  #unsettled = true;
  #settled: Promise<void> | null = null;
  #writing: Promise<void> = Promise.resolve();

  /**
   * Starts with what was published last, so that it can be served before anything else is done.
   *
   * @param tagsFile makes that quick
   */
  constructor(directory: string, tagsFile: string, { signal, onLost }: PublisherOptions = {}) {
    this.#directory = directory;
    this.#onLost = onLost;
    this.#tagsFile = tagsFile;
    this.#store = new Store(directory, (file, etag) => this.#lose(file, etag));
    this.#writer = new Writer(directory, this.#store);
    this.#coder = new Coder(async (path, coding) => this.#encode(path, coding), signal);
    mkdirSync(directory, { recursive: true });
    const { snapshot, imprint } = readPublished(directory, tagsFile, this.#store);
    this.#snapshot = new Map(snapshot);
    this.#imprint = imprint;
    this.#lackCodings([...this.#snapshot.values()].filter(({ codings }) => codings.length === 0));
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /**
   * Serves `documents` from now on, then writes those whose bytes differ from what stood there.
   *
   * @returns the paths of what changed
   * @throws AggregateError if files could not be written; they are served all the same
   */
  async publish(documents: readonly Document[], now: number): Promise<string[]> {
    await recognise(this.#snapshot, documents);
    const next = new Map<string, Representation>(this.#snapshot);
    const changed: string[] = [];
    const lacking: Representation[] = [];
    for (const document of documents) {
      const { path, body } = document;
      const before = this.#snapshot.get(path);
      const stored = inMemory(body);
      const same = before?.etag === stored.etag;
      if (same && !this.#lost.has(path)) {
        next.set(path, known(before, document));
        continue;
      }
      if (!same) changed.push(path);
      if (before !== undefined) this.#rememberGzip(before);
      const put = this.#put(path, stored, body);
      const anew = same
        ? withCodings(known(before, document), [])
        : representStored(document, put, now, before);
      next.set(path, anew);
      lacking.push(anew);
    }
    this.#snapshot = next;
    if (changed.length > 0) this.#imprint = null;
    this.#lackCodings(lacking);
    this.#coder.start();
    await this.#write([]);
    if (lacking.length > 0) this.#unsettled = true;
    if (this.#unsettled) this.#settled ??= this.#settle(now);
    return changed;
  }

  /** What was said of all that is published; `null` if that has changed since, or did while nothing ran. */
  get imprint(): unknown {
    return this.#imprint;
  }

  /** Says something of all that is published, for as long as that does not change, be it over a restart. */
  stamp(imprint: unknown, now: number): void {
    this.#imprint = imprint;
    this.#unsettled = true;
    this.#settled ??= this.#settle(now);
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
    if (removed.length > 0) this.#imprint = null;
    this.#forget(removed);
    await this.#write(removed);
    return removed;
  }

  /** Documents that have to be composed anew: their files are not what was written into them. */
  get lost(): ReadonlySet<string> {
    return this.#lost;
  }

  /** Files that somebody else deleted or changed are written again with the next publication, or they are lost. */
  verify(): void {
    for (const representation of this.#snapshot.values()) {
      const { path, etag, length, lastModified } = representation;
      const stats = statSync(join(this.#directory, path), { throwIfNoEntry: false });
      const same = stats?.size === length && wholeSecond(stats.mtimeMs) === lastModified;
      if (same || this.#store.unwritten.has(path)) continue;
      const bytes = this.#store.held(path, etag);
      if (bytes === undefined) {
        this.#lost.add(path);
        continue;
      }
      this.#put(path, representation, bytes);
      this.#loseCodings(representation);
    }
  }

  /** Resolves when everything published is there in every coding, and written. */
  async encoded(): Promise<void> {
    await this.#coder.idle();
    await this.#settled;
    await this.#writing;
  }

  /** Bytes that belong into a document's file. What there was in other codings does not belong beside it. */
  #put(path: string, stored: Omit<Stored, 'read'>, body: Buffer): Stored {
    this.#forget([path]);
    return this.#store.put(path, stored, body);
  }

  #forget(paths: readonly string[]): void {
    for (const path of paths) {
      this.#lost.delete(path);
      for (const extension of ['', ...Object.values(EXTENSIONS)]) this.#store.forget(path + extension);
    }
  }

  /** A file is not what was written into it, and is not to be replaced anyway. */
  #lose(file: string, etag: string): void {
    const path = pathOfFile(file);
    const now = this.#snapshot.get(path);
    if (now?.etag === etag && !this.#lost.has(path)) {
      this.#lost.add(path);
      this.#onLost?.(path);
    }
    if (now?.codings.some((coded) => coded.etag === etag) !== true) return;
    this.#loseCodings(now);
    this.#coder.start();
  }

  #loseCodings(representation: Representation): void {
    this.#snapshot.set(representation.path, withCodings(representation, []));
    this.#lackCodings([representation]);
  }

  #lackCodings(representations: readonly Representation[]): void {
    this.#coder.ask(representations.filter(isWorthCoding).map(({ path }) => path));
  }

  /** If it is in memory: else what comes next is compressed as a whole. */
  #rememberGzip({ path, etag, codings }: Representation): void {
    const { etag: tag, segments } = codings.find(({ coding }) => coding === 'gzip') ?? {};
    if (tag === undefined || segments === undefined) return;
    const plain = this.#store.held(path, etag);
    const body = this.#store.held(path + EXTENSIONS.gzip, tag);
    if (plain !== undefined && body !== undefined) this.#gzipped.set(path, { plain, body, segments });
  }

  /** Prepares what there is now under `path`, in memory and beside the file. */
  async #encode(path: string, coding: Coding): Promise<void> {
    const before = this.#snapshot.get(path);
    const body = await bytesOf(before);
    if (before === undefined || body === null) return;
    const coded = await encode(coding, { ...before, body }, this.#gzipped.get(path));
    const now = this.#snapshot.get(path);
    // It may have been published anew meanwhile.
    if (now?.etag !== before.etag) return;
    if (coding === 'gzip') this.#gzipped.delete(path);
    if (coded !== null) await this.#add(coded, now);
  }

  async #add({ body, ...coded }: MadeBody, representation: Representation): Promise<void> {
    const { path, lastModified, codings } = representation;
    const file = path + EXTENSIONS[coded.coding];
    const kept = { ...coded, ...this.#store.put(file, coded, body) };
    const others = codings.filter(({ coding }) => coding !== coded.coding);
    const complete = withCodings(representation, smallestFirst([...others, kept]));
    this.#snapshot.set(path, complete);
    await this.#writer.writeCoding(file, lastModified);
  }

  /** Publications that come while another is being written wait for it, and are served meanwhile. */
  async #write(removed: readonly string[]): Promise<void> {
    const writing = this.#writing.then(async () =>
      this.#writer.writeAll((path) => this.#snapshot.get(path)!.lastModified, removed),
    );
    this.#writing = writing.catch(() => {});
    await writing;
  }

  /** Once for publications that follow each other closely. */
  async #settle(now: number): Promise<void> {
    while (this.#unsettled) {
      await this.#coder.idle();
      this.#unsettled = false;
      // Without it the next start takes longer, and nothing else.
      await replaceFile(this.#tagsFile, tagsOf(this.#snapshot, this.#imprint), now).catch(() => {});
    }
    this.#settled = null;
  }
}
