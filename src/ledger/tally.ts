// How much there is, kept in step: counting a million rows takes longer than a pass should.
import type { DatabaseSync } from 'node:sqlite';
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

/**
 * @param live by how many each outlet's live articles grew or shrank
 * @param known whether an outlet still has articles, withdrawn ones included
 */
export function adjusted(
  tally: Tally,
  by: SeedCounts,
  live: ReadonlyMap<string, number>,
  known: (outlet: string) => boolean,
): Tally {
  const outlets = new Map(tally.outlets);
  let { articles } = tally;
  for (const [outlet, difference] of live) {
    const count = (outlets.get(outlet) ?? 0) + difference;
    if (count > 0 || known(outlet)) outlets.set(outlet, count);
    else outlets.delete(outlet);
    articles += difference;
  }
  return {
    outlets,
    articles,
    seeds: tally.seeds + by.seeds,
    rejected: tally.rejected + by.rejected,
    missing: tally.missing + by.missing,
  };
}

export function countAll(database: DatabaseSync): Tally {
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
