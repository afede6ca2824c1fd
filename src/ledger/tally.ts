// How much there is, kept in step: counting a million rows takes longer than a pass should.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Tally } from './ledger.ts';
import type { SeedRow } from './rows.ts';

export type SeedCounts = Record<'seeds' | 'rejected' | 'missing', number>;

export function countsOf(row: SeedRow | undefined): SeedCounts {
  if (row === undefined) return { seeds: 0, rejected: 0, missing: 0 };
  return {
    seeds: 1,
    rejected: row.reason === null ? 0 : 1,
    missing: row.missing_since === null ? 0 : 1,
  };
}

/** The ids of outlets that have a live article. */
export function liveOutlets({ outlets }: Pick<Tally, 'outlets'>): string[] {
  return [...outlets].filter(([, live]) => live > 0).map(([id]) => id);
}

/** By how many the articles of outlets grew or shrank: outlet → difference. */
export type OutletDifferences = Map<string, { articles: number; live: number }>;

export function countOutlet(
  differences: OutletDifferences,
  outlet: string,
  what: 'articles' | 'live',
  by: 1 | -1,
): void {
  const difference = differences.get(outlet) ?? { articles: 0, live: 0 };
  difference[what] += by;
  differences.set(outlet, difference);
}

/** The counts that the ledger keeps. */
export class Counts {
  readonly #add: StatementSync;
  readonly #tidy: StatementSync;
  readonly #addSeeds: StatementSync;
  readonly #outlets: StatementSync;
  readonly #seeds: StatementSync;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare(
      `INSERT INTO outlet (id, articles, live) VALUES (:id, :articles, :live)
       ON CONFLICT (id) DO UPDATE SET articles = articles + excluded.articles, live = live + excluded.live`,
    );
    this.#tidy = database.prepare('DELETE FROM outlet WHERE id = ? AND articles = 0');
    this.#addSeeds = database.prepare(
      'UPDATE seed_count SET seeds = seeds + :seeds, rejected = rejected + :rejected, missing = missing + :missing',
    );
    this.#outlets = database.prepare('SELECT id, live FROM outlet ORDER BY id');
    this.#seeds = database.prepare('SELECT seeds, rejected, missing FROM seed_count');
  }

  /** Runs inside the transaction that changed seeds and articles. */
  add(seeds: SeedCounts, outlets: OutletDifferences): void {
    this.#addSeeds.run(seeds);
    for (const [id, { articles, live }] of outlets) {
      this.#add.run({ id, articles, live });
      if (articles <= 0) this.#tidy.run(id);
    }
  }

  tally(): Tally {
    const seeds = this.#seeds.get() as SeedCounts;
    return tallyOf(seeds, this.#outlets.all() as unknown as OutletRow[]);
  }
}

/** Of a ledger whose schema may be too old to keep counts. */
export function countAll(database: DatabaseSync): Tally {
  const seeds = database
    .prepare(
      `SELECT (SELECT count(*) FROM seed) AS seeds,
              (SELECT count(*) FROM seed WHERE reason IS NOT NULL) AS rejected,
              (SELECT count(*) FROM seed WHERE missing_since IS NOT NULL) AS missing`,
    )
    .get() as SeedCounts;
  const rows = database
    .prepare('SELECT outlet AS id, count(seed) AS live FROM article GROUP BY outlet')
    .all();
  return tallyOf(seeds, rows as unknown as OutletRow[]);
}

interface OutletRow {
  id: string;
  live: number;
}

function tallyOf({ seeds, rejected, missing }: SeedCounts, rows: readonly OutletRow[]): Tally {
  const outlets = new Map(rows.map(({ id, live }) => [id, live]));
  const articles = rows.reduce((sum, { live }) => sum + live, 0);
  return { seeds, rejected, missing, outlets, articles };
}
