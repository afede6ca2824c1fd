// The first half of a pass: what has changed on disk → the ledger.
import { decideWithdrawal, type WithdrawalLimits } from './intake/withdrawal.ts';
import type { ScanContext, ScanEvent } from './intake/compare.ts';
import { Overtaken } from './intake/overtaken.ts';
import { scanAll, scanPaths } from './intake/scan.ts';
import type { LookRequest } from './intake/requests.ts';
import type { Ledger, SeedChange } from './ledger/ledger.ts';
import { collectGarbage } from './memory.ts';
import type { Progress } from './progress.ts';
import { Turns } from './turns.ts';

export interface GatherContext {
  readonly ledger: Ledger;
  readonly scan: ScanContext;
  readonly limits: WithdrawalLimits;
  /** Told the outlets whose feeds may have changed, of what has been recorded, even if the rest fails. */
  readonly onOutlets: (outlets: ReadonlySet<string>) => void;
  readonly progress: Progress;
  /** Called between some files and the next. If it throws the pass ends there; what has been recorded stays. */
  readonly step: () => void;
  /** Called when something has been recorded. */
  readonly onRecorded?: () => Promise<void>;
  /** For how long it goes on before it gives way. ms */
  readonly sliceMs?: number | undefined;
  /** For how long no seed must have gone before what has gone is withdrawn. ms; 0 decides at once */
  readonly quietMs: number;
}

export interface Gathered {
  readonly added: number;
  readonly changed: number;
  readonly withdrawn: number;
  /** Seeds looked at that are no articles, newly so. */
  readonly rejected: readonly Extract<SeedChange, { kind: 'rejected' }>[];
  /** Files and folders that are there and not read, with the reason. Only of a look at everything. */
  readonly ignored: number;
  /** What to look at again, and after how many ms at the latest. */
  readonly again: { readonly paths: readonly string[]; readonly delayMs: number } | null;
  /** True if something can only be told from the whole directory. */
  readonly unclear: boolean;
  readonly unlisted: readonly { path: string; error: Error }[];
  readonly withheld: { missing: number; of: number } | null;
}

/** So many changes are recorded at a time: fewer where that takes longer than everything else should wait. */
const BATCH_MIN = 64;
const BATCH_MAX = 512;
const BATCH_MS = 5;
/** Of so many, a look leaves much behind that lives just long enough to be taken for old: recorded or only looked at. */
const SEEDS_OF_GARBAGE = 65_536;
/** It comes to its end however often it gives way. ms */
const SLICE_MS = 50;
/** How many seeds there were before those that are missing went; see `decideWithdrawal`. */
const KNOWN_BEFORE = 'seeds-before-disappearance';

/** One look: at everything, or at some paths. */
export class Gathering {
  readonly #context: GatherContext;
  readonly #events: AsyncGenerator<readonly ScanEvent[]>;
  readonly result = {
    added: 0,
    changed: 0,
    withdrawn: 0,
    rejected: [] as Extract<SeedChange, { kind: 'rejected' }>[],
    ignored: 0,
    again: null as { paths: string[]; delayMs: number } | null,
    unclear: false,
    unlisted: [] as { path: string; error: Error }[],
    withheld: null as { missing: number; of: number } | null,
  };
  readonly #paths: ReadonlySet<string>;
  readonly #overtaken = new Overtaken();
  #batch: SeedChange[] = [];
  #batchSize = BATCH_MIN;
  /** Recorded since garbage was collected. */
  #changes = 0;
  readonly #turns = new Turns();

  constructor({ all, paths }: LookRequest, context: GatherContext) {
    this.#context = context;
    this.#events = all ? scanAll(context.scan) : scanPaths(paths, context.scan);
    this.#paths = paths;
  }

  get progress(): Progress {
    return this.#context.progress;
  }

  /**
   * Goes on until its end, or until something else is to be looked at; what it has found is recorded.
   *
   * @returns whether it has come to its end
   */
  async go(asked: () => boolean): Promise<boolean> {
    const ended = await this.#context.ledger.together(async () => this.#take(this.#events, asked));
    if (!ended) return false;
    this.#overtaken.clear();
    if (this.progress.files >= SEEDS_OF_GARBAGE) collectGarbage();
    return true;
  }

  /** Another look has come to its end since this gave way. */
  overtakenBy(other: Gathering): void {
    this.#overtaken.add(other.#paths);
  }

  /** Whatever it has not come to is left. */
  async end(): Promise<void> {
    await this.#events.return(undefined);
  }

  async #take(
    batches: AsyncGenerator<readonly ScanEvent[]>,
    asked: () => boolean = () => false,
  ): Promise<boolean> {
    const start = performance.now();
    const { step, sliceMs = SLICE_MS } = this.#context;
    for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
      for (const event of next.value) this.#note(event);
      const givesWay = asked() && performance.now() - start >= sliceMs;
      if (givesWay || this.#batch.length >= this.#batchSize) await this.#record();
      if (givesWay) return false;
      step();
      await this.#turns.next();
    }
    await this.#record();
    return true;
  }

  #note(event: ScanEvent): void {
    const gone = event.kind === 'change' && event.change.kind === 'missing';
    if (!gone) this.#context.progress.files += 1;
    const path = event.kind === 'change' ? event.change.path : event.kind === 'waiting' ? event.path : null;
    if (path !== null && this.#overtaken.has(path)) return;
    switch (event.kind) {
      case 'change':
        if (event.change.kind === 'rejected') this.result.rejected.push(event.change);
        this.#batch.push(event.change);
        return;
      case 'waiting':
        this.#lookAgain(event.delayMs, event.path);
        return;
      case 'ignored':
        this.result.ignored += 1;
        return;
      case 'unlisted':
        this.result.unlisted.push(event);
        return;
      case 'unclear':
        this.result.unclear = true;
        return;
      case 'same':
    }
  }

  /**
   * Withdraws what has gone, in whichever look, unless so much has that it must be an accident.
   *
   * @param more whether another look is under way that may still tell of more: then that one does it
   */
  async withdraw(more: boolean): Promise<void> {
    const { ledger, limits, quietMs, scan } = this.#context;
    const absence = await ledger.absence();
    const note = await ledger.note(KNOWN_BEFORE);
    if (absence.count === 0) {
      if (note !== null) await ledger.setNote(KNOWN_BEFORE, null);
      return;
    }
    const known = note === null ? (await ledger.tally()).seeds : Number(note);
    const orphans = (): Promise<number> => ledger.orphans(absence.count);
    const decision = await decideWithdrawal(absence, orphans, known, limits, quietMs, scan.now());
    if (decision.kind === 'wait') {
      this.#lookAgain(decision.delayMs);
    } else if (decision.kind === 'withhold') {
      this.result.withheld = decision;
      if (note === null) await ledger.setNote(KNOWN_BEFORE, String(known));
    } else if (decision.kind === 'withdraw' && !more) {
      await this.#withdrawMissing();
      if (note !== null) await ledger.setNote(KNOWN_BEFORE, null);
    }
  }

  async #withdrawMissing(): Promise<void> {
    const { ledger, scan } = this.#context;
    for (;;) {
      const missing = await ledger.missing(BATCH_MAX);
      const unlisted = this.result.unlisted.length;
      if (missing.length === 0) return;
      // What has come back meanwhile, seen or unseen by the watch, stays.
      await this.#take(
        scanPaths(
          missing.map(({ path }) => path),
          scan,
        ),
      );
      // Nothing can be said about what cannot be listed, least of all that it has gone.
      if (this.result.unlisted.length > unlisted) return;
      const still = await ledger.seedsAt(missing.map(({ path }) => path));
      for (const { path, missingSince } of still.values()) {
        const back = missingSince === null || this.result.again?.paths.includes(path);
        if (!back) this.#batch.push({ kind: 'withdrawn', path });
      }
      if (this.#batch.length === 0) return;
      await this.#record();
    }
  }

  async #record(): Promise<void> {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    const start = performance.now();
    const recorded = await this.#context.ledger.record(batch, this.#context.scan.now());
    const quick = performance.now() - start < BATCH_MS;
    this.#batchSize = quick
      ? Math.min(this.#batchSize * 2, BATCH_MAX)
      : Math.max(this.#batchSize / 2, BATCH_MIN);
    this.#changes += batch.length;
    if (this.#changes >= SEEDS_OF_GARBAGE) {
      this.#changes = 0;
      collectGarbage();
    }
    this.result.added += recorded.added;
    this.#context.progress.added = this.result.added;
    this.result.changed += recorded.changed;
    this.result.withdrawn += recorded.withdrawn;
    this.#context.onOutlets(recorded.outlets);
    await this.#context.onRecorded?.();
  }

  #lookAgain(delayMs: number, path?: string): void {
    const again = (this.result.again ??= { paths: [], delayMs });
    again.delayMs = Math.min(again.delayMs, delayMs);
    if (path !== undefined) again.paths.push(path);
  }
}

/** Seeds found to be other than the ledger says are looked at again, like those still being written. */
export function lookAgainAt(
  stale: readonly string[],
  again: Gathered['again'],
  settleMs: number,
): Gathered['again'] {
  if (stale.length === 0) return again;
  return { paths: [...(again?.paths ?? []), ...stale], delayMs: again?.delayMs ?? settleMs };
}
