// Documents → files under `DATA/public/`, replaced atomically and only when their bytes change, and
// the snapshot that HTTP serves the same bytes from.
import { mkdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document } from '../article.ts';
import { encode, isWorthCoding } from './codings.ts';
import { readPublished, removeCoded, replaceFile, writeCoded } from './files.ts';
import { represent, type Representation, type Snapshot, withCodings } from './snapshot.ts';

/** Each takes a descriptor while it is written. */
const FILES_AT_ONCE = 32;

export class Publisher {
  readonly #directory: string;
  /** Ends the preparation of codings between two documents; the next start goes on. */
  readonly #signal: AbortSignal | undefined;
  #snapshot: Snapshot;
  /** Documents whose file could not be written; tried again with the next publication. */
  readonly #unwritten = new Set<string>();
  /** Codings are prepared one document after another, whoever asks for it. */
  #encoding: Promise<void> = Promise.resolve();
  /** The writing of one document's codings, which must not end behind that of a later version of it. */
  #codedFiles: Promise<unknown> = Promise.resolve();

  /** Starts with what was published last, so that it can be served before anything else is done. */
  constructor(directory: string, signal?: AbortSignal) {
    this.#directory = directory;
    this.#signal = signal;
    mkdirSync(directory, { recursive: true });
    this.#snapshot = readPublished(directory);
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
    }
    const removed = [...this.#snapshot.keys()].filter((path) => !next.has(path));
    this.#snapshot = next;
    for (const path of changed) this.#unwritten.add(path);
    await this.#writeFiles(removed);
    this.#encoding = this.#encoding.then(() => this.#encode());
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
    await this.#writeFiles(removed);
    return removed;
  }

  /** Resolves when everything published is there in every coding. */
  async encoded(): Promise<void> {
    await this.#encoding;
  }

  /** Prepares what is not there yet, in memory and beside the files. A failure is the next publication's to mend. */
  async #encode(): Promise<void> {
    const missing = [...this.#snapshot.values()].filter(
      ({ codings, body }) => codings.length === 0 && isWorthCoding(body),
    );
    for (const before of missing) {
      if (this.#signal?.aborted === true) return;
      const codings = await encode(before.body);
      // It may have been published anew meanwhile.
      if (this.#snapshot.get(before.path) !== before) continue;
      this.#snapshot = new Map(this.#snapshot).set(before.path, withCodings(before, codings));
      const file = join(this.#directory, before.path);
      this.#codedFiles = writeCoded(file, codings, before.lastModified).catch(() => {
        this.#unwritten.add(before.path);
      });
      await this.#codedFiles;
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
    await this.#codedFiles;
    const writes = [...this.#unwritten].flatMap((path) => this.#snapshot.get(path) ?? []);
    const steps = [
      ...writes.map(({ path, body, codings, lastModified }) => async (): Promise<void> => {
        const file = join(this.#directory, path);
        // A server must not find the old bytes in a coding beside the new ones.
        await removeCoded(file);
        await replaceFile(file, body, lastModified);
        await writeCoded(file, codings, lastModified);
        this.#unwritten.delete(path);
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
