// The indexes of articles by key and in the order of their times: made when a first fill is over, from all there is, which
// costs a fraction of keeping them on the way. Without those of times every answer is the same, only slower; for that of
// keys stands what is in memory. Whatever interrupts a fill, whoever opens the ledger next makes them.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Keys } from './keys.ts';

/** Those of times are in the order in which most articles arrive: an index that grows at its end is the cheapest to keep. */
const MAKE = [
  'CREATE UNIQUE INDEX IF NOT EXISTS article_key ON article (key)',
  'CREATE INDEX IF NOT EXISTS article_newest ON article (time, key DESC) WHERE seed IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS article_outlet ON article (outlet, time, key DESC) WHERE seed IS NOT NULL',
] as const;
const DROP =
  'DROP INDEX IF EXISTS article_key; DROP INDEX IF EXISTS article_newest; DROP INDEX IF EXISTS article_outlet';
/** Articles that are ordered within the time that everything else may wait. */
const ORDERED_AT_ONCE = 10_000;

export class Indexes {
  readonly #database: DatabaseSync;
  readonly #any: StatementSync;
  #keys: Keys | null = null;
  /** What was done has been undone. */
  #inDoubt = false;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#any = database.prepare('SELECT 1 FROM article LIMIT 1');
    this.make();
  }

  /** The keys of all articles, while there is no index of them. */
  get keys(): Keys | null {
    return this.#keys;
  }

  make(): void {
    for (const sql of MAKE) this.#database.exec(sql);
    this.#keys = null;
    this.#inDoubt = false;
  }

  /** What {@link make} does, to be done by somebody else; nothing where it takes no time. */
  toMake(): readonly string[] {
    return this.#keys !== null && this.#keys.size > ORDERED_AT_ONCE ? MAKE : [];
  }

  /** Does without them for as long as a ledger that holds no article is filled. Runs inside the transaction that fills it. */
  doWithout(): void {
    if (this.#inDoubt) this.make();
    if (this.#any.get() !== undefined) return;
    this.#database.exec(DROP);
    this.#keys = new Keys();
  }

  /** A transaction was rolled back: what it added is in `keys`, and indexes that it made or dropped are as they were. */
  doubt(): void {
    this.#keys = null;
    this.#inDoubt = true;
  }
}
