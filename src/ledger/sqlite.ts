// The ledger on SQLite (`node:sqlite`). Owns the statements; `schema.ts` owns the tables.
import type { DatabaseSync } from 'node:sqlite';
import { elect, type Election, prepareElection } from './election.ts';
import { explained } from './errors.ts';
import {
  type Absence,
  type Copy,
  type KnownSeed,
  type Ledger,
  type LedgerArticle,
  type Recorded,
  type RejectedSeed,
  type Rendition,
  type RenditionFacts,
  type SeedChange,
  type Tally,
} from './ledger.ts';
import { prepareStatements, type Statements } from './statements.ts';

/** Made by `openLedger`. */
export class SqliteLedger implements Ledger {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #election: Election;
  /** Counted once and kept in step, for counting a million rows takes longer than a run should. */
  #tally: Tally;
  readonly #statements: Statements;

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
    this.#election = prepareElection(database);
    this.#statements = prepareStatements(database);
    this.#tally = countAll(database);
  }

  seeds(after: string, limit: number): Promise<readonly KnownSeed[]> {
    return this.#run(() => this.#statements.seeds.all({ after, limit }).map(knownSeed));
  }

  seedsAt(paths: readonly string[]): Promise<ReadonlyMap<string, KnownSeed>> {
    return this.#run(() => {
      const found = new Map<string, KnownSeed>();
      for (const path of paths) {
        const row = this.#statements.seedAt.get(path);
        if (row) found.set(path, knownSeed(row));
      }
      return found;
    });
  }

  absence(): Promise<Absence> {
    return this.#run(() => this.#statements.absence.get() as unknown as Absence);
  }

  missing(limit: number): Promise<readonly KnownSeed[]> {
    return this.#run(() => this.#statements.missing.all(limit).map(knownSeed));
  }

  record(changes: readonly SeedChange[], now: number): Promise<Recorded> {
    return this.#run(() => {
      const contested = new Map<string, Buffer>();
      const tally = { seeds: 0, rejected: 0, missing: 0 };
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        for (const change of changes) this.#apply(change, contested, tally);
        const outcome = elect(this.#election, changes, [...contested.values()], now);
        this.#database.exec('COMMIT');
        this.#keepTally(tally, outcome.live);
        return outcome.recorded;
      } catch (error) {
        this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #apply(
    change: SeedChange,
    contested: Map<string, Buffer>,
    tally: { seeds: number; rejected: number; missing: number },
  ): void {
    const before = this.#statements.seedAt.get(change.path) as unknown as SeedRow | undefined;
    const contest = (key: Uint8Array | null | undefined): void => {
      if (key) contested.set(Buffer.from(key).toString('latin1'), Buffer.from(key));
    };
    if (change.kind !== 'missing' && change.kind !== 'returned') contest(before?.key);
    if (before?.missing_since != null) tally.missing -= 1;
    if (before?.reason != null) tally.rejected -= 1;
    if (before === undefined) tally.seeds += 1;
    switch (change.kind) {
      case 'indexed': {
        const { path, fingerprint, firstSeen, time } = change;
        const { headerTime, url, key, canonical } = change.identity;
        contest(key);
        if (before?.key && before.url === url && key.compare(before.key) !== 0) {
          // The file says what it said; only the rules of identity have changed. A published id never does.
          this.#statements.moveArticle.run({ key, canonical, former: before.key });
        }
        this.#statements.index.run({ path, fingerprint, firstSeen, headerTime, time, url, key });
        return;
      }
      case 'rejected': {
        const { path, fingerprint, firstSeen, rejection } = change;
        const { reason, line, detail } = rejection;
        this.#statements.reject.run({ path, fingerprint, firstSeen, reason, line, detail });
        tally.rejected += 1;
        return;
      }
      case 'missing':
        this.#statements.markMissing.run({ path: change.path, since: change.since });
        if (before) tally.missing += 1;
        else tally.seeds -= 1;
        if (before?.reason != null) tally.rejected += 1;
        return;
      case 'returned':
        this.#statements.markReturned.run(change.path);
        if (!before) tally.seeds -= 1;
        if (before?.reason != null) tally.rejected += 1;
        return;
      case 'withdrawn':
        this.#statements.remove.run(change.path);
        tally.seeds -= 1;
    }
  }

  #keepTally(
    by: { seeds: number; rejected: number; missing: number },
    live: ReadonlyMap<string, number>,
  ): void {
    const outlets = new Map(this.#tally.outlets);
    let articles = this.#tally.articles;
    for (const [outlet, difference] of live) {
      outlets.set(outlet, (outlets.get(outlet) ?? 0) + difference);
      articles += difference;
    }
    this.#tally = {
      outlets,
      articles,
      seeds: this.#tally.seeds + by.seeds,
      rejected: this.#tally.rejected + by.rejected,
      missing: this.#tally.missing + by.missing,
    };
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

  copies(articleId: number): Promise<readonly Copy[]> {
    return this.#run(() => this.#statements.copies.all(articleId) as unknown as Copy[]);
  }

  entries(articleIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
    return this.#run(
      () => new Map(articleIds.map((id) => [id, this.#statements.entry.get(id)!['atom'] as string])),
    );
  }

  saveRenditions(renditions: ReadonlyMap<number, Rendition>): Promise<void> {
    return this.#run(() => {
      if (renditions.size === 0) return;
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        for (const [article, rendition] of renditions) {
          this.#statements.saveRendition.run({ article, ...rendition });
        }
        this.#database.exec('COMMIT');
      } catch (error) {
        this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  lastWithdrawal(outlet: string | null): Promise<number> {
    return this.#run(() => this.#statements.lastWithdrawal.get(outlet)!['time'] as number);
  }

  rejected(limit: number): Promise<readonly RejectedSeed[]> {
    return this.#run(() => this.#statements.rejected.all(limit) as unknown as RejectedSeed[]);
  }

  tally(): Promise<Tally> {
    return Promise.resolve(this.#tally);
  }

  note(name: string): Promise<string | null> {
    return this.#run(() => (this.#statements.note.get(name)?.['value'] as string | undefined) ?? null);
  }

  setNote(name: string, value: string | null): Promise<void> {
    return this.#run(() => {
      if (value === null) this.#statements.clearNote.run(name);
      else this.#statements.setNote.run(name, value);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
    return Promise.resolve();
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

interface SeedRow {
  path: string;
  fingerprint: string;
  first_seen: number;
  header_time: number | null;
  time: number | null;
  missing_since: number | null;
  url?: string | null;
  key?: Uint8Array | null;
  reason?: string | null;
}

function knownSeed(row: unknown): KnownSeed {
  const { path, fingerprint, first_seen, header_time, time, missing_since } = row as SeedRow;
  return {
    path,
    fingerprint,
    firstSeen: first_seen,
    headerTime: header_time,
    time,
    missingSince: missing_since,
  };
}

type NewestRow = Omit<LedgerArticle, 'rendition'> & {
  [Key in keyof RenditionFacts]: RenditionFacts[Key] | null;
};

function ledgerArticle(row: NewestRow): LedgerArticle {
  const { source, rules, digest, title, link, published, updated, bytes, ...article } = row;
  const rendition =
    source === null
      ? null
      : ({ source, rules, digest, title, link, published, updated, bytes } as RenditionFacts);
  return { ...article, rendition };
}

function countAll(database: DatabaseSync): Tally {
  const seeds = database
    .prepare(
      `SELECT (SELECT count(*) FROM seed) AS seeds,
              (SELECT count(*) FROM seed WHERE reason IS NOT NULL) AS rejected,
              (SELECT count(*) FROM seed WHERE missing_since IS NOT NULL) AS missing`,
    )
    .get() as { seeds: number; rejected: number; missing: number };
  const rows = database.prepare('SELECT outlet, count(seed) AS live FROM article GROUP BY outlet').all() as {
    outlet: string;
    live: number;
  }[];
  const outlets = new Map(rows.map(({ outlet, live }) => [outlet, live]));
  const articles = rows.reduce((sum, { live }) => sum + live, 0);
  return { ...seeds, outlets, articles };
}
