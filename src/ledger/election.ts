// One URL in several files is one article: which copy counts, and what that does to the article.
//
// Most articles have one copy. Their seeds stand in no index of keys: `article.seed` leads to them. All other seeds with
// a key are marked (`shared`), be it because there is another copy or only because there may be one.
import type { DatabaseSync } from 'node:sqlite';
import type { Identity } from '../article.ts';
import type { Archives } from './archive.ts';
import { countDay, type DayDifferences } from './days.ts';
import type { Indexes } from './indexes.ts';
import type { Recorded, SeedChange } from './ledger.ts';
import { countOutlet, type OutletDifferences } from './tally.ts';
import { prepareAll, type Prepared } from './prepare.ts';

const INSERT_ONLY = `
  INSERT INTO article (key, uuid, canonical, outlet, time, seed) SELECT ?1, ?2, ?3, ?4, ?5, ?6
  WHERE NOT EXISTS (SELECT 1 FROM seed WHERE key = ?1 AND shared = 1)`;

const SQL = {
  // A broken copy only if there is no other; the latest header time, a copy without one losing to
  // any that has one; then the first file name.
  winner: `
    SELECT id, path, time FROM (
      SELECT * FROM seed WHERE key = :key AND shared = 1
      UNION ALL SELECT * FROM seed WHERE id = :seed AND key = :key AND shared = 0)
    ORDER BY reason IS NOT NULL, header_time DESC NULLS LAST, path LIMIT 1`,
  article: 'SELECT id, outlet, time, seed FROM article WHERE key = ?',
  articleAt: 'SELECT id, outlet, time, seed FROM article WHERE id = ? AND key = ?',
  insert: 'INSERT INTO article (key, uuid, canonical, outlet, time, seed) VALUES (?, ?, ?, ?, ?, ?)',
  insertOnly: `${INSERT_ONLY} ON CONFLICT (key) DO NOTHING`,
  insertOnlyUnindexed: INSERT_ONLY,
  update: 'UPDATE article SET outlet = ?, time = ?, seed = ?, withdrawn = NULL WHERE id = ?',
  withdraw: 'UPDATE article SET seed = NULL, withdrawn = ? WHERE id = ?',
  share: 'UPDATE seed SET shared = 1 WHERE id = ? AND shared = 0',
} as const;

export class Election {
  readonly statements: Prepared<typeof SQL>;
  readonly indexes: Indexes;
  readonly archives: Archives;

  constructor(database: DatabaseSync, indexes: Indexes, archives: Archives) {
    this.statements = prepareAll(database, SQL);
    this.indexes = indexes;
    this.archives = archives;
  }

  article(key: Buffer): ArticleRow | undefined {
    const { statements, indexes } = this;
    if (indexes.keys === null) return statements.article.get(key) as ArticleRow | undefined;
    const rows = indexes.keys.alike(key).map((id) => statements.articleAt.get(id, key));
    return rows.find((row) => row !== undefined) as ArticleRow | undefined;
  }

  begin(changes: readonly SeedChange[], now: number): Ballot {
    return new Ballot(this, changes, now);
  }
}

/** Of the changes of one transaction, which runs around it. */
class Ballot {
  readonly #election: Election;
  readonly #changes: readonly SeedChange[];
  readonly #now: number;
  /** Articles whose copies have changed, by key; with what identifies them where a change says so. */
  readonly #contested = new Map<string, { readonly key: Buffer; readonly identity: Identity | null }>();
  readonly #outlets = new Set<string>();
  readonly #recorded = { added: 0, changed: 0, withdrawn: 0, outlets: this.#outlets };
  readonly #counts: OutletDifferences = new Map();
  readonly #days: DayDifferences = new Map();
  /** The first article that came with these changes. */
  #firstAdded = Infinity;

  constructor(election: Election, changes: readonly SeedChange[], now: number) {
    this.#election = election;
    this.#changes = changes;
    this.#now = now;
  }

  /** Marks a seed whose article has another one, or may have. */
  share(seed: number): void {
    this.#election.statements.share.run(seed);
  }

  contest(key: Buffer, identity: Identity | null): void {
    const name = key.toString('latin1');
    if (identity !== null || !this.#contested.has(name)) this.#contested.set(name, { key, identity });
  }

  /** Adds the article of a seed that alone holds it; else does nothing and says so. */
  addOnly(seed: number, { time, identity }: Extract<SeedChange, { kind: 'indexed' }>): boolean {
    const { key, uuid, canonical, outlet } = identity;
    const { statements, indexes } = this.#election;
    if (indexes.keys !== null && indexes.keys.alike(key).length > 0) return false;
    const insert = indexes.keys === null ? statements.insertOnly : statements.insertOnlyUnindexed;
    const { changes, lastInsertRowid } = insert.run(key, uuid, canonical, outlet, time, seed);
    if (changes === 0) return false;
    this.#added(Number(lastInsertRowid), identity, time);
    return true;
  }

  /**
   * Elects the copy that counts for every contested article and puts the result into the article table.
   *
   * @returns what changed, and by how many each outlet's articles grew or shrank, in all and on each day
   */
  elect(): { recorded: Recorded; counts: OutletDifferences; days: DayDifferences } {
    const { statements, archives } = this.#election;
    /** What was found of each seed that was looked into. */
    const touched = new Map<string, Identity | null>();
    if (this.#contested.size > 0) {
      for (const change of this.#changes) {
        if (change.kind === 'indexed') touched.set(change.path, change.identity);
        else if (change.kind === 'rejected') touched.set(change.path, null);
      }
    }
    for (const { key, identity } of this.#contested.values()) {
      const before = this.#election.article(key);
      const winner = statements.winner.get({ key, seed: before?.seed ?? null }) as Winner | undefined;
      if (winner === undefined) {
        if (before === undefined || before.seed === null) continue;
        statements.withdraw.run(this.#now, before.id);
        this.#count(before.outlet, before.time, -1);
        this.#outlets.add(before.outlet);
        this.#recorded.withdrawn += 1;
      } else if (before === undefined) {
        // No article and no identity: a copy that the rules of identity will move when it is looked at next.
        const own = touched.get(winner.path) ?? identity;
        if (own === null) continue;
        const { uuid, canonical, outlet } = own;
        const { lastInsertRowid } = statements.insert.run(
          key,
          uuid,
          canonical,
          outlet,
          winner.time,
          winner.id,
        );
        this.#added(Number(lastInsertRowid), own, winner.time);
      } else {
        // Another copy may be another outlet's.
        const outlet = touched.get(winner.path)?.outlet ?? before.outlet;
        if (before.seed !== null && before.seed !== winner.id) this.share(before.seed);
        statements.update.run(outlet, winner.time, winner.id, before.id);
        archives.move(before, { outlet, time: winner.time });
        countOutlet(this.#counts, before.outlet, 'articles', -1);
        countOutlet(this.#counts, outlet, 'articles', 1);
        if (before.seed !== null) this.#count(before.outlet, before.time, -1);
        this.#count(outlet, winner.time, 1);
        this.#outlets.add(before.outlet).add(outlet);
        if (before.id >= this.#firstAdded) continue;
        if (before.seed === null) this.#recorded.added += 1;
        // A copy that came or went and does not count changes nothing that is worth a word.
        else if (before.seed !== winner.id || touched.has(winner.path)) this.#recorded.changed += 1;
      }
    }
    return { recorded: this.#recorded, counts: this.#counts, days: this.#days };
  }

  #added(id: number, { key, outlet }: Identity, time: number): void {
    this.#election.indexes.keys?.add(key, id);
    this.#firstAdded = Math.min(this.#firstAdded, id);
    this.#election.archives.add(id, { outlet, time });
    countOutlet(this.#counts, outlet, 'articles', 1);
    this.#count(outlet, time, 1);
    this.#outlets.add(outlet);
    this.#recorded.added += 1;
  }

  #count(outlet: string, time: number, by: 1 | -1): void {
    countOutlet(this.#counts, outlet, 'live', by);
    countDay(this.#days, outlet, time, by);
  }
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
