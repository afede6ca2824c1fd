// What feed readers make of what is published. Expectations are written out, not computed by the
// code under test; the ids are those that Python's `uuid.uuid5(NAMESPACE_URL, …)` makes.
import { readFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAtomFeed, parseJsonFeed, parseOpml, parseRssFeed } from 'feedsmith';
import RssParser from 'rss-parser';
import { describe, expect, it } from 'vitest';
import { runFeedmill } from '../support/process.ts';
import { NOON, seedText } from '../support/seeds.ts';
import { type ReadEntry, readEntries } from './atom.ts';
import { createSite } from './site.ts';

/** When the file of the undated article was written. */
const WRITTEN = Date.UTC(2026, 1, 1, 8, 30);

/** Seeds and the entries that they are to become, newest first. */
const ARTICLES: readonly { outlet: string; seed: string; older?: string; entry: ReadEntry }[] = [
  {
    outlet: 'voa',
    seed: seedText({
      time: NOON + 6000,
      title: '1 < 2 & "x"',
      url: 'https://www.voachinese.com/a/tricky/1.html?utm_source=rss#top',
      body: '<p>1 &lt; 2 & 3 > 2</p>',
    }),
    entry: {
      id: 'urn:uuid:213a0f82-1984-532f-87ae-7c548f8ad483',
      title: '1 < 2 & "x"',
      link: 'https://www.voachinese.com/a/tricky/1.html#top',
      published: '2026-03-10T12:00:06.000Z',
      updated: '2026-03-10T12:00:06.000Z',
      content: '<p>1 &lt; 2 &amp; 3 &gt; 2</p>',
    },
  },
  {
    outlet: 'voa',
    seed: seedText({
      time: NOON + 5000,
      title: ']]> and ]]> again',
      url: 'http://WWW.voachinese.com:80/a//tricky/2.html',
      body: '<p>]]> <b>]]></b> ]]&gt;<script>alert(1)</script></p><!-- --><p onclick="x()">乙</p>',
    }),
    entry: {
      id: 'urn:uuid:68ee3782-e775-573e-b525-1841931b13fa',
      title: ']]> and ]]> again',
      link: 'http://www.voachinese.com/a//tricky/2.html',
      published: '2026-03-10T12:00:05.000Z',
      updated: '2026-03-10T12:00:05.000Z',
      content: '<p>]]&gt; <b>]]&gt;</b> ]]&gt;</p><p>乙</p>',
    },
  },
  {
    outlet: 'bbc',
    seed: seedText({
      time: NOON + 4000,
      title: '👩‍👩‍👧 与 𠮷野家 🇨🇭',
      url: 'https://www.bbc.com/zhongwen/simp/tricky-3',
      body: '<p>👍🏽 𠮷</p>',
    }),
    older: seedText({
      time: NOON - 86_400_000,
      title: '昨天',
      url: 'https://www.bbc.com/zhongwen/simp/tricky-3?ocid=rss',
      body: '<p>旧</p>',
    }),
    entry: {
      id: 'urn:uuid:fe053fa9-2805-551f-bea6-2c6015a52847',
      title: '👩‍👩‍👧 与 𠮷野家 🇨🇭',
      link: 'https://www.bbc.com/zhongwen/simp/tricky-3',
      published: '2026-03-09T12:00:00.000Z',
      updated: '2026-03-10T12:00:04.000Z',
      content: '<p>👍🏽 𠮷</p>',
    },
  },
  {
    outlet: 'rfi',
    seed: seedText({
      time: NOON + 3000,
      title: '[专栏] &quot;AT&amp;T&quot; &amp;lt;b&gt; (上)',
      url: 'https://www.rfi.fr/cn/%e6%96%87%e5%8c%96/4',
      body: '<p><a href="../5">相对</a> <img src="/a.jpg" alt="&quot;图&quot;"></p>',
    }),
    entry: {
      id: 'urn:uuid:7dd76812-1451-5fa9-898f-56aa880c27ae',
      title: '[专栏] "AT&T" &lt;b> (上)',
      link: 'https://www.rfi.fr/cn/%e6%96%87%e5%8c%96/4',
      published: '2026-03-10T12:00:03.000Z',
      updated: '2026-03-10T12:00:03.000Z',
      content:
        '<p><a href="https://www.rfi.fr/cn/5">相对</a> ' +
        '<img src="https://www.rfi.fr/a.jpg" alt="&quot;图&quot;" referrerpolicy="no-referrer"></p>',
    },
  },
  {
    outlet: 'example.org',
    seed: seedText({
      time: NOON + 2000,
      title: 'two\nlines \u0007and \u202Ea bell',
      url: 'https://blog.example.org/5',
      body: '<p>a\u0008b\u000Bc</p>',
    }),
    entry: {
      id: 'urn:uuid:ada77a41-86a1-5e91-8526-8fb4ee214cff',
      title: 'two lines and a bell',
      link: 'https://blog.example.org/5',
      published: '2026-03-10T12:00:02.000Z',
      updated: '2026-03-10T12:00:02.000Z',
      content: '<p>abc</p>',
    },
  },
  {
    outlet: 'voa',
    seed: seedText({
      time: 'NaN',
      title: '没有日期',
      url: 'https://www.voachinese.com/a/tricky/6.html',
      body: '<p>己</p>',
    }),
    entry: {
      id: 'urn:uuid:805ac015-4a2d-55be-8df3-48fc26c581bb',
      title: '没有日期',
      link: 'https://www.voachinese.com/a/tricky/6.html',
      published: '2026-02-01T08:30:00.000Z',
      updated: '2026-02-01T08:30:00.000Z',
      content: '<p>己</p>',
    },
  },
  {
    outlet: 'example.org',
    seed: seedText({
      time: 0,
      title: 'The epoch',
      url: 'https://blog.example.org/7?id=7&utm_medium=rss',
      body: '<p>7</p>',
    }),
    entry: {
      id: 'urn:uuid:4f2c6644-d8da-5a38-bc78-67948f4aede6',
      title: 'The epoch',
      link: 'https://blog.example.org/7?id=7',
      published: '1970-01-01T00:00:00.000Z',
      updated: '1970-01-01T00:00:00.000Z',
      content: '<p>7</p>',
    },
  },
];

const FEEDS = ['feed', 'outlets/voa', 'outlets/bbc', 'outlets/rfi', 'outlets/example.org'];

function expected(feed: string): ReadEntry[] {
  const shown = ARTICLES.filter(({ outlet }) => feed === 'feed' || feed === `outlets/${outlet}`);
  return shown.map(({ entry }) => entry);
}

/** What is published of {@link ARTICLES}, by path; the files' names say nothing of the order. */
async function publish(): Promise<(feed: string, format?: string) => string> {
  const files: Record<string, string> = {};
  for (const [index, { seed, older }] of ARTICLES.entries()) {
    files[`${(index * 3) % 7}.txt`] = seed;
    if (older !== undefined) files[`older-${index}.txt`] = older;
  }
  const site = await createSite(files);
  for (const name of Object.keys(files)) await utimes(join(site.seeds, name), WRITTEN / 1000, WRITTEN / 1000);
  const flags = [...site.flags, '--base-url', 'https://feeds.example.org'];
  const { status } = await runFeedmill(['build', ...flags]);
  if (status !== 0) throw new Error(`build ended with ${status}`);
  return (feed, format = 'atom') => readFileSync(join(site.data, 'public', `${feed}.${format}`), 'utf8');
}

describe('tricky seeds', () => {
  it('are what they say to a strict XML parser', async () => {
    const published = await publish();
    for (const feed of FEEDS) expect(readEntries(published(feed))).toEqual(expected(feed));
  });

  it('are what they say to feedsmith', async () => {
    const published = await publish();
    for (const feed of FEEDS) {
      const { entries = [], links } = parseAtomFeed(published(feed));
      const read = entries.map(({ id, title, published: first, updated, content, links: [link] = [] }) => ({
        id,
        title: title?.value,
        link: link?.href,
        published: first,
        updated,
        content: content?.value,
      }));
      expect(read).toEqual(expected(feed));
      const self = links?.find(({ rel }) => rel === 'self')?.href;
      expect(self).toBe(`https://feeds.example.org/${feed}.atom`);
    }
  });

  it('are what they say to rss-parser', async () => {
    const published = await publish();
    for (const feed of FEEDS) {
      const { items } = await new RssParser().parseString(published(feed));
      // rss-parser tells of `published` only.
      const read = items.map(({ title, link, isoDate, content, ...item }) => {
        return { id: (item as { id?: string }).id, title, link, published: isoDate, content };
      });
      const wanted = expected(feed).map(({ id, title, link, published: first, content }) => {
        return { id, title, link, published: first, content };
      });
      expect(read).toEqual(wanted);
    }
  });

  it('are the same in RSS, to feedsmith and to rss-parser', async () => {
    const published = await publish();
    for (const feed of FEEDS) {
      const text = published(feed, 'rss');
      const { items = [], atom } = parseRssFeed(text);
      const read = items.map(({ guid, title, link, pubDate, content, atom: extra }) => ({
        id: guid?.value,
        title,
        link,
        published: new Date(pubDate!).toISOString(),
        updated: extra?.updated,
        content: content?.encoded,
      }));
      // RSS has no times below a second.
      expect(read).toEqual(expected(feed));
      expect(items.every(({ guid }) => guid?.isPermaLink === false)).toBe(true);
      expect(atom?.links?.find(({ rel }) => rel === 'self')?.href).toBe(
        `https://feeds.example.org/${feed}.rss`,
      );
      const other = await new RssParser().parseString(text);
      expect(other.items.map(({ guid, title, isoDate }) => [guid, title, isoDate])).toEqual(
        expected(feed).map(({ id, title, published: first }) => [id, title, first]),
      );
    }
  });

  it('are the same in JSON Feed', async () => {
    const published = await publish();
    for (const feed of FEEDS) {
      const text = published(feed, 'json');
      const { items, feed_url: self } = parseJsonFeed(text);
      const read = items?.map((item) => ({
        id: item.id,
        title: item.title,
        link: item.url,
        published: item.date_published,
        updated: item.date_modified,
        content: item.content_html,
      }));
      expect(read).toEqual(expected(feed));
      expect(self).toBe(`https://feeds.example.org/${feed}.json`);
      expect(text).toContain('"version":"https://jsonfeed.org/version/1.1"');
    }
  });

  it('are in feeds that are all in the list of feeds', async () => {
    const { body } = parseOpml((await publish())('feeds', 'opml'));
    const listed = body?.outlines?.map((outline) => outline.xmlUrl).sort();
    expect(listed).toEqual(FEEDS.map((feed) => `https://feeds.example.org/${feed}.atom`).sort());
  });

  it('come with the name of their outlet, in the merged feed too', async () => {
    const published = await publish();
    const { entries = [] } = parseAtomFeed(published('feed'));
    const read = entries.map(({ source, authors }) => [source?.title?.value, authors?.[0]?.name]);
    const names = { voa: '美国之音', bbc: 'BBC 中文', rfi: '法国国际广播电台', 'example.org': 'example.org' };
    const outlets = ARTICLES.map(({ outlet }) => names[outlet as keyof typeof names]);
    expect(read).toEqual(outlets.map((name) => [name, name]));
  });

  it('have ids that survive another title, body, date, file name and base URL', async () => {
    const site = await createSite({ 'a.txt': seedText({ url: 'https://blog.example.org/5' }) });
    const idsAt = async (base: string): Promise<string[]> => {
      await runFeedmill(['build', ...site.flags, '--base-url', base]);
      return readEntries(readFileSync(join(site.data, 'public', 'feed.atom'), 'utf8')).map(({ id }) => id);
    };
    const before = await idsAt('https://feeds.example.org');
    const other = await createSite({
      'b.txt': seedText({ url: 'http://blog.example.org//5', title: 'other', time: 1, body: 'other' }),
    });
    await runFeedmill(['build', ...other.flags]);
    const feed = readFileSync(join(other.data, 'public', 'feed.atom'), 'utf8');
    expect(before).toEqual(['urn:uuid:ada77a41-86a1-5e91-8526-8fb4ee214cff']);
    expect(await idsAt('https://elsewhere.example')).toEqual(before);
    expect(readEntries(feed).map(({ id }) => id)).toEqual(before);
  });
});
