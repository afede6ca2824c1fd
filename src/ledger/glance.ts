// What a ledger holds, for whoever only looks: nothing is locked, migrated or written.
import { explained } from './errors.ts';
import type { Stock } from './ledger.ts';
import { openToRead, refuseNewer } from './open.ts';
import { countAll } from './tally.ts';

/** @throws LedgerRefusedError, LedgerUnreadableError */
export function glanceAt(file: string): Stock {
  return explained(() => {
    using database = openToRead(file);
    refuseNewer(database, file, 'ask that version');
    const row = database.prepare('SELECT max(time) AS newest FROM article WHERE seed IS NOT NULL').get()!;
    return { ...countAll(database), newest: row['newest'] as number | null };
  }, file);
}
