// Other users of the machine: what they could read or change and should not.
import { chmodSync, statSync } from 'node:fs';
import type { Config } from './config.ts';
import { publicFolder } from './output/paths.ts';

const OTHERS_WRITE = 0o002;
const OTHERS = 0o007;

/**
 * Feeds that are closed over HTTP are closed to other users as files, too; a web server reads them as a member of the
 * group.
 *
 * @returns what is open to others all the same, in words for the operator
 */
export function closeToNeighbours({ access, data }: Pick<Config, 'access' | 'data'>): string[] {
  const found: string[] = [];
  if ((modeOf(data) & OTHERS_WRITE) !== 0) {
    found.push(`data: every user of this machine may write into ${data}: chmod o-w ${data}`);
  }
  if (access === null) return found;
  if ((modeOf(access) & OTHERS) !== 0) {
    found.push(`access: every user of this machine may read the tokens: chmod o-rwx ${access}`);
  }
  const published = publicFolder(data);
  try {
    if ((modeOf(published) & OTHERS) !== 0) chmodSync(published, modeOf(published) & ~OTHERS);
  } catch (error) {
    found.push(`data: every user of this machine may read ${published}: ${(error as Error).message}`);
  }
  return found;
}

/** Of what is not there, none. */
function modeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
}
