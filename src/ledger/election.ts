// One URL in several files is one article: which copy counts, and what that does to the article.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Identity } from '../article.ts';
import type { Archives } from './archive.ts';
import { countDay, type DayDifferences } from './days.ts';
import type { Recorded, SeedChange } from './ledger.ts';
import { countOutlet, type OutletDifferences } from './tally.ts';

export interface Election {
  readonly winner: StatementSync;
  readonly article: StatementSync;
  readonly insert: StatementSync;
  readonly update: StatementSync;
  readonly withdraw: StatementSync;
}

export function prepareElection(database: DatabaseSync): Election {
  return {
    // A broken copy only if there is no other; the latest header time, a copy without one losing to
    // any that has one; then the first file name.
    winner: database.prepare(
      `SELECT id, path, time FROM seed WHERE key = ?
       ORDER BY reason IS NOT NULL, header_time DESC NULLS LAST, path LIMIT 1`,
    ),
    article: database.prepare('SELECT id, outlet, time, seed FROM article WHERE key = ?'),
    insert: database.prepare(
      'INSERT INTO article (key, uuid, canonical, outlet, time, seed) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    update: database.prepare(
      'UPDATE article SET outlet = ?, time = ?, seed = ?, withdrawn = NULL WHERE id = ?',
    ),
    withdraw: database.prepare('UPDATE article SET seed = NULL, withdrawn = ? WHERE id = ?'),
  };
}

/** Articles whose copies have changed, by key; with what identifies them where a change says so. */
export type Contested = Map<string, { readonly key: Buffer; readonly identity: Identity | null }>;

export function contest(contested: Contested, key: Buffer, identity: Identity | null): void {
  const name = key.toString('latin1');
  if (identity !== null || !contested.has(name)) contested.set(name, { key, identity });
}

/**
 * Elects the copy that counts for every contested article and puts the result into the article
 * table. Runs inside the transaction that changed the seeds.
 *
 * @returns what changed, and by how many each outlet's articles grew or shrank, in all and on each day
 */
export function elect(
  election: Election,
  archives: Archives,
  changes: readonly SeedChange[],
  contested: Contested,
  now: number,
): { recorded: Recorded; counts: OutletDifferences; days: DayDifferences } {
  const rewritten = changes.filter(({ kind }) => kind === 'indexed' || kind === 'rejected');
  const touched = new Set(rewritten.map(({ path }) => path));
  const counts: OutletDifferences = new Map();
  const days: DayDifferences = new Map();
  const count = (outlet: string, time: number, by: 1 | -1): void => {
    countOutlet(counts, outlet, 'live', by);
    countDay(days, outlet, time, by);
  };
  const outlets = new Set<string>();
  const recorded = { added: 0, changed: 0, withdrawn: 0, outlets };

  for (const { key, identity } of contested.values()) {
    const winner = election.winner.get(key) as Winner | undefined;
    const before = election.article.get(key) as ArticleRow | undefined;
    if (winner === undefined) {
      if (before === undefined || before.seed === null) continue;
      election.withdraw.run(now, before.id);
      count(before.outlet, before.time, -1);
      outlets.add(before.outlet);
      recorded.withdrawn += 1;
    } else if (before === undefined) {
      // No article and no identity: a copy that the rules of identity will move when it is looked at next.
      if (identity === null) continue;
      const { uuid, canonical, outlet } = identity;
      const { lastInsertRowid } = election.insert.run(key, uuid, canonical, outlet, winner.time, winner.id);
      archives.add(Number(lastInsertRowid), { outlet, time: winner.time });
      countOutlet(counts, outlet, 'articles', 1);
      count(outlet, winner.time, 1);
      outlets.add(outlet);
      recorded.added += 1;
    } else {
      const outlet = identity?.outlet ?? before.outlet;
      election.update.run(outlet, winner.time, winner.id, before.id);
      archives.move(before, { outlet, time: winner.time });
      countOutlet(counts, before.outlet, 'articles', -1);
      countOutlet(counts, outlet, 'articles', 1);
      if (before.seed !== null) count(before.outlet, before.time, -1);
      count(outlet, winner.time, 1);
      outlets.add(before.outlet).add(outlet);
      if (before.seed === null) recorded.added += 1;
      // A copy that came or went and does not count changes nothing that is worth a word.
      else if (before.seed !== winner.id || touched.has(winner.path)) recorded.changed += 1;
    }
  }
  return { recorded, counts, days };
}

interface Winner {
  id: number;
  path: string;
  time: number;
}
interface ArticleRow {
  id: number;
  outlet: string;
  time: number;
  seed: number | null;
}
