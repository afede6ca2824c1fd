// The ledger in use; and a new one in its place when it is damaged, or its file has been taken away.
import { statSync } from 'node:fs';
import { type Ledger, LedgerUnreadableError } from './ledger.ts';
import { openLedger, setLedgerAside } from './open.ts';

export class LedgerKeeper implements AsyncDisposable {
  readonly #file: string;
  readonly #now: () => number;
  readonly #onReplaced: (why: string, aside: string) => void;
  #ledger: Ledger;
  /** Which file is open; `null` while none is, because a new one could not be begun. */
  #opened: string | null;

  /**
   * @param onReplaced is told why, and where the damaged one is now
   * @throws LedgerRefusedError, LedgerDiskError
   */
  constructor(file: string, now: () => number, onReplaced: (why: string, aside: string) => void) {
    this.#file = file;
    this.#now = now;
    this.#onReplaced = onReplaced;
    this.#ledger = this.#open(null);
    this.#opened = identityOf(file);
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  get isOpen(): boolean {
    return this.#opened !== null;
  }

  /**
   * A file that is open can be written to when it has been deleted, and nothing of that is ever found again.
   *
   * @throws LedgerUnreadableError
   */
  requireInPlace(): void {
    if (identityOf(this.#file) === this.#opened) return;
    throw new LedgerUnreadableError(
      `${this.#file}: it was deleted, or another put in its place, while in use`,
    );
  }

  /** @param damage of the one in use; `null` if none is */
  async replace(damage: LedgerUnreadableError | null): Promise<void> {
    await this.#ledger[Symbol.asyncDispose]();
    this.#opened = null;
    this.#ledger = this.#open(damage);
    this.#opened = identityOf(this.#file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ledger[Symbol.asyncDispose]();
  }

  #open(damage: LedgerUnreadableError | null): Ledger {
    try {
      if (damage !== null) throw damage;
      return openLedger(this.#file);
    } catch (error) {
      if (!(error instanceof LedgerUnreadableError)) throw error;
      const time = new Date(this.#now()).toISOString().replaceAll(':', '');
      this.#onReplaced(error.message, setLedgerAside(this.#file, `unreadable-${time}`));
      return openLedger(this.#file);
    }
  }
}

/** Another file has not the same while this one is open. */
function identityOf(file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.dev}-${stats.ino}`;
}
