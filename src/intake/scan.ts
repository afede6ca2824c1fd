// What has changed on disk since the ledger last looked: the changes, in batches, and nothing done.
import type { KnownSeed, Ledger } from '../ledger/ledger.ts';
import { Comparison, type ScanContext, type ScanEvent } from './compare.ts';
import { comparePaths, type Found, lookAt, walk, type WalkOptions } from './walk.ts';

/** Known seeds a page: large enough to make the query cheap, small enough to hold. */
const PAGE = 1000;
/** Files looked at before anything else gets its turn. */
const BATCH = 256;

/**
 * Compares the whole directory with the ledger, both in the order of their paths, so that neither is
 * ever held whole. Events come by the batch.
 */
export async function* scanAll(context: ScanContext): AsyncGenerator<readonly ScanEvent[]> {
  const comparison = new Comparison(context);
  yield* comparison.run(compareAll(context, comparison));
}

async function* compareAll(context: ScanContext, comparison: Comparison): AsyncGenerator<void> {
  const known = new KnownSeeds(context.ledger);
  const unlisted: string[] = [];
  let next = await known.first();
  // Of an empty ledger there is nothing to keep step with, and what is newest should be found first.
  for (const found of walk({ ...context.walk, descending: next === null })) {
    if (comparison.size >= BATCH || found.kind === 'pause') yield;
    if (found.kind === 'pause') continue;
    if (found.kind === 'unlisted') unlisted.push(found.path);
    if (found.kind !== 'file') {
      comparison.add(found);
      continue;
    }
    const { file } = found;
    while (next !== null && comparePaths(next.path, file.path) < 0) {
      comparison.gone(next, unlisted);
      next = known.next() ?? (await known.turnPage());
    }
    const before = next?.path === file.path ? next : null;
    if (before !== null) next = known.next() ?? (await known.turnPage());
    if (!comparison.addSame(file, before)) await comparison.consider(file, before);
  }
  while (next !== null) {
    if (comparison.size >= BATCH) yield;
    comparison.gone(next, unlisted);
    next = known.next() ?? (await known.turnPage());
  }
}

/** Looks at these paths only: what they cost does not depend on what else is there. */
export async function* scanPaths(
  paths: Iterable<string>,
  context: ScanContext,
): AsyncGenerator<readonly ScanEvent[]> {
  const comparison = new Comparison(context);
  yield* comparison.run(comparePathsOnly(paths, context, comparison));
}

async function* comparePathsOnly(
  paths: Iterable<string>,
  context: ScanContext,
  comparison: Comparison,
): AsyncGenerator<void> {
  for (const batch of batched(lookAtAll(paths, context.walk))) {
    const known = await context.ledger.seedsAt(
      batch.flatMap((each) =>
        each.kind === 'file' ? [each.file.path] : each.kind === 'absent' ? [each.path] : [],
      ),
    );
    for (const each of batch) {
      if (each.kind === 'absent') {
        context.waiting.forget(each.path);
        const before = known.get(each.path);
        if (before) comparison.gone(before, []);
        else if (!context.walk.extensions.some((end) => each.path.endsWith(end))) {
          comparison.add({ kind: 'unclear', path: each.path });
        }
      } else if (each.kind === 'file') {
        const before = known.get(each.file.path) ?? null;
        if (!comparison.addSame(each.file, before)) await comparison.consider(each.file, before);
      } else if (each.kind !== 'pause') comparison.add(each);
    }
    yield;
  }
}

type FoundOrAbsent = Found | { readonly kind: 'absent'; readonly path: string };

function* lookAtAll(paths: Iterable<string>, options: WalkOptions): Generator<FoundOrAbsent> {
  for (const path of paths) {
    const there = lookAt(options, path);
    if (there === 'directory') yield* walk(options, path);
    else yield there ?? { kind: 'absent', path };
  }
}

/** As many as are looked at before anything else gets its turn. */
function* batched(found: Iterable<FoundOrAbsent>): Generator<readonly FoundOrAbsent[]> {
  let batch: FoundOrAbsent[] = [];
  for (const each of found) {
    batch.push(each);
    if (batch.length < BATCH && each.kind !== 'pause') continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** The ledger's seeds one by one, read a page at a time. */
class KnownSeeds {
  readonly #ledger: Pick<Ledger, 'seeds'>;
  #page: readonly KnownSeed[] = [];
  #position = 0;

  constructor(ledger: Pick<Ledger, 'seeds'>) {
    this.#ledger = ledger;
  }

  /** `null` if there is none. */
  async first(): Promise<KnownSeed | null> {
    return this.#read('');
  }

  /** The next one of this page; `null` behind the last. */
  next(): KnownSeed | null {
    this.#position += 1;
    return this.#page[this.#position] ?? null;
  }

  /** The first one of the next page; `null` if this was the last. */
  async turnPage(): Promise<KnownSeed | null> {
    return this.#page.length < PAGE ? null : this.#read(this.#page.at(-1)!.path);
  }

  async #read(after: string): Promise<KnownSeed | null> {
    this.#page = await this.#ledger.seeds(after, PAGE);
    this.#position = 0;
    return this.#page[0] ?? null;
  }
}
