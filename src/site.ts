// What makes this site this site, whatever moves: the text that its feeds' ids are derived from.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'site-id';

/**
 * The configured site id; without one, the base URL of the first start, kept in the data directory
 * (beside the ledger and not in it, so that a lost ledger changes no feed's id).
 */
export function siteId(configured: string | null, data: string, baseUrl: string): string {
  if (configured !== null) return configured;
  const file = join(data, FILE);
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept !== '') return kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(data, { recursive: true });
  writeFileSync(file, `${baseUrl}\n`, { flush: true });
  return baseUrl;
}
