// All of it or nothing; and many small transactions as one.
import type { DatabaseSync } from 'node:sqlite';
import type { Indexes } from './indexes.ts';

/**
 * So many changes are written together. Keys are hashes: whatever is recorded touches pages all over their index, which
 * are written once a transaction.
 */
const CHANGES_TOGETHER = 65_536;
/** KiB. Enough for the pages that an index of a million keys has. */
const CACHE_KIB_TOGETHER = 65_536;
/** KiB. What is not in it is in the system's, microseconds away. */
export const CACHE_KIB = 2_048;

export class Transactions {
  readonly #database: DatabaseSync;
  readonly #indexes: Indexes;
  readonly #explained: <T>(action: () => T) => T;
  #holds = false;
  /** Why what was held is not in the ledger, until whoever recorded it has been told. */
  #lost: Error | null = null;
  #heldChanges = 0;

  /** @param explained does something whose errors are to be the ledger's */
  constructor(database: DatabaseSync, indexes: Indexes, explained: <T>(action: () => T) => T) {
    this.#database = database;
    this.#indexes = indexes;
    this.#explained = explained;
  }

  /** As a transaction of its own, behind what is held. */
  run<T>(action: () => T): T {
    this.commit();
    return this.#within(() => {
      const result = action();
      this.#database.exec('COMMIT');
      return result;
    });
  }

  /** While transactions are held together: with those before and behind it. @param size the number of changes */
  held<T>(action: () => T, size: number): T {
    if (!this.#holds) return this.run(action);
    this.#tell();
    const result = this.#within(() => {
      if (this.#heldChanges === 0) this.#indexes.doWithout();
      return action();
    });
    this.#heldChanges += size;
    if (this.#heldChanges >= CHANGES_TOGETHER) this.commit();
    return result;
  }

  /** Writes what is held. */
  commit(): void {
    if (!this.#database.isTransaction) return;
    this.#within(() => this.#database.exec('COMMIT'));
    this.#heldChanges = 0;
  }

  async together<T>(action: () => Promise<T>): Promise<T> {
    this.#holds = true;
    this.#database.exec(`PRAGMA cache_size = -${CACHE_KIB_TOGETHER}`);
    try {
      const result = await action();
      this.#explained(() => this.#tell());
      return result;
    } finally {
      this.#holds = false;
      this.#lost = null;
      this.#explained(() => {
        this.commit();
        this.#indexes.make();
        this.#database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA shrink_memory`);
      });
    }
  }

  #within<T>(action: () => T): T {
    if (!this.#database.isTransaction) this.#database.exec('BEGIN IMMEDIATE');
    try {
      return action();
    } catch (error) {
      // A full disk has SQLite roll back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      // Whoever happened to write something else is told by this error, and need not be the one that recorded.
      if (this.#heldChanges > 0) this.#lost = error as Error;
      this.#heldChanges = 0;
      throw error;
    }
  }

  /** @throws why what was recorded before is lost */
  #tell(): void {
    if (this.#lost !== null) throw this.#lost;
  }
}
