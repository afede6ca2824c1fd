// The archives of feeds: an article that has fallen behind a feed's window gets the next place, once and for good.
//
// A feed whose archive has not begun is one of which nothing has a place: nothing is written of its articles. From then
// on, a table holds those that have none.
import type { DatabaseSync } from 'node:sqlite';
import type { Archived, ArchivePlace, Withdrawal } from './ledger.ts';
import { ledgerArticle, type NewestRow } from './rows.ts';
import { Appendix, Runs } from './runs.ts';
import { LIVE } from './statements.ts';
import type { Transactions } from './transactions.ts';
import { prepareAll, type Prepared } from './prepare.ts';

/** The merged feed's, beside outlets' ids, none of which is empty. */
const MERGED = '';
/** Articles that get their places, or are looked at, at one go. */
const BATCH = 1_000;
/** Rows of places that are written at one go. */
const RUNS_AT_ONCE = 500;

/** Live articles behind one (`time`, `key`), the oldest first, from another (`afterTime`, `afterKey`) on: each seeks its first row. */
const oldestIn = (where: string): string => {
  const behind = `FROM article WHERE seed IS NOT NULL ${where} AND (time < :time OR key > :key)`;
  return `
    SELECT * FROM (SELECT id, time, key ${behind} AND time = :afterTime AND time <= :time AND key < :afterKey
      ORDER BY key DESC LIMIT :limit)
    UNION ALL SELECT * FROM (SELECT id, time, key ${behind} AND time > :afterTime AND time <= :time
      ORDER BY time, key DESC LIMIT :limit)
    LIMIT :limit`;
};

/** All others that are live. */
const othersIn = (feed: string, where: string): string => `
  INSERT INTO unarchived SELECT ${feed}, time, id FROM article
  WHERE seed IS NOT NULL ${where} AND time >= :time AND (time > :time OR key <= :key)`;

const withdrawalsIn = (where: string): string => `
  SELECT uuid, withdrawn AS time FROM article
  WHERE seed IS NULL AND withdrawn > :since ${where}
    AND (EXISTS (SELECT 1 FROM rendition WHERE rendition.article = article.id)
      OR EXISTS (SELECT 1 FROM begun WHERE feed = '${MERGED}') AND NOT EXISTS (SELECT 1 FROM unarchived
        WHERE feed = '${MERGED}' AND unarchived.time = article.time AND unarchived.article = article.id))
  ORDER BY withdrawn DESC, key LIMIT :limit`;

const SQL = {
  begun: 'SELECT feed FROM begun',
  begin: 'INSERT INTO begun (feed) VALUES (?)',
  wait: 'INSERT OR IGNORE INTO unarchived (feed, time, article) VALUES (?, ?, ?)',
  leave: 'DELETE FROM unarchived WHERE feed = ? AND time = ? AND article = ?',
  leaveBehind: 'INSERT OR IGNORE INTO left_behind (feed, article) VALUES (?, ?)',
  return: 'DELETE FROM left_behind WHERE feed = ? AND article = ?',
  article: 'SELECT id, time, key FROM article WHERE id = ?',
  behind: `
    SELECT article.id, article.time, article.key
    FROM unarchived JOIN article ON article.id = unarchived.article
    WHERE unarchived.feed = :feed AND unarchived.time <= :time
      AND article.seed IS NOT NULL AND (article.time < :time OR article.key > :key)
    ORDER BY unarchived.time, article.key DESC LIMIT :limit`,
  oldest: oldestIn(''),
  oldestOf: oldestIn('AND outlet = :feed'),
  others: othersIn(`'${MERGED}'`, ''),
  othersOf: othersIn(':feed', 'AND outlet = :feed'),
  withdrawn: `INSERT INTO unarchived SELECT '${MERGED}', time, id FROM article WHERE seed IS NULL`,
  withdrawnOf:
    'INSERT INTO unarchived SELECT :feed, time, id FROM article WHERE seed IS NULL AND outlet = :feed',
  entries: `
    SELECT ${LIVE}, article.withdrawn
    FROM json_each(?) AS place CROSS JOIN article ON article.id = place.value
      LEFT JOIN seed ON seed.id = article.seed LEFT JOIN rendition ON rendition.article = article.id
    ORDER BY place.key DESC`,
  withdrawals: withdrawalsIn(''),
  withdrawalsOf: withdrawalsIn('AND outlet = :outlet'),
  outletsWithdrawn:
    'SELECT DISTINCT outlet FROM article WHERE seed IS NULL AND withdrawn > ? AND withdrawn <= ?',
} as const;

export class Archives {
  readonly #transactions: Transactions;
  readonly #runs: Runs;
  readonly #begun: Set<string>;
  /** How often articles may have changed. */
  #recorded = 0;
  readonly #statements: Prepared<typeof SQL>;

  constructor(database: DatabaseSync, transactions: Transactions) {
    this.#transactions = transactions;
    this.#runs = new Runs(database);
    this.#statements = prepareAll(database, SQL);
    // Of very many rows, objects are half of what they cost.
    for (const many of ['oldest', 'oldestOf'] as const) this.#statements[many].setReturnArrays(true);
    this.#begun = new Set(this.#statements.begun.all().map(({ feed }) => feed as string));
  }

  /** Called whenever articles may have changed. */
  articlesChanged(): void {
    this.#recorded += 1;
  }

  /** A new article waits in the feeds that show it. Runs inside the transaction that adds it. */
  add(id: number, { outlet, time }: Place): void {
    for (const feed of [MERGED, outlet]) this.#wait(feed, time, id);
  }

  /**
   * What a changed recipe gives to another outlet stays in the former one's archive, where it has a place there.
   * Runs inside the transaction that changes it.
   */
  move(before: Place & { readonly id: number }, after: Place): void {
    if (before.outlet === after.outlet && before.time === after.time) return;
    const { id } = before;
    if (this.#leave(MERGED, before.time, id)) this.#wait(MERGED, after.time, id);
    const waited = this.#leave(before.outlet, before.time, id);
    if (before.outlet === after.outlet) {
      if (waited) this.#wait(after.outlet, after.time, id);
      return;
    }
    if (!waited) this.#statements.leaveBehind.run(before.outlet, id);
    const returned = this.#statements.return.run(after.outlet, id).changes > 0;
    if (!returned) this.#wait(after.outlet, after.time, id);
  }

  #wait(feed: string, time: number, id: number): void {
    if (this.#begun.has(feed)) this.#statements.wait.run(feed, time, id);
  }

  /** Whether it waited. */
  #leave(feed: string, time: number, id: number): boolean {
    return !this.#begun.has(feed) || this.#statements.leave.run(feed, time, id).changes > 0;
  }

  /** Ends in between wherever others may have their turn. */
  *append(outlet: string | null, last: number): Generator<undefined, void> {
    const feed = outlet ?? MERGED;
    const { time, key } = this.#statements.article.get(last) as unknown as BehindRow;
    if (!this.#begun.has(feed)) yield* this.#begin(feed, time, key);
    else while (this.#transactions.run(() => this.#appendSome(feed, time, key)) === BATCH) yield;
  }

  #appendSome(feed: string, time: number, key: Uint8Array): number {
    const rows = this.#statements.behind.all({ feed, time, key, limit: BATCH }) as unknown as BehindRow[];
    const added = new Appendix(this.#runs.end(feed));
    for (const row of rows) {
      added.add(row.id, row.key);
      this.#statements.leave.run(feed, row.time, row.id);
    }
    this.#runs.append(feed, added.finish());
    return rows.length;
  }

  /** The first places of an archive: all are found first, then written; they hold from when it is said to have begun. */
  *#begin(feed: string, time: number, key: Uint8Array): Generator<undefined, void> {
    const { begin, others, othersOf, withdrawn, withdrawnOf } = this.#statements;
    const before = this.#recorded;
    const found = new Appendix(null);
    for (const _ of this.#find(feed, time, key, found)) yield;
    // Some may be there, of a beginning that was interrupted.
    this.#transactions.run(() => this.#runs.clear(feed));
    const runs = [...found.finish()];
    for (let i = 0; i < runs.length; i += RUNS_AT_ONCE) {
      this.#transactions.run(() => this.#runs.append(feed, runs.slice(i, i + RUNS_AT_ONCE)));
      yield;
    }
    this.#transactions.run(() => {
      // What was found may have been changed in others' turns.
      if (this.#recorded !== before) {
        const all = new Appendix(null);
        for (const _ of this.#find(feed, time, key, all));
        this.#runs.clear(feed);
        this.#runs.append(feed, all.finish());
      }
      if (feed === MERGED) {
        others.run({ time, key });
        withdrawn.run();
      } else {
        othersOf.run({ feed, time, key });
        withdrawnOf.run({ feed });
      }
      begin.run(feed);
    });
    this.#begun.add(feed);
  }

  /** Puts the live articles of a feed that stand behind one into an appendix, the oldest first. */
  *#find(feed: string, time: number, key: Uint8Array, into: Appendix): Generator<undefined, void> {
    const { oldest, oldestOf } = this.#statements;
    let rows: [id: number, time: number, key: Uint8Array][] = [];
    do {
      const [, afterTime, afterKey] = rows.at(-1) ?? [0, Number.MIN_SAFE_INTEGER, key];
      const range = { time, key, afterTime, afterKey, limit: BATCH };
      const found = feed === MERGED ? oldest.all(range) : oldestOf.all({ feed, ...range });
      rows = found as unknown as typeof rows;
      for (const [id, , itsKey] of rows) into.add(id, itsKey);
      yield;
    } while (rows.length === BATCH);
  }

  end(outlet: string | null): ArchivePlace | null {
    const feed = outlet ?? MERGED;
    return this.#begun.has(feed) ? this.#runs.end(feed) : null;
  }

  tag(outlet: string | null, place: number): string | null {
    return this.#places(outlet, place, place)[0]?.tag ?? null;
  }

  #places(outlet: string | null, first: number, last: number): readonly { article: number; tag: string }[] {
    const feed = outlet ?? MERGED;
    return this.#begun.has(feed) ? this.#runs.between(feed, first, last) : [];
  }

  between(outlet: string | null, first: number, { place, tag }: ArchivePlace): Archived | null {
    const places = this.#places(outlet, first, place);
    if (this.tag(outlet, place) !== tag) return null;
    const ids = JSON.stringify(places.map(({ article }) => article));
    const rows = this.#statements.entries.all(ids) as unknown as ArchivedRow[];
    const live = rows.filter(({ path }) => path !== null);
    return {
      articles: live.map(ledgerArticle),
      withdrawn: rows.flatMap(({ path, uuid, withdrawn }) =>
        path === null ? [{ uuid, time: withdrawn! }] : [],
      ),
    };
  }

  withdrawals(outlet: string | null, since: number, limit: number): readonly Withdrawal[] {
    const rows =
      outlet === null
        ? this.#statements.withdrawals.all({ since, limit })
        : this.#statements.withdrawalsOf.all({ outlet, since, limit });
    return rows as unknown as Withdrawal[];
  }

  outletsWithdrawnFrom(since: number, until: number): readonly string[] {
    return this.#statements.outletsWithdrawn.all(since, until).map(({ outlet }) => outlet as string);
  }
}

/** Where an article waits. */
interface Place {
  readonly outlet: string;
  readonly time: number;
}

interface BehindRow {
  id: number;
  time: number;
  key: Uint8Array;
}
type ArchivedRow = NewestRow & { withdrawn: number | null };
