// Documents → files under `DATA/public/`, replaced atomically and only when their bytes change, and
// the snapshot that HTTP serves the same bytes from.
import { constants, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Document } from '../article.ts';
import { isPublishable, represent, type Representation, type Snapshot } from './snapshot.ts';

/** Ours alone: whatever bears it was left by a process that was killed while writing. */
const TEMPORARY = /^\..+\.feedmill-tmp$/;

export class Publisher {
  readonly #directory: string;
  #snapshot: Snapshot;
  /** Documents whose file could not be written; tried again with the next publication. */
  readonly #unwritten = new Set<string>();

  /** Starts with what was published last, so that it can be served before anything else is done. */
  constructor(directory: string) {
    this.#directory = directory;
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
      next.set(document.path, same ? before : represent(document, now, before));
      if (!same) changed.push(document.path);
    }
    const removed = [...this.#snapshot.keys()].filter((path) => !next.has(path));
    this.#snapshot = next;
    for (const path of changed) this.#unwritten.add(path);
    await this.#writeFiles(removed);
    return [...changed, ...removed];
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
    const writes = [...this.#unwritten].flatMap((path) => this.#snapshot.get(path) ?? []);
    const outcomes = await Promise.allSettled([
      ...writes.map(async (representation) => {
        await replaceFile(join(this.#directory, representation.path), representation);
        this.#unwritten.delete(representation.path);
      }),
      ...removed.map((path) => rm(join(this.#directory, path), { force: true })),
    ]);
    const errors = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as Error] : [],
    );
    if (errors.length > 0) throw new AggregateError(errors, errors[0]!.message);
  }
}

/** A reader finds the old bytes or the new ones, also after a power cut. */
async function replaceFile(file: string, { body, lastModified }: Representation): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = join(dirname(file), `.${basename(file)}.feedmill-tmp`);
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
    const handle = await open(temporary, flags, 0o644);
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

function readPublished(directory: string): Snapshot {
  const snapshot = new Map<string, Representation>();
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    if (TEMPORARY.test(entry.name)) {
      rmSync(file, { force: true });
      continue;
    }
    const path = file.slice(directory.length + 1);
    if (!isPublishable(path)) continue;
    const body = readFileSync(file);
    // What a full disk or a shell's redirection leaves of a document.
    if (body.length === 0) continue;
    snapshot.set(path, represent({ path, body }, statSync(file).mtimeMs));
  }
  return snapshot;
}
