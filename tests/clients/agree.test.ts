// Feed readers that are not ours read from the running daemon, and agree on what was published.
import { describe, expect, test } from 'vitest';
import { createSite } from '../end-to-end/site.ts';
import { Daemon } from '../support/process.ts';
import { ARTICLES, type ReadItem } from './articles.ts';
import { CLIENTS, isInstalled } from './client.ts';

const SEEDS = Object.fromEntries(ARTICLES.map(({ file, seed }) => [file, seed]));
const EXPECTED = ARTICLES.map(({ item }) => item);

for (const client of CLIENTS) {
  const where = isInstalled(client)
    ? client.name
    : `${client.name} is not installed: apt-get install ${client.debian!.package}`;
  const feeds = client.formats.flatMap((format) => {
    return ['feed', 'outlets/voa'].map((stem) => [`${stem}.${format}`, format] as const);
  });

  const expected = EXPECTED.map(client.alters ?? ((item) => item));

  // Where a client is to be had for certain, none is a mistake.
  describe.skipIf(!isInstalled(client) && !process.env['CI']).for([where])('%s', () => {
    test.for(feeds)('reads /%s as it was published', async ([path, format]) => {
      const { flags } = await createSite(SEEDS);
      const daemon = await Daemon.start(flags);
      const items = await client.read(`${await daemon.url()}/${path}`, format);
      const newestFirst = [...items].sort((one, other) => other.published - one.published);
      expect(newestFirst.map((item): ReadItem => ({ ...item }))).toEqual(expected);
    });
  });
}
