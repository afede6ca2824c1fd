// How many articles each day had, kept in step: counting a million rows takes longer than a pass should.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { dayOf } from '../article.ts';
import type { DayCount } from './ledger.ts';

/** Stands for all outlets together; no outlet has an empty id. */
const ALL = '';

export interface Days {
  readonly add: StatementSync;
  readonly tidy: StatementSync;
  readonly between: StatementSync;
}

/** By how many the articles of an outlet on a day grew or shrank: outlet → day → difference. */
export type DayDifferences = Map<string, Map<number, number>>;

export function prepareDays(database: DatabaseSync): Days {
  return {
    add: database.prepare(
      `INSERT INTO day (outlet, day, articles) VALUES (?, ?, ?)
       ON CONFLICT (outlet, day) DO UPDATE SET articles = articles + excluded.articles`,
    ),
    tidy: database.prepare('DELETE FROM day WHERE outlet = ? AND day = ? AND articles = 0'),
    between: database.prepare(
      'SELECT day, articles FROM day WHERE outlet = ? AND day BETWEEN ? AND ? ORDER BY day',
    ),
  };
}

/** @param time what places the article. ms */
export function countDay(differences: DayDifferences, outlet: string, time: number, by: 1 | -1): void {
  const day = dayOf(time);
  for (const name of [outlet, ALL]) {
    const days = differences.get(name) ?? new Map<number, number>();
    days.set(day, (days.get(day) ?? 0) + by);
    differences.set(name, days);
  }
}

/** Runs inside the transaction that changed the articles. */
export function saveDays({ add, tidy }: Days, differences: DayDifferences): void {
  for (const [outlet, days] of differences) {
    for (const [day, by] of days) {
      if (by === 0) continue;
      add.run(outlet, day, by);
      if (by < 0) tidy.run(outlet, day);
    }
  }
}

/** Days without articles are left out. */
export function daysBetween({ between }: Days, outlet: string | null, from: number, to: number): DayCount[] {
  return between.all(outlet ?? ALL, from, to) as unknown as DayCount[];
}
