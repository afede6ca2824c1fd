// Opening the ledger's file: settings, migration, and what to do with a damaged one.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { connect } from './connect.ts';
import { explained, isBusy } from './errors.ts';
import { type Ledger, LedgerRefusedError } from './ledger.ts';
import { MIGRATIONS } from './schema.ts';
import { SqliteLedger } from './sqlite.ts';

/** What is not in it is in the system's, microseconds away. */
const CACHE_KIB = 2_048;
/** The journal is emptied long before, by a thread (transactions.ts); here only if none is to be had. */
const CHECKPOINT_PAGES = 65_536;
/** A database, and what SQLite may keep beside it under the same name. */
export const DATABASE_ENDS = ['', '-wal', '-shm', '-journal'] as const;
/** What the journal may keep on disk when it is not needed. bytes */
const JOURNAL_BYTES_KEPT = 4_194_304;
/** Whoever asks whether a directory is in use has its lock for a moment. */
const LOCK_TIMEOUT_MS = 250;

/**
 * Opens the ledger, creating or migrating it as needed.
 *
 * @throws LedgerUnreadableError if the file is damaged or is no ledger
 * @throws LedgerRefusedError if it was made by a newer program or cannot be opened
 */
export function openLedger(file: string): Ledger {
  mkdirSync(dirname(file), { recursive: true });
  closeToOthers(file);
  const database = explained(() => connect(file), file);
  try {
    explained(() => {
      // NORMAL in WAL mode: a power cut can lose the last transactions, never damage the file, and
      // what they held is found again in the seeds.
      database.exec(`
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KIB};
        PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${JOURNAL_BYTES_KEPT};
        PRAGMA temp_store = MEMORY;`);
      migrate(database, file);
    }, file);
    return explained(() => new SqliteLedger(database, file), file);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The ledger of a data directory. */
export function ledgerFileIn(directory: string): string {
  return join(directory, 'ledger.sqlite');
}

/**
 * Opens a file that is there, and neither creates nor migrates it.
 *
 * @throws LedgerRefusedError if there is none, or it cannot be opened
 */
export function openAsItIs(file: string): DatabaseSync {
  if (!existsSync(file)) {
    throw new LedgerRefusedError(`${file}: there is no ledger; is --data the directory that feedmill uses?`);
  }
  return explained(() => connect(file), file);
}

/** Opens a ledger for whoever only looks, in use or not. @throws LedgerRefusedError */
export function openToRead(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  // Without a journal nobody writes to it, and none need be made, for which one would have to be allowed to write.
  if (!existsSync(`${file}-wal`)) url.searchParams.set('immutable', '1');
  return explained(() => connect(url, { readOnly: true }), file);
}

/** Whether a feedmill has a data directory to itself. @throws if that cannot be seen */
export function isInUse(directory: string): boolean {
  const file = join(directory, 'lock');
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return false;
  using database = explained(() => connect(file, { readOnly: true }), file);
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  }
}

/**
 * Keeps other processes from a data directory until it is disposed of or the process ends, however it does: the lock
 * on the file is the operating system's.
 *
 * @throws LedgerRefusedError if another process has it
 */
export function lockDirectory(directory: string): Disposable {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'lock');
  closeToOthers(file);
  const database = explained(() => connect(file, { timeout: LOCK_TIMEOUT_MS }), file);
  try {
    // Its journal stays in memory: a lock takes no space of a disk that is full.
    explained(() => database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE'), file);
  } catch (cause) {
    database.close();
    if (!isBusy((cause as Error).cause)) throw cause;
    throw new LedgerRefusedError(
      `${directory} is in use by another feedmill: stop it, or choose another directory with --data`,
      { cause },
    );
  }
  return { [Symbol.dispose]: () => database.close() };
}

/**
 * A ledger holds the secrets of subscribers, and who may read a lock may hold it: neither is for other users of the
 * machine. A file that is there may be open in this process: to open it here and close it would end its locks (POSIX).
 */
function closeToOthers(file: string): void {
  try {
    if (!existsSync(file)) return closeSync(openSync(file, 'a', 0o600));
    for (const end of DATABASE_ENDS) {
      const part = file + end;
      const mode = statSync(part, { throwIfNoEntry: false })?.mode ?? 0;
      if ((mode & 0o007) !== 0) chmodSync(part, mode & 0o770);
    }
  } catch {
    // If that is more than a file of somebody else's, SQLite says so in a moment.
  }
}

/**
 * Moves a damaged ledger out of the way, with its journal, so that it can be looked into.
 *
 * @param suffix appended to the name; must be new
 * @returns the new name
 */
export function setLedgerAside(file: string, suffix: string): string {
  const aside = `${file}.${suffix}`;
  for (const end of DATABASE_ENDS) {
    if (existsSync(file + end)) renameSync(file + end, aside + end);
  }
  return aside;
}

/**
 * @param remedy beside running the newer program
 * @returns the schema's version
 * @throws LedgerRefusedError
 */
export function refuseNewer(database: DatabaseSync, name: string, remedy: string): number {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version <= MIGRATIONS.length) return version;
  throw new LedgerRefusedError(
    `${name} was written by a newer feedmill (schema ${version}, this one knows ${MIGRATIONS.length}): ${remedy}`,
  );
}

function migrate(database: DatabaseSync, file: string): void {
  const remedy = 'run that version, or move the file away to have it rebuilt from the seeds';
  const version = refuseNewer(database, file, remedy);
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[next]!} PRAGMA user_version = ${next + 1}; COMMIT;`);
  }
}
