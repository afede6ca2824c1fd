// What has changed on disk since the ledger last looked: the changes, in batches, and nothing done.
import type { Identity, Rejection, SeedFile } from '../article.ts';
import type { KnownSeed, Ledger, SeedChange } from '../ledger/ledger.ts';
import type { SeedReader } from './read.ts';
import { settleDelay, type Sighting } from './settle.ts';
import { comparePaths, type Found, lookAt, walk, type WalkOptions } from './walk.ts';

export type Indexed = { readonly identity: Identity } | { readonly rejection: Rejection };

export interface ScanContext {
  readonly walk: WalkOptions;
  readonly reader: SeedReader;
  readonly ledger: Pick<Ledger, 'seeds' | 'seedsAt'>;
  /** Tells what a seed's first bytes say; `whole` if they are all of it. */
  readonly index: (text: string, whole: boolean) => Indexed;
  readonly seedBytesMax: number;
  readonly settleMs: number;
  /** What a watch has seen of a path lately; `null` where none was there to see. */
  readonly sighting: (path: string) => Sighting | null;
  /** Files that were not settled when last looked at. Kept from scan to scan. */
  readonly waiting: Waiting;
  /** Look into every seed, changed or not: the rules of identity have changed. */
  readonly reindex: boolean;
  readonly now: number;
}

export type ScanEvent =
  | { readonly kind: 'change'; readonly change: SeedChange }
  /** Still being written: look again after so many ms. */
  | { readonly kind: 'waiting'; readonly path: string; readonly delayMs: number }
  | { readonly kind: 'same' }
  | Exclude<Found, { kind: 'file' }>
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
    this.#since.delete(path);
  }
}

/** Known seeds a page: large enough to make the query cheap, small enough to hold. */
const PAGE = 1000;

/**
 * Compares the whole directory with the ledger, both in the order of their paths, so that neither is
 * ever held whole.
 */
export async function* scanAll(context: ScanContext): AsyncGenerator<ScanEvent> {
  const known = new KnownSeeds(context.ledger);
  const unlisted: string[] = [];
  for (const found of walk(context.walk)) {
    if (found.kind === 'unlisted') unlisted.push(found.path);
    if (found.kind !== 'file') {
      yield found;
      continue;
    }
    for (;;) {
      const next = await known.peek();
      if (next === null || comparePaths(next.path, found.file.path) >= 0) break;
      known.skip();
      yield* gone(next, unlisted, context.now);
    }
    const match = await known.peek();
    const before = match?.path === found.file.path ? match : null;
    if (before) known.skip();
    yield* compare(found.file, before, context);
  }
  for (let next = await known.peek(); next !== null; next = await known.peek()) {
    known.skip();
    yield* gone(next, unlisted, context.now);
  }
}

/** Looks at these paths only: what they cost does not depend on what else is there. */
export async function* scanPaths(paths: Iterable<string>, context: ScanContext): AsyncGenerator<ScanEvent> {
  const found: Found[] = [];
  const absent: string[] = [];
  for (const path of paths) {
    const there = lookAt(context.walk, path);
    if (there === 'directory') for (const each of walk(context.walk, path)) found.push(each);
    else if (there === null) absent.push(path);
    else found.push(there);
  }
  const files = found.flatMap((each) => (each.kind === 'file' ? [each.file] : []));
  const known = await context.ledger.seedsAt([...files.map((file) => file.path), ...absent]);
  for (const each of found) {
    if (each.kind === 'file') yield* compare(each.file, known.get(each.file.path) ?? null, context);
    else yield each;
  }
  for (const path of absent) {
    context.waiting.forget(path);
    const before = known.get(path);
    if (before) yield* gone(before, [], context.now);
    else if (!context.walk.extensions.some((end) => path.endsWith(end))) yield { kind: 'unclear', path };
  }
}

async function* compare(
  file: SeedFile,
  before: KnownSeed | null,
  context: ScanContext,
): AsyncGenerator<ScanEvent> {
  const { path } = file;
  // One that was missing is looked at in any case: what identifies it may have changed meanwhile.
  if (before?.fingerprint === file.fingerprint && before.missingSince === null && !context.reindex) {
    context.waiting.forget(path);
    yield { kind: 'same' };
    return;
  }
  const sinceSameMs = before?.fingerprint === file.fingerprint ? Infinity : context.waiting.sinceSameMs(file);
  const delayMs = await settlesIn(file, sinceSameMs, context);
  const change = delayMs > 0 ? null : look(file, before, context);
  if (change === null) {
    yield { kind: 'waiting', path, delayMs: delayMs || context.settleMs };
    return;
  }
  const justChanged = sinceSameMs < context.settleMs && context.now - file.changedMs < context.settleMs;
  if (change.kind === 'rejected' && justChanged) {
    // It does not parse yet; what comes next may make it whole.
    yield { kind: 'waiting', path, delayMs: context.settleMs };
    return;
  }
  context.waiting.forget(path);
  yield { kind: 'change', change };
}

/** See {@link settleDelay}. ms */
async function settlesIn(file: SeedFile, sinceSameMs: number, context: ScanContext): Promise<number> {
  const { now, settleMs, sighting } = context;
  const delayMs = settleDelay(file, now, settleMs, null, sinceSameMs);
  if (delayMs === 0 || sighting(file.path) === null) return delayMs;
  // What has been written by now has been told by the kernel by now: let the watch hear of it first.
  await nextTurn();
  await nextTurn();
  return settleDelay(file, now, settleMs, sighting(file.path), sinceSameMs);
}

/** Reads the head of a seed. `null` if it is changing under the reader's eyes. */
function look(file: SeedFile, before: KnownSeed | null, context: ScanContext): SeedChange | null {
  const { path, fingerprint } = file;
  if (file.size > context.seedBytesMax) {
    const detail = `${file.size} bytes, ${context.seedBytesMax} allowed`;
    return { kind: 'rejected', path, fingerprint, rejection: { reason: 'too-large', line: 0, detail } };
  }
  const indexed = readIndex(file, context);
  if (indexed === null) return null;
  if ('rejection' in indexed) return { kind: 'rejected', path, fingerprint, rejection: indexed.rejection };
  const { identity } = indexed;
  return {
    kind: 'indexed',
    path,
    fingerprint,
    identity,
    time: placement(identity, file, before, context.now),
  };
}

function readIndex(file: SeedFile, { reader, index }: ScanContext): Indexed | null {
  let indexed: Indexed = { rejection: { reason: 'unreadable', line: 0, detail: '' } };
  for (const read of [() => reader.head(file), () => reader.whole(file)]) {
    const seed = read();
    if (seed.kind === 'changed') return null;
    if (seed.kind === 'unreadable') {
      return { rejection: { reason: 'unreadable', line: 0, detail: seed.error.message } };
    }
    indexed = index(seed.text, seed.whole);
    // A header longer than the head of the file is rare, but it is one.
    if ('identity' in indexed || seed.whole) break;
  }
  return indexed;
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

function* gone(known: KnownSeed, unlisted: readonly string[], now: number): Generator<ScanEvent> {
  if (known.missingSince !== null) return;
  if (
    unlisted.some((folder) => folder === '' || known.path === folder || known.path.startsWith(`${folder}/`))
  )
    return;
  yield { kind: 'change', change: { kind: 'missing', path: known.path, since: now } };
}

/** The ledger's seeds one by one, read a page at a time. */
class KnownSeeds {
  readonly #ledger: Pick<Ledger, 'seeds'>;
  #page: readonly KnownSeed[] = [];
  #position = 0;
  #last = false;

  constructor(ledger: Pick<Ledger, 'seeds'>) {
    this.#ledger = ledger;
  }

  async peek(): Promise<KnownSeed | null> {
    if (this.#position >= this.#page.length && !this.#last) {
      const after = this.#page.at(-1)?.path ?? '';
      this.#page = await this.#ledger.seeds(after, PAGE);
      this.#position = 0;
      this.#last = this.#page.length < PAGE;
    }
    return this.#page[this.#position] ?? null;
  }

  skip(): void {
    this.#position += 1;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
