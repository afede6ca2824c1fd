// A ledger ↔ a backup: one file, whole by itself, that says what it is.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { backup } from 'node:sqlite';
import { explained } from './errors.ts';
import { LedgerUnreadableError } from './ledger.ts';
import { openAsItIs, refuseNewer } from './open.ts';
import { REVISION } from './recording.ts';

/** "fmil": what sets a backup apart from a ledger in use, and from all other databases. */
const APPLICATION_ID = 0x66_6d_69_6c;
/** Where SQLite's file format has it (§1.3.2). bytes */
const APPLICATION_ID_AT = 68;
const MAGIC = 'SQLite format 3\0';
/** The note of a backup that keeps what the feeds' ids are derived from; a ledger in use has none. */
const SITE_ID = 'site-id';

/**
 * Writes a backup of a ledger that may be in use: what was recorded when it began.
 *
 * @param target empty; SQLite gives what it writes beside it the same mode
 * @returns how many live articles it holds
 * @throws LedgerRefusedError, LedgerUnreadableError, LedgerDiskError
 */
export async function writeBackup(ledger: string, target: string, siteId: string | null): Promise<number> {
  {
    using source = openAsItIs(ledger);
    // Pages are copied as they are, which is as quick as it can be: as long as the copy is being made, the writer's journal
    // grows. It is never kept waiting (WAL). Without a transaction each of its writes would have the copy begin anew.
    explained(() => source.exec('BEGIN; SELECT count(*) FROM sqlite_schema'), ledger);
    await backup(source, target).catch((cause: unknown) =>
      explained(() => {
        throw cause;
      }, target),
    );
  }
  using copy = openAsItIs(target);
  return explained(() => {
    requireIntegrity(
      copy,
      ledger,
      'restore an earlier backup, or move it away to have it rebuilt from the seeds',
    );
    copy.exec(`PRAGMA journal_mode = DELETE; PRAGMA application_id = ${APPLICATION_ID}`);
    copy.prepare('DELETE FROM note WHERE name = ?').run(SITE_ID);
    if (siteId !== null) copy.prepare('INSERT INTO note (name, value) VALUES (?, ?)').run(SITE_ID, siteId);
    return articlesIn(copy);
  }, target);
}

export interface Backup {
  readonly siteId: string | null;
  /** Live ones. */
  readonly articles: number;
}

/**
 * Makes a ledger of a copy of a backup.
 *
 * @param name of the backup, for whoever has to be told what is wrong with it
 * @throws LedgerRefusedError, LedgerUnreadableError, LedgerDiskError
 */
export function becomeLedger(file: string, name: string): Backup {
  return explained(() => {
    using database = openAsItIs(file);
    const remedy = 'take another backup';
    requireIntegrity(database, name, remedy);
    if (isCutShort(database, file)) {
      throw new LedgerUnreadableError(`${name} is damaged (its end is missing): ${remedy}`);
    }
    refuseNewer(database, name, 'restore it with that version');
    const note = database.prepare('SELECT value FROM note WHERE name = ?').get(SITE_ID);
    // What is published beside it may be of another time.
    for (const lost of [SITE_ID, REVISION]) database.prepare('DELETE FROM note WHERE name = ?').run(lost);
    database.exec('PRAGMA application_id = 0');
    return { siteId: (note?.['value'] as string | undefined) ?? null, articles: articlesIn(database) };
  }, name);
}

/** Whether a file says that it is a backup, be it a damaged one. @throws if there is none, or it cannot be read */
export function isBackup(file: string): boolean {
  // To open a pipe would be to wait for its writer.
  if (!statSync(file).isFile()) return false;
  const head = Buffer.alloc(APPLICATION_ID_AT + 4);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head);
  } finally {
    closeSync(descriptor);
  }
  return (
    head.toString('latin1', 0, MAGIC.length) === MAGIC &&
    head.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID
  );
}

function requireIntegrity(database: DatabaseSync, name: string, remedy: string): void {
  let finding: unknown;
  try {
    finding = database.prepare('PRAGMA integrity_check(1)').get()!['integrity_check'];
  } catch (error) {
    finding = (error as Error).message;
  }
  if (finding !== 'ok')
    throw new LedgerUnreadableError(`${name} is damaged (${finding as string}): ${remedy}`);
}

/** To SQLite, a last page that is cut short ends in zeroes. */
function isCutShort(database: DatabaseSync, file: string): boolean {
  const sizes = database.prepare(
    'SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size',
  );
  return sizes.get()!['size'] !== statSync(file).size;
}

function articlesIn(database: DatabaseSync): number {
  return database.prepare('SELECT count(seed) AS live FROM article').get()!['live'] as number;
}
