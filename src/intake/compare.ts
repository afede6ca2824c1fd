// A file as it is beside what the ledger knows of it: the change, if there is one.
import type { Identity, Rejection, SeedFile } from '../article.ts';
import type { KnownSeed, Ledger, SeedChange } from '../ledger/ledger.ts';
import { settleDelay, type Sighting } from './settle.ts';
import type { Found, WalkOptions } from './walk.ts';

export type Indexed = { readonly identity: Identity } | { readonly rejection: Rejection };

export interface ScanContext {
  readonly walk: WalkOptions;
  readonly ledger: Pick<Ledger, 'seeds' | 'seedsAt'>;
  /** Reads what identifies each of these seeds; `null` for one that is changing under the reader's eyes. */
  readonly identify: (files: readonly SeedFile[]) => Promise<readonly (Indexed | null)[]>;
  readonly seedBytesMax: number;
  readonly settleMs: number;
  /** What a watch has seen of a path lately; `null` where none was there to see. */
  readonly sighting: (path: string) => Sighting | null;
  /** Files that were not settled when last looked at. Kept from scan to scan. */
  readonly waiting: Waiting;
  /** Look into every seed, changed or not: the rules of identity have changed. */
  readonly reindex: boolean;
  /** Asked anew for each file: a look may take long, and give way meanwhile. */
  readonly now: () => number;
}

export type ScanEvent =
  | { readonly kind: 'change'; readonly change: SeedChange }
  /** Still being written: look again after so many ms. */
  | { readonly kind: 'waiting'; readonly path: string; readonly delayMs: number }
  | { readonly kind: 'same' }
  | Exclude<Found, { kind: 'file' | 'pause' }>
  /** A directory seems to have gone: only a full scan can tell what went with it. */
  | { readonly kind: 'unclear'; readonly path: string };

/** When each unsettled file was first seen as it is now. Times by a clock that cannot be set. */
export class Waiting {
  readonly #since = new Map<string, { fingerprint: string; at: number }>();

  sinceSameMs({ path, fingerprint }: SeedFile): number {
    const at = performance.now();
    const seen = this.#since.get(path);
    if (seen?.fingerprint === fingerprint) return at - seen.at;
    this.#since.set(path, { fingerprint, at });
    return 0;
  }

  forget(path: string): void {
    // Of an empty map, too, a million paths would be hashed.
    if (this.#since.size > 0) this.#since.delete(path);
  }
}

/** Batches that are being read while the next is collected: more than a thread is left alone with (readers.ts). */
const BATCHES_AHEAD = 8;

const SAME: ScanEvent = { kind: 'same' };

/** A file that is new or has changed, and is whole as far as can be told. */
interface Candidate {
  readonly file: SeedFile;
  readonly before: KnownSeed | null;
  /** See {@link Waiting}. ms */
  readonly sinceSameMs: number;
}

/** What has been found and not been told yet. */
export class Comparison {
  readonly #context: ScanContext;
  #events: ScanEvent[] = [];
  #candidates: Candidate[] = [];

  constructor(context: ScanContext) {
    this.#context = context;
  }

  /** Tells what `steps` find; several batches of files are read at the same time. */
  async *run(steps: AsyncGenerator<void>): AsyncGenerator<readonly ScanEvent[]> {
    const batches: Promise<readonly ScanEvent[]>[] = [];
    const take = (): void => {
      const batch = this.#take();
      // Whoever asks for the events may have left when it fails.
      batch.catch(() => {});
      batches.push(batch);
    };
    for await (const _ of steps) {
      take();
      if (batches.length > BATCHES_AHEAD) yield await batches.shift()!;
    }
    take();
    for (const batch of batches) yield await batch;
  }

  get size(): number {
    return this.#events.length + this.#candidates.length;
  }

  add(event: ScanEvent): void {
    this.#events.push(event);
  }

  gone({ path, missingSince }: KnownSeed, unlisted: readonly string[]): void {
    if (missingSince !== null) return;
    if (unlisted.some((folder) => folder === '' || path === folder || path.startsWith(`${folder}/`))) return;
    this.add({ kind: 'change', change: { kind: 'missing', path, since: this.#context.now() } });
  }

  /** Tells of a file that is as the ledger knows it; else nothing, and says so. */
  addSame({ path, fingerprint }: SeedFile, before: KnownSeed | null): boolean {
    const { reindex, waiting } = this.#context;
    // One that was missing is looked at in any case: what identifies it may have changed meanwhile.
    if (before?.fingerprint !== fingerprint || before.missingSince !== null || reindex) return false;
    waiting.forget(path);
    this.add(SAME);
    return true;
  }

  async consider(file: SeedFile, before: KnownSeed | null): Promise<void> {
    const context = this.#context;
    const { path, fingerprint } = file;
    // Of a file that has not been touched for long enough nothing need be remembered.
    const isQuiet = before?.fingerprint === fingerprint || context.now() - file.changedMs >= context.settleMs;
    const sinceSameMs = isQuiet ? Infinity : context.waiting.sinceSameMs(file);
    const delayMs = await settlesIn(file, sinceSameMs, context);
    if (delayMs > 0) this.add({ kind: 'waiting', path, delayMs });
    else if (file.size <= context.seedBytesMax) this.#candidates.push({ file, before, sinceSameMs });
    else {
      const detail = `${file.size} bytes, ${context.seedBytesMax} allowed`;
      this.add(
        this.#judge({ file, before, sinceSameMs }, { rejection: { reason: 'too-large', line: 0, detail } }),
      );
    }
  }

  async #take(): Promise<readonly ScanEvent[]> {
    const events = this.#events;
    const candidates = this.#candidates;
    this.#events = [];
    this.#candidates = [];
    if (candidates.length === 0) return events;
    const indexed = await this.#context.identify(candidates.map(({ file }) => file));
    return events.concat(candidates.map((candidate, i) => this.#judge(candidate, indexed[i]!)));
  }

  #judge({ file, before, sinceSameMs }: Candidate, indexed: Indexed | null): ScanEvent {
    const { now, settleMs, waiting } = this.#context;
    const { path, fingerprint } = file;
    const justChanged = sinceSameMs < settleMs && now() - file.changedMs < settleMs;
    // It does not parse yet; what comes next may make it whole.
    if (indexed === null || ('rejection' in indexed && justChanged)) {
      return { kind: 'waiting', path, delayMs: settleMs };
    }
    waiting.forget(path);
    if ('rejection' in indexed) {
      return {
        kind: 'change',
        change: { kind: 'rejected', path, fingerprint, rejection: indexed.rejection },
      };
    }
    const { identity } = indexed;
    const time = placement(identity, file, before, now());
    return { kind: 'change', change: { kind: 'indexed', path, fingerprint, identity, time } };
  }
}

/** See {@link settleDelay}. ms */
async function settlesIn(file: SeedFile, sinceSameMs: number, context: ScanContext): Promise<number> {
  const { now, settleMs, sighting } = context;
  const delayMs = settleDelay(file, now(), settleMs, null, sinceSameMs);
  if (delayMs === 0 || sighting(file.path) === null) return delayMs;
  // What has been written by now has been told by the kernel by now: let the watch hear of it first.
  await nextTurn();
  await nextTurn();
  return settleDelay(file, now(), settleMs, sighting(file.path), sinceSameMs);
}

/**
 * What places an article in time: its header's time, or the file's where it has none, but never later
 * than when it was first seen so. Decided once: neither waiting nor rewriting the file makes an article
 * new whose header says what it said.
 */
function placement(
  { url, headerTime }: Identity,
  file: SeedFile,
  before: KnownSeed | null,
  now: number,
): number {
  if (before?.url === url && before.headerTime === headerTime && before.time !== null) return before.time;
  return Math.min(headerTime ?? Math.max(file.modifiedMs, 0), now);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
