// newsboat asks for deltas (RFC 3229) of its own accord; it is sent one, and puts it together with what it has.
import { existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Format } from '../../src/article.ts';
import { get } from '../end-to-end/http.ts';
import { createSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, until } from '../support/process.ts';
import { article, ARTICLES } from './articles.ts';
import { NEWSBOAT, newsboat } from './newsboat.ts';
import { type Exchange, record } from './recorder.ts';

const WHERE = existsSync(NEWSBOAT) ? 'newsboat' : 'newsboat is not installed: apt-get install newsboat';
const FORMATS: readonly Format[] = ['atom', 'rss'];

function textOf({ answered, body }: Exchange): string {
  return (answered['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
}

function idsIn(document: string): string[] {
  return [...document.matchAll(/<(?:entry|item)\b.*?(urn:uuid:[\w-]+).*?<\/(?:entry|item)>/gs)].map(
    ([, id]) => id!,
  );
}

describe.skipIf(!existsSync(NEWSBOAT) && !process.env['CI']).for([WHERE])('%s', () => {
  test.for(FORMATS)('reads all of a feed, then what is new, then that nothing is: %s', async (format) => {
    const site = await createSite(Object.fromEntries(ARTICLES.map(({ file, seed }) => [file, seed])));
    const daemon = await Daemon.start(site.flags);
    const feed = `${await daemon.url()}/feed.${format}`;
    const { url, exchanges } = await record(await daemon.url());
    const reader = newsboat(`${url}/feed.${format}`);

    // The validators of the very first answer it puts down before there is a place for them, and so loses them.
    await reader.reload();
    await reader.reload();
    expect(exchanges.map(({ status }) => status)).toEqual([200, 200]);
    const published = ARTICLES.map(({ item }) => item);
    expect(reader.items().map((item) => ({ ...item }))).toEqual(published);

    const added = article(9, '新的一篇', '<p>新</p>');
    await renameInto(site.seeds, added.file, added.seed);
    // libcurl drops what is not later than what it had, to the second, whatever the status says.
    const before = exchanges[1]!.answered['last-modified'];
    await until(async () => {
      const { body, headers } = await get(feed);
      return body.includes(added.item.id) && headers['last-modified'] !== before ? true : undefined;
    });
    await reader.reload();
    const delta = exchanges[2]!;
    expect(delta.asked['a-im']).toBe('feed');
    expect(delta.asked['if-none-match']).toBe(exchanges[1]!.answered.etag);
    expect([delta.status, delta.answered['im']]).toEqual([226, 'feed']);
    expect(idsIn(textOf(delta))).toEqual([added.item.id]);
    expect(reader.items().map((item) => ({ ...item }))).toEqual([added.item, ...published]);

    await reader.reload();
    const same = exchanges[3]!;
    expect(same.asked['if-none-match']).toBe(delta.answered.etag);
    expect([same.status, same.body.length]).toEqual([304, 0]);
    expect(reader.items()).toHaveLength(published.length + 1);
    expect(exchanges).toHaveLength(4);
  });
});
