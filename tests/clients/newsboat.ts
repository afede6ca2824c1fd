// newsboat, with a home of its own; what it has read is in its cache, which is SQLite.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../support/directories.ts';
import type { ReadItem } from './articles.ts';

export const NEWSBOAT = '/usr/bin/newsboat';

export interface Newsboat {
  /** Asks for what is new; resolves when it has answered. */
  readonly reload: () => Promise<void>;
  /** All that it has. */
  readonly items: () => readonly ReadItem[];
}

/** A newsboat that has subscribed to `url` and has not read anything yet. */
export function newsboat(url: string): Newsboat {
  const home = temporaryDirectory();
  const [urls, configuration, cache] = ['urls', 'config', 'cache.db'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(urls, `${url}\n`);
  writeFileSync(configuration, 'use-proxy no\n');
  mkdirSync(join(home, 'state'));
  const environment = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: join(home, 'state'),
  };
  const flags = ['-u', urls, '-C', configuration, '-c', cache, '-x', 'reload'];
  return {
    reload: async () => {
      await promisify(execFile)(NEWSBOAT, flags, { env: { ...environment, LC_ALL: 'C.UTF-8' } });
    },
    items: () => {
      using database = new DatabaseSync(cache, { readOnly: true });
      const rows = database.prepare(
        'SELECT guid AS id, title, url AS link, pubDate AS published, content FROM rss_item ORDER BY pubDate DESC',
      );
      return rows.all() as unknown as ReadItem[];
    },
  };
}

export async function readWithNewsboat(url: string): Promise<readonly ReadItem[]> {
  const reader = newsboat(url);
  await reader.reload();
  return reader.items();
}
