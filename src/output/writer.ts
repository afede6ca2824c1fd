// What is in no file yet → files. A document comes before its codings, and no version behind a later one.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXTENSIONS } from './codings.ts';
import { pathOfFile, removeCoded, replaceFile } from './files.ts';
import type { Store } from './store.ts';

/** Each takes a descriptor while it is written. */
const FILES_AT_ONCE = 32;

/** Documents as they are, and in gzip: the next version takes over what it can of both. */
const KEPT_UNASKED: ReadonlySet<string> = new Set(['', EXTENSIONS.gzip]);

export class Writer {
  readonly #directory: string;
  readonly #store: Store;
  /** Codings that are being written beside their documents, by their files. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(directory: string, store: Store) {
    this.#directory = directory;
    this.#store = store;
  }

  /** Writes a coding, unless its document is to be written: then that brings it along. */
  async writeCoding(file: string, lastModified: number): Promise<void> {
    if (this.#store.unwritten.has(pathOfFile(file))) return;
    // A failure is the next publication's to mend.
    const writing = this.#write(file, lastModified)
      .catch(() => {})
      .finally(() => this.#underWay.delete(file));
    this.#underWay.set(file, writing);
    await writing;
  }

  /**
   * Writes all that is in no file yet, and removes documents.
   *
   * @param lastModifiedOf of the document at a path. ms
   * @throws AggregateError
   */
  async writeAll(lastModifiedOf: (path: string) => number, removed: readonly string[]): Promise<void> {
    await this.idle();
    const unwritten = new Set([...this.#store.unwritten.keys()].map(pathOfFile));
    const steps = [
      ...[...unwritten].map((path) => async () => this.#writeDocument(path, lastModifiedOf(path))),
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

  /** Resolves when no coding is being written any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #writeDocument(path: string, lastModified: number): Promise<void> {
    if (this.#store.unwritten.has(path)) {
      // A server must not find the old bytes in a coding beside the new ones.
      await removeCoded(join(this.#directory, path));
      await this.#write(path, lastModified);
    }
    // A later version has come meanwhile, and these codings may be its: it brings them along.
    if (this.#store.unwritten.has(path)) return;
    // Those that are there by now; others are written when they are.
    const coded = Object.values(EXTENSIONS)
      .map((extension) => path + extension)
      .filter((file) => this.#store.unwritten.has(file) && !this.#underWay.has(file));
    await Promise.all(coded.map(async (file) => this.#write(file, lastModified)));
  }

  async #write(file: string, lastModified: number): Promise<void> {
    const held = this.#store.unwritten.get(file)!;
    await replaceFile(join(this.#directory, file), held.bytes, lastModified);
    this.#store.written(file, held, KEPT_UNASKED.has(file.slice(pathOfFile(file).length)));
  }
}
