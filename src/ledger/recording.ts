// What a look has found out → the tables, inside one transaction.
import type { DatabaseSync } from 'node:sqlite';
import type { Archives } from './archive.ts';
import { type Days, prepareDays, saveDays } from './days.ts';
import { Election } from './election.ts';
import type { Indexes } from './indexes.ts';
import type { Recorded, SeedChange } from './ledger.ts';
import { asBuffer, type SeedRow } from './rows.ts';
import { type Counts, countsOf, type SeedCounts } from './tally.ts';
import { prepareAll, type Prepared } from './prepare.ts';

type Indexed = Extract<SeedChange, { kind: 'indexed' }>;

/** The note of which state the ledger is in. */
export const REVISION = 'revision';

const SQL = {
  seedAt: 'SELECT key, url, reason, missing_since FROM seed WHERE path = ?',
  insert: `
    INSERT INTO seed (path, fingerprint, header_time, time, url, key) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (path) DO NOTHING`,
  index: `
    UPDATE seed SET fingerprint = :fingerprint, header_time = :headerTime, time = :time, url = :url, key = :key,
      shared = 1, missing_since = NULL, reason = NULL, line = NULL, detail = NULL
    WHERE path = :path`,
  reject: `
    INSERT INTO seed (path, fingerprint, reason, line, detail)
    VALUES (:path, :fingerprint, :reason, :line, :detail)
    ON CONFLICT (path) DO UPDATE SET fingerprint = excluded.fingerprint, missing_since = NULL,
      reason = excluded.reason, line = excluded.line, detail = excluded.detail`,
  markMissing: 'UPDATE seed SET missing_since = :since WHERE path = :path AND missing_since IS NULL',
  remove: 'DELETE FROM seed WHERE path = ?',
  shareOfArticle:
    'UPDATE seed SET shared = 1 WHERE id = (SELECT seed FROM article WHERE key = ?) AND shared = 0',
  ensureRevision: `INSERT OR IGNORE INTO note (name, value) VALUES ('${REVISION}', hex(randomblob(16)))`,
  // Not counted: a ledger that was set back would come to the same number another way.
  revise: `
    INSERT INTO note (name, value) VALUES ('${REVISION}', hex(randomblob(16)))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  moveArticle: 'UPDATE OR IGNORE article SET key = :key, canonical = :canonical WHERE key = :former',
} as const;

export class Recording {
  readonly #election: Election;
  readonly #indexes: Indexes;
  readonly #archives: Archives;
  readonly #days: Days;
  readonly #counts: Counts;
  readonly #statements: Prepared<typeof SQL>;

  constructor(database: DatabaseSync, indexes: Indexes, archives: Archives, counts: Counts) {
    this.#election = new Election(database, indexes, archives);
    this.#indexes = indexes;
    this.#archives = archives;
    this.#days = prepareDays(database);
    this.#counts = counts;
    this.#statements = prepareAll(database, SQL);
    this.#statements.ensureRevision.run();
  }

  /** Runs inside a transaction. */
  record(changes: readonly SeedChange[], now: number): Recorded {
    const ballot = this.#election.begin(changes, now);
    const difference = { seeds: 0, rejected: 0, missing: 0 };
    /** Seeds that were not known before, by path. */
    const fresh = new Map<string, { id: number; change: Indexed }>();
    for (const change of changes) {
      const first = fresh.get(change.path);
      if (first !== undefined) {
        // A file that changes twice in a batch is what it is at last.
        fresh.delete(change.path);
        ballot.share(first.id);
        ballot.contest(first.change.identity.key, first.change.identity);
      } else if (change.kind === 'indexed') {
        const id = this.#insert(change);
        if (id !== null) {
          difference.seeds += 1;
          fresh.set(change.path, { id, change });
          continue;
        }
      }
      const before = this.#statements.seedAt.get(change.path) as unknown as SeedRow | undefined;
      const after = this.#write(change, before);
      for (const count of ['seeds', 'rejected', 'missing'] as const) {
        difference[count] += after[count] - countsOf(before)[count];
      }
      // A file that is not there still holds its article, until it is withdrawn.
      if (change.kind === 'missing') continue;
      if (before?.key) ballot.contest(asBuffer(before.key), null);
      if (change.kind === 'indexed') ballot.contest(change.identity.key, change.identity);
    }
    for (const { id, change } of fresh.values()) {
      if (ballot.addOnly(id, change)) continue;
      ballot.share(id);
      ballot.contest(change.identity.key, change.identity);
    }
    const { recorded, counts, days } = ballot.elect();
    this.#archives.articlesChanged();
    this.#counts.add(difference, counts);
    saveDays(this.#days, days);
    this.#statements.revise.run();
    return recorded;
  }

  /** @returns the id of a seed that was not known; else `null`, and nothing is done */
  #insert({ path, fingerprint, time, identity: { headerTime, url, key } }: Indexed): number | null {
    const { changes, lastInsertRowid } = this.#statements.insert.run(
      path,
      fingerprint,
      headerTime,
      time,
      url,
      key,
    );
    return changes === 1 ? Number(lastInsertRowid) : null;
  }

  /** Puts the change into the table of seeds; returns what its row then counts as. */
  #write(change: SeedChange, before: SeedRow | undefined): SeedCounts {
    const { path } = change;
    switch (change.kind) {
      case 'indexed': {
        const { fingerprint, time } = change;
        const { headerTime, url, key, canonical } = change.identity;
        if (before?.key && before.url === url && key.compare(before.key) !== 0) {
          // The file says what it said; only the rules of identity have changed. A published id never does.
          this.#indexes.make();
          this.#statements.shareOfArticle.run(before.key);
          this.#statements.moveArticle.run({ key, canonical, former: before.key });
        }
        this.#statements.index.run({ path, fingerprint, headerTime, time, url, key });
        return { seeds: 1, rejected: 0, missing: 0 };
      }
      case 'rejected': {
        const { fingerprint, rejection } = change;
        const { reason, line, detail } = rejection;
        this.#statements.reject.run({ path, fingerprint, reason, line, detail });
        return { seeds: 1, rejected: 1, missing: 0 };
      }
      case 'missing':
        this.#statements.markMissing.run({ path, since: change.since });
        return { ...countsOf(before), missing: before ? 1 : 0 };
      case 'withdrawn':
        this.#statements.remove.run(path);
        return countsOf(undefined);
    }
  }
}
