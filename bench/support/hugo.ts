// Hugo over the same articles: a site that is nothing but feeds.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS } from './measured.ts';

/** More takes more memory than most machines have: 30 KB an article. */
export const HUGO_SEEDS_MAX = 100_000;

/** The site in a folder of its own, for Hugo writes into it, and the arguments that build it into `public` there. */
export function hugoSite(content: string, site: string): string[] {
  rmSync(site, { recursive: true, force: true });
  cpSync(join(PEERS, 'hugo'), site, { recursive: true });
  return ['--source', site, '--contentDir', content, '--cacheDir', join(site, 'cache')];
}
