// `backup` and `restore`: all that seeds cannot bring back ↔ one file.
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';
import { becomeLedger, isBackup, writeBackup } from './ledger/backup.ts';
import { LedgerRefusedError } from './ledger/ledger.ts';
import { ledgerFileIn, lockDirectory } from './ledger/open.ts';
import { keepSiteId, keptSiteId, SITE_ID_FILE } from './site.ts';

/** It holds subscribers' secrets. */
const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;

/**
 * Backs up a data directory, in use or not. A backup that is there already is replaced by the new one when that is whole.
 *
 * @param file absolute
 * @returns how many live articles it holds
 * @throws LedgerRefusedError, LedgerUnreadableError, LedgerDiskError
 */
export async function backUp(config: Config, file: string): Promise<number> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && !(found.isFile() && isBackup(file))) {
    throw new LedgerRefusedError(`${file} exists and is no backup: choose another name, or move it away`);
  }
  // What is missing above it is a disk that is not mounted, or a mistake.
  statSync(dirname(file));
  const folder = `${file}.partial`;
  mkdirSync(folder, { recursive: true, mode: FOLDER_OWNER_ONLY });
  using _ = lockDirectory(folder, `${file} is being written by another feedmill: wait for it`);
  const partial = join(folder, 'backup');
  try {
    // One that was killed left its own.
    removeDatabase(partial);
    const siteId = config.siteId ?? keptSiteId(config.data);
    const articles = await writeBackup(ledgerFileIn(config.data), partial, siteId);
    chmodSync(partial, OWNER_ONLY);
    renameSync(partial, file);
    return articles;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Fills a data directory that has no ledger from a backup.
 *
 * @param file absolute
 * @returns how many live articles it holds
 * @throws LedgerRefusedError, LedgerUnreadableError, LedgerDiskError
 */
export function restore({ data }: Config, file: string): number {
  statSync(file);
  using _ = lockDirectory(data);
  const ledger = ledgerFileIn(data);
  // A journal that was left behind would be taken for that of the restored ledger.
  for (const there of ['', '-wal', '-shm', '-journal'].map((end) => ledger + end).filter(existsSync)) {
    throw new LedgerRefusedError(`${there} exists: move it out of ${data}, or choose another --data`);
  }
  const partial = `${ledger}.partial`;
  try {
    removeDatabase(partial);
    copyFileSync(file, partial);
    const { siteId, articles } = becomeLedger(partial, file);
    const kept = keptSiteId(data);
    if (siteId !== null && kept !== null && kept !== siteId) {
      const other = join(data, SITE_ID_FILE);
      throw new LedgerRefusedError(`${other} says ${kept}, the backup ${siteId}: move it out of ${data}`);
    }
    if (siteId !== null) keepSiteId(data, siteId);
    renameSync(partial, ledger);
    for (const name of [ledger, join(data, 'lock'), join(data, SITE_ID_FILE)]) giveToOwnerOf(data, name);
    return articles;
  } finally {
    removeDatabase(partial);
  }
}

function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}

/** Root restores for a daemon that is somebody else. */
function giveToOwnerOf(directory: string, file: string): void {
  const { uid, gid } = statSync(directory);
  if (statSync(file, { throwIfNoEntry: false })?.uid === 0) chownSync(file, uid, gid);
}
