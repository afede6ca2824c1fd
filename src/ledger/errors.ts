// What SQLite's errors mean for the ledger.
import { LedgerDiskError, LedgerRefusedError, LedgerUnreadableError } from './ledger.ts';

/** SQLITE_CORRUPT and SQLITE_NOTADB, with their extended codes. */
const DAMAGED = new Set([11, 26]);
/** SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_BUSY. */
const CLOSED = new Set([14, 8, 3, 5]);

/** SQLITE_IOERR, SQLITE_FULL: whose disk they mean, and what is to be done about it. */
const DISK: Readonly<Record<number, string>> = {
  10: 'make room on its disk, or see what is wrong with it',
  13: 'make room on its disk',
};

/** Whether another process has what was asked for. */
export function isBusy(error: unknown): boolean {
  return ((error as { errcode?: number } | undefined)?.errcode ?? 0) % 256 === 5;
}

/** Does `action`; what SQLite throws becomes an error that says what to do about the file. */
export function explained<T>(action: () => T, file: string): T {
  try {
    return action();
  } catch (cause) {
    const code = (cause as { errcode?: number }).errcode;
    const primary = code === undefined ? -1 : code & 0xff;
    const message = (cause as Error).message;
    if (DAMAGED.has(primary)) throw new LedgerUnreadableError(`${file}: ${message}`, { cause });
    // A file without the tables that its version promises is no ledger either.
    if (/no such (?:table|column)|already exists/.test(message)) {
      throw new LedgerUnreadableError(`${file}: ${message}`, { cause });
    }
    const remedy = DISK[primary];
    if (remedy !== undefined) throw new LedgerDiskError(`${file}: ${message}; ${remedy}`, { cause });
    if (CLOSED.has(primary)) {
      throw new LedgerRefusedError(
        `${file}: ${message}; it must be readable and writable, and not in use by another process`,
        { cause },
      );
    }
    throw cause;
  }
}
