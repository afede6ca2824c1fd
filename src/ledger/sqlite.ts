// The ledger on SQLite (`node:sqlite`). Owns the statements; `schema.ts` owns the tables.
import type { DatabaseSync } from 'node:sqlite';
import type { RenderedEntry } from '../article.ts';
import { Archives } from './archive.ts';
import { type Days, daysBetween, prepareDays } from './days.ts';
import { explained } from './errors.ts';
import { Indexes } from './indexes.ts';
import {
  type Absence,
  type Archived,
  type ArchivePlace,
  type Copy,
  type DayCount,
  type KnownSeed,
  type Ledger,
  type LedgerArticle,
  type Recorded,
  type RejectedSeed,
  type NewRendition,
  type SeedChange,
  type Tally,
  type Withdrawal,
} from './ledger.ts';
import { Recording, REVISION } from './recording.ts';
import { knownSeed, ledgerArticle, type NewestRow, renderedEntry } from './rows.ts';
import { SqliteSubscriptions } from './sqlite-subscriptions.ts';
import { prepareStatements, type Statements } from './statements.ts';
import { Counts } from './tally.ts';
import { Transactions } from './transactions.ts';

/** Articles that are looked at, one by one, before anything else gets its turn. */
const LOOKED_AT = 20_000;

/** Made by `openLedger`. */
export class SqliteLedger implements Ledger {
  readonly subscriptions: SqliteSubscriptions;
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #transactions: Transactions;
  readonly #recording: Recording;
  readonly #archives: Archives;
  readonly #days: Days;
  readonly #counts: Counts;
  readonly #statements: Statements;

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
    const indexes = new Indexes(database);
    this.#transactions = new Transactions(database, file, indexes, (action) => explained(action, file));
    this.#archives = new Archives(database, this.#transactions);
    this.#days = prepareDays(database);
    this.#statements = prepareStatements(database);
    this.subscriptions = new SqliteSubscriptions(database, (action) => this.#runAlone(action));
    this.#counts = new Counts(database);
    this.#recording = new Recording(database, indexes, this.#archives, this.#counts);
  }

  seeds(after: string, limit: number): Promise<readonly KnownSeed[]> {
    return this.#run(() => this.#statements.seeds.all({ after, limit }).map(knownSeed));
  }

  seedsAt(paths: readonly string[]): Promise<ReadonlyMap<string, KnownSeed>> {
    return this.#run(() => {
      const rows = paths.map((path) => this.#statements.seedAt.get(path)).filter((row) => row !== undefined);
      return new Map(rows.map(knownSeed).map((seed) => [seed.path, seed]));
    });
  }

  absence(): Promise<Absence> {
    return this.#run(() => this.#statements.absence.get() as unknown as Absence);
  }

  orphans(limit: number): Promise<number> {
    return this.#run(() => this.#statements.orphans.get(limit)!['count'] as number);
  }

  missing(limit: number): Promise<readonly KnownSeed[]> {
    return this.#run(() => this.#statements.missing.all(limit).map(knownSeed));
  }

  record(changes: readonly SeedChange[], now: number): Promise<Recorded> {
    return this.#write(() =>
      this.#transactions.held(() => this.#recording.record(changes, now), changes.length),
    );
  }

  together<T>(action: () => Promise<T>): Promise<T> {
    return this.#transactions.together(action);
  }

  newest(outlet: string | null, limit: number): Promise<readonly LedgerArticle[]> {
    return this.#run(() => {
      const rows =
        outlet === null
          ? this.#statements.newest.all({ limit })
          : this.#statements.newestOf.all({ outlet, limit });
      return (rows as unknown as NewestRow[]).map(ledgerArticle);
    });
  }

  async live(uuids: readonly string[]): Promise<number> {
    const { lastArticle, live } = this.#statements;
    const sought = JSON.stringify(uuids);
    const last = await this.#run(() => lastArticle.get()!['id'] as number);
    let count = 0;
    for (let from = 0; from < last; from += LOOKED_AT) {
      count += await this.#run(() => live.get(from, from + LOOKED_AT, sought)!['count'] as number);
      await new Promise(setImmediate);
    }
    return count;
  }

  copies(articleId: number): Promise<readonly Copy[]> {
    return this.#run(() => this.#statements.copies.all({ id: articleId }) as unknown as Copy[]);
  }

  entries(articleIds: readonly number[]): Promise<ReadonlyMap<number, RenderedEntry>> {
    return this.#run(() => {
      return new Map(articleIds.map((id) => [id, renderedEntry(this.#statements.entry.get(id)!)]));
    });
  }

  saveRenditions(renditions: ReadonlyMap<number, NewRendition>): Promise<void> {
    return this.#write(() => {
      if (renditions.size === 0) return;
      this.#transactions.run(() => {
        for (const [article, { entry, ...facts }] of renditions) {
          this.#statements.saveRendition.run({ article, ...facts, ...entry });
        }
      });
    });
  }

  async archive(outlet: string | null, last: number): Promise<void> {
    const steps = this.#archives.append(outlet, last);
    while ((await this.#write(() => steps.next().done)) !== true) await new Promise(setImmediate);
  }

  archiveEnd(outlet: string | null): Promise<ArchivePlace | null> {
    return this.#run(() => this.#archives.end(outlet));
  }

  archiveTag(outlet: string | null, place: number): Promise<string | null> {
    return this.#run(() => this.#archives.tag(outlet, place));
  }

  archived(outlet: string | null, first: number, end: ArchivePlace): Promise<Archived | null> {
    return this.#run(() => this.#archives.between(outlet, first, end));
  }

  withdrawals(outlet: string | null, since: number, limit: number): Promise<readonly Withdrawal[]> {
    return this.#run(() => this.#archives.withdrawals(outlet, since, limit));
  }

  outletsWithdrawnFrom(since: number, until: number): Promise<readonly string[]> {
    return this.#run(() => this.#archives.outletsWithdrawnFrom(since, until));
  }

  lastWithdrawal(outlet: string | null): Promise<number> {
    const { lastWithdrawal, lastWithdrawalOf } = this.#statements;
    return this.#run(() => {
      const row = outlet === null ? lastWithdrawal.get() : lastWithdrawalOf.get(outlet);
      return row!['time'] as number;
    });
  }

  rejected(limit: number): Promise<readonly RejectedSeed[]> {
    return this.#run(() => this.#statements.rejected.all(limit) as unknown as RejectedSeed[]);
  }

  rejectedLately(limit: number): Promise<readonly RejectedSeed[]> {
    return this.#run(() => this.#statements.rejectedLately.all(limit) as unknown as RejectedSeed[]);
  }

  articlesPerDay(outlet: string | null, from: number, to: number): Promise<readonly DayCount[]> {
    return this.#run(() => daysBetween(this.#days, outlet, from, to));
  }

  tally(): Promise<Tally> {
    return this.#run(() => this.#counts.tally());
  }

  revision(): Promise<string> {
    return this.#run(() => this.#statements.note.get(REVISION)!['value'] as string);
  }

  note(name: string): Promise<string | null> {
    return this.#run(() => (this.#statements.note.get(name)?.['value'] as string | undefined) ?? null);
  }

  setNote(name: string, value: string | null): Promise<void> {
    return this.#runAlone(() => {
      if (value === null) this.#statements.clearNote.run(name);
      else this.#statements.setNote.run(name, value);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transactions.idle();
    if (this.#database.isOpen) this.#database.close();
  }

  /** What is to reach the disk at once, whatever is held back. */
  #runAlone<T>(action: () => T): Promise<T> {
    return this.#write(() => this.#transactions.alone(action));
  }

  async #write<T>(action: () => T): Promise<T> {
    await this.#transactions.idle();
    return this.#run(action);
  }

  /** Synchronous work behind an asynchronous interface: what it throws becomes a rejection. */
  #run<T>(action: () => T): Promise<T> {
    try {
      return Promise.resolve(explained(action, this.#file));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
