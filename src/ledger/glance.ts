// What a ledger holds, for whoever only looks: nothing is locked, migrated or written.
import { explained } from './errors.ts';
import type { Stock } from './ledger.ts';
import { openToRead, refuseNewer } from './open.ts';
import { COUNTED_FROM } from './schema.ts';
import { countAll, Counts } from './tally.ts';

/** @throws LedgerRefusedError, LedgerUnreadableError */
export function glanceAt(file: string): Stock {
  return explained(() => {
    using database = openToRead(file);
    const version = refuseNewer(database, file, 'ask that version');
    const row = database.prepare('SELECT max(time) AS newest FROM article WHERE seed IS NOT NULL').get()!;
    const tally = version < COUNTED_FROM ? countAll(database) : new Counts(database).tally();
    return { ...tally, newest: row['newest'] as number | null };
  }, file);
}
