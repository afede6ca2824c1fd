// The indexes by which articles are found in the order of their times: made when a first fill is over, from all there is,
// which costs a tenth of keeping them in order on the way. Without them every answer is the same, only slower: whatever
// interrupts a fill, whoever opens the ledger next makes them.
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** By time, in whose order most articles arrive: an index that grows at its end is the cheapest to keep. */
const MAKE = [
  'CREATE INDEX IF NOT EXISTS article_newest ON article (time, key DESC) WHERE seed IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS article_outlet ON article (outlet, time, key DESC) WHERE seed IS NOT NULL',
] as const;
const DROP = 'DROP INDEX IF EXISTS article_newest; DROP INDEX IF EXISTS article_outlet';

export class Indexes {
  readonly #database: DatabaseSync;
  readonly #any: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#any = database.prepare('SELECT 1 FROM article LIMIT 1');
    this.make();
  }

  make(): void {
    for (const sql of MAKE) this.#database.exec(sql);
  }

  /** Does without them for as long as a ledger that holds no article is filled. Runs inside the transaction that fills it. */
  doWithout(): void {
    if (this.#any.get() === undefined) this.#database.exec(DROP);
  }
}
