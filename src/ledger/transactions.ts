// All of it or nothing; and many small transactions as one.
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { runBeside } from './errand.ts';
import type { Indexes } from './indexes.ts';

/** So many changes are written together: as many as are written in a fraction of the time that everything else may wait. */
const CHANGES_TOGETHER = 4_096;
/** A journal that has grown by so much is emptied. Pages that were written to again and again meanwhile are written back once. */
const JOURNAL_BYTES_MAX = 33_554_432;
const EMPTY_JOURNAL = ['PRAGMA wal_checkpoint'] as const;

export class Transactions {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #indexes: Indexes;
  readonly #explained: <T>(action: () => T) => T;
  #holds = false;
  /** Why what was held is not in the ledger, until whoever recorded it has been told. */
  #lost: Error | null = null;
  #heldChanges = 0;
  /** Resolves when nothing is done to the file beside this thread. Whoever is to write waits for it. */
  #errand: Promise<void> | null = null;
  /** While somebody reads the journal it cannot be emptied, and is tried again when it has grown. bytes */
  #emptiedAt = JOURNAL_BYTES_MAX;

  /** @param explained does something whose errors are to be the ledger's */
  constructor(database: DatabaseSync, file: string, indexes: Indexes, explained: <T>(action: () => T) => T) {
    this.#database = database;
    this.#file = file;
    this.#indexes = indexes;
    this.#explained = explained;
  }

  /** To be awaited before anything is written: SQLite would wait for another thread by doing nothing else. */
  async idle(): Promise<void> {
    while (this.#errand !== null) await this.#errand;
  }

  /** As a transaction of its own, behind what is held. */
  run<T>(action: () => T): T {
    return this.alone(() =>
      this.#within(() => {
        const done = action();
        this.#database.exec('COMMIT');
        return done;
      }),
    );
  }

  /** As it is, behind what is held. */
  alone<T>(action: () => T): T {
    this.commit();
    const result = action();
    this.#keepJournalShort();
    return result;
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
    this.#keepJournalShort();
  }

  async together<T>(action: () => Promise<T>): Promise<T> {
    this.#holds = true;
    try {
      const result = await action();
      this.#explained(() => this.#tell());
      return result;
    } finally {
      this.#holds = false;
      this.#lost = null;
      this.#explained(() => this.commit());
      await this.idle();
      const sql = this.#indexes.toMake();
      if (sql.length > 0) await this.#beside(sql);
      this.#explained(() => this.#indexes.make());
    }
  }

  #keepJournalShort(): void {
    const { size = 0 } = statSync(`${this.#file}-wal`, { throwIfNoEntry: false }) ?? {};
    if (size < JOURNAL_BYTES_MAX) this.#emptiedAt = JOURNAL_BYTES_MAX;
    if (this.#errand !== null || size < this.#emptiedAt) return;
    this.#emptiedAt = size + JOURNAL_BYTES_MAX;
    void this.#beside(EMPTY_JOURNAL);
  }

  /** What another thread could not do is done by whoever needs it. */
  #beside(sql: readonly string[]): Promise<void> {
    const errand = runBeside(this.#file, sql).finally(() => {
      if (this.#errand === errand) this.#errand = null;
    });
    this.#errand = errand;
    return errand;
  }

  #within<T>(action: () => T): T {
    if (!this.#database.isTransaction) this.#database.exec('BEGIN IMMEDIATE');
    try {
      return action();
    } catch (error) {
      // A full disk has SQLite roll back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#indexes.doubt();
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
