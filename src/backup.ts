// `backup` and `restore`: all that seeds cannot bring back ↔ one file.
import {
  chownSync,
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from './config.ts';
import { becomeLedger, isBackup, writeBackup } from './ledger/backup.ts';
import { LedgerDiskError, LedgerRefusedError } from './ledger/ledger.ts';
import { DATABASE_ENDS, ledgerFileIn, lockDirectory } from './ledger/open.ts';
import { keepSiteId, keptSiteId, SITE_ID_FILE } from './site.ts';

/** It holds subscribers' secrets. */
const OWNER_ONLY = 0o600;

/**
 * Backs up a data directory, in use or not. A backup that is there already is replaced by the new one when that is whole.
 * One that is killed leaves its folder behind: the name of the file, a dot, and six characters.
 *
 * @param file absolute
 * @returns how many live articles it holds
 * @throws LedgerRefusedError, LedgerUnreadableError, LedgerDiskError
 */
export async function backUp(config: Config, file: string): Promise<number> {
  requireOutside(config.data, file);
  if (statSync(file, { throwIfNoEntry: false }) !== undefined && !isBackup(file)) {
    throw new LedgerRefusedError(`${file} exists and is no backup: choose another name, or move it away`);
  }
  // The directory may be everybody's (/tmp): the folder has a name that none can foresee, and lets nobody else in.
  const folder = mkdtempSync(`${file}.`);
  const partial = join(folder, 'backup');
  try {
    closeSync(openSync(partial, 'wx', OWNER_ONLY));
    const siteId = config.siteId ?? keptSiteId(config.data);
    const articles = await writeBackup(ledgerFileIn(config.data), partial, siteId);
    renameSync(partial, file);
    return articles;
  } finally {
    removeDatabase(partial);
    rmdirSync(folder);
  }
}

/**
 * Fills a data directory that has no ledger from a backup.
 *
 * @param file absolute
 * @returns how many live articles it holds
 * @throws LedgerRefusedError, LedgerUnreadableError, LedgerDiskError
 */
export async function restore({ data }: Config, file: string): Promise<number> {
  if (!isBackup(file)) throw new LedgerRefusedError(`${file} is no backup of feedmill`);
  using _ = lockDirectory(data);
  const ledger = ledgerFileIn(data);
  // A journal that was left behind would be taken for that of the restored ledger.
  for (const there of DATABASE_ENDS.map((end) => ledger + end).filter(existsSync)) {
    throw new LedgerRefusedError(`${there} exists: move it out of ${data}, or choose another --data`);
  }
  const partial = `${ledger}.partial`;
  try {
    removeDatabase(partial);
    await copyForOwner(file, partial);
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

function requireOutside(data: string, file: string): void {
  // If there is none above it, that is a disk that is not mounted, or a mistake.
  const directory = realpathSync(dirname(file));
  if (!existsSync(data) || !(directory + sep).startsWith(realpathSync(data) + sep)) return;
  throw new LedgerRefusedError(
    `${file} is in the data directory ${data}, with which a backup would be lost: choose a place outside of it`,
  );
}

/** Copies a file whatever its mode is: `copyFile` would give that to the copy. */
async function copyForOwner(from: string, to: string): Promise<void> {
  const target = createWriteStream(to, { flags: 'wx', mode: OWNER_ONLY });
  try {
    await pipeline(createReadStream(from), target);
  } catch (cause) {
    throw new LedgerDiskError(
      `${from} cannot be copied to ${to}: ${(cause as Error).message}; make room on its disk, or see what is wrong with it`,
      { cause },
    );
  }
}

function removeDatabase(file: string): void {
  for (const end of DATABASE_ENDS) rmSync(file + end, { force: true });
}

/** Root restores for a daemon that is somebody else. */
function giveToOwnerOf(directory: string, file: string): void {
  const { uid, gid } = statSync(directory);
  if (statSync(file, { throwIfNoEntry: false })?.uid === 0) chownSync(file, uid, gid);
}
