// Archives of feeds (RFC 5005 §4) and tombstones (RFC 6721), as a client meets them.
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import { describe, expect, it } from 'vitest';
import { renameInto, writeFiles } from '../support/directories.ts';
import { Daemon, runFeedmill, until } from '../support/process.ts';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';
import { readEntries } from './atom.ts';
import { type Answer, get, text } from './http.ts';
import { createSite, type TestSite } from './site.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const fileOf = (number: number): string => `${number}.txt`;

function seedsOf(numbers: readonly number[]): Record<string, string> {
  return Object.fromEntries(numbers.map((number) => [fileOf(number), numberedSeed(number)]));
}

/** The number in each title, in the order of the document. */
function numbersIn(xml: string): number[] {
  return readEntries(xml).map(({ title }) => Number(/\d+/.exec(title)![0]));
}

function linkOf(xml: string, rel: string): string | null {
  return parseAtomFeed(xml).links?.find((link) => link.rel === rel)?.href ?? null;
}

/** Whether a document lies in an archive. */
function isArchived(xml: string): boolean {
  return /<fh:archive\s*\/>/.test(xml);
}

/** Every document from the current feed back to the first one, by address; `during` is called behind each. */
async function walk(
  start: string,
  during: () => Promise<void> = async () => {},
): Promise<Map<string, string>> {
  const documents = new Map<string, string>();
  for (let url: string | null = start; url !== null;) {
    const xml = await text(url);
    expect(documents.has(url)).toBe(false);
    documents.set(url, xml);
    await during();
    url = linkOf(xml, 'prev-archive');
  }
  return documents;
}

async function startedWith(
  files: Record<string, string>,
  settings: object = {},
): Promise<{ site: TestSite; url: string }> {
  const site = await createSite(files, settings);
  const daemon = await Daemon.start(site.flags);
  return { site, url: await daemon.url(60_000) };
}

const BASE = 'https://feeds.example';
const SMALL = { window: { entries: 10 } };

describe('the archive of a feed', () => {
  it('holds, with the feed, each of 10,000 articles exactly once, though new ones arrive', async () => {
    const { site, url } = await startedWith(seedsOf(range(0, 10_000)), { window: { entries: 100 } });
    let arrived = 10_000;
    const documents = await walk(`${url}/feed.atom`, async () => {
      await renameInto(site.seeds, fileOf(arrived), numberedSeed(arrived));
      arrived += 1;
    });
    expect(documents.size).toBe(1 + Math.ceil(9_900 / 50));
    const met = [...documents.values()].flatMap(numbersIn);
    expect(met).toEqual(range(0, 10_000).reverse());
  }, 120_000);

  it('has full documents that no arrival changes, late ones included', async () => {
    const { site, url } = await startedWith(seedsOf(range(100, 230)), SMALL);
    const before = await walk(`${url}/feed.atom`);
    // Later than all, and older than all.
    for (const number of [300, 301, 1, 2]) await renameInto(site.seeds, fileOf(number), numberedSeed(number));
    const numbers = async (): Promise<number[]> =>
      [...(await walk(`${url}/feed.atom`)).values()].flatMap(numbersIn);
    await until(async () => ((await numbers()).length === 134 ? true : undefined));
    expect((await numbers()).sort((one, other) => one - other)).toEqual([1, 2, ...range(100, 230), 300, 301]);
    before.delete(`${url}/feed.atom`);
    expect(before.size).toBe(3);
    for (const [address, xml] of before) expect(await text(address)).toBe(xml);
  });

  it('marks its documents, and links them to the feed and to each other', async () => {
    const { url } = await startedWith(seedsOf(range(0, 75)), SMALL);
    const [feed, last, first, ...none] = [...(await walk(`${url}/feed.atom`))] as [string, string][];
    expect(none).toEqual([]);
    expect([feed, last, first].map((document) => isArchived(document![1]))).toEqual([false, true, true]);
    for (const [address, xml] of [last!, first!]) {
      expect(linkOf(xml, 'current')).toBe(`${url}/feed.atom`);
      expect(linkOf(xml, 'self')).toBe(address);
      expect(parseAtomFeed(xml).id).toBe(parseAtomFeed(feed![1]).id);
    }
    expect(numbersIn(first![1])).toEqual(range(0, 50).reverse());
    expect(numbersIn(last![1])).toEqual(range(50, 65).reverse());
  });

  it("is there for each outlet's feed, with the outlet's articles alone", async () => {
    const voa = seedsOf(range(0, 30));
    const bbc = Object.fromEntries(range(0, 8).map((i) => [`bbc${i}.txt`, numberedSeed(i, 'www.bbc.com')]));
    const { url } = await startedWith({ ...voa, ...bbc }, SMALL);
    const documents = await walk(`${url}/outlets/voa.atom`);
    expect([...documents.values()].flatMap(numbersIn)).toEqual(range(0, 30).reverse());
    expect(linkOf(await text(`${url}/outlets/bbc.atom`), 'prev-archive')).toBeNull();
  });

  it('is there in every format', async () => {
    const { url } = await startedWith(seedsOf(range(0, 25)), SMALL);
    const rss = parseRssFeed(await text(`${url}/feed.rss`));
    const rssLink = rss.atom?.links?.find(({ rel }) => rel === 'prev-archive')?.href;
    const json = parseJsonFeed(await text(`${url}/feed.json`));
    const olderRss = parseRssFeed(await text(rssLink!));
    const olderJson = parseJsonFeed(await text(json.next_url!));
    const ids = [...(await walk(`${url}/feed.atom`)).values()].flatMap(readEntries).map(({ id }) => id);
    expect([rss, olderRss].flatMap(({ items }) => items!.map((item) => item.guid?.value))).toEqual(ids);
    expect([json, olderJson].flatMap(({ items }) => items!.map((item) => item.id))).toEqual(ids);
    expect(await text(rssLink!)).toMatch(/<fh:archive\s*\/>/);
    expect(olderJson.next_url).toBeUndefined();
  });

  it('may be kept for a year, coded, and asked for again', async () => {
    const { url } = await startedWith(seedsOf(range(0, 25)), SMALL);
    const address = linkOf(await text(`${url}/feed.atom`), 'prev-archive')!;
    const ask = async (headers: Record<string, string>): Promise<Answer> => get(address, { headers });
    const plain = await ask({});
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000');
    expect(plain.headers['content-type']).toBe('application/atom+xml; charset=utf-8');
    const coded = await ask({ 'accept-encoding': 'gzip' });
    expect(coded.headers['content-encoding']).toBe('gzip');
    expect(coded.headers.etag).not.toBe(plain.headers.etag);
    expect((await ask({ 'if-none-match': plain.headers.etag! })).status).toBe(304);
    expect((await ask({ 'if-modified-since': plain.headers['last-modified']! })).status).toBe(304);
  });

  it('has no documents but those it names', async () => {
    const { url } = await startedWith(seedsOf(range(0, 25)), SMALL);
    const address = linkOf(await text(`${url}/feed.atom`), 'prev-archive')!;
    const others = [
      address.replace('/archive/15-', '/archive/14-'),
      address.replace('/archive/15-', '/archive/015-'),
      address.replace('/archive/', '/outlets/bbc/archive/'),
      address.replace('/archive/', '/outlets//archive/'),
      address.replace('.atom', '.html'),
      `${address}/`,
      `${url}/archive/`,
      `${url}/archive/1-.atom`,
    ];
    for (const other of others) expect([other, (await get(other)).status]).toEqual([other, 404]);
  });

  it('shows an article as it was edited, and its document anew', async () => {
    const { site, url } = await startedWith(seedsOf(range(0, 25)), SMALL);
    const address = linkOf(await text(`${url}/feed.atom`), 'prev-archive')!;
    const before = await get(address);
    const { url: page } = { url: 'https://www.voachinese.com/a/sample-3/3.html' };
    const edited = seedText({ time: NOON + 3000, title: '第 3 篇', url: page, body: '<p>改过的正文</p>' });
    await renameInto(site.seeds, fileOf(3), edited);
    const after = await until(async () => {
      const answer = await get(address);
      return answer.body.toString().includes('改过的正文') ? answer : undefined;
    });
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect(numbersIn(after.body.toString())).toEqual(numbersIn(before.body.toString()));
  });

  it('is walked the same way after a restart, and after the ledger was lost', async () => {
    const site = await createSite(seedsOf(range(0, 125)), SMALL);
    const walked: string[][] = [];
    for (const loss of [false, true, false]) {
      const daemon = await Daemon.start(site.flags);
      const url = await daemon.url();
      walked.push([...(await walk(`${url}/feed.atom`)).keys()].map((address) => address.slice(url.length)));
      await daemon.stop();
      if (loss) await rm(join(site.data, 'ledger.sqlite'));
    }
    expect(walked[0]).toHaveLength(4);
    expect(walked[1]).toEqual(walked[0]);
    expect(walked[2]).toEqual(walked[0]);
  });
});

describe('build --archive', () => {
  const archiveOf = (site: TestSite): string => join(site.data, 'public', 'archive');

  async function built(site: TestSite): Promise<void> {
    const { status, stderr } = await runFeedmill(['build', '--archive', '--base-url', BASE, ...site.flags]);
    expect([status, stderr]).toEqual([0, '']);
  }

  it('writes the documents that the daemon serves, in every format and coding', async () => {
    const site = await createSite(seedsOf(range(0, 75)), { ...SMALL, baseUrl: BASE });
    await built(site);
    const daemon = await Daemon.start(site.flags);
    await daemon.logged(({ msg }) => msg.includes('are live at'));
    const port = String((await daemon.logged((line) => typeof line['listen'] === 'string'))['listen']);
    const files = await readdir(archiveOf(site));
    expect(files.filter((name) => /\.(?:atom|rss|json)$/.test(name))).toHaveLength(6);
    expect(files.filter((name) => name.endsWith('.atom.gz'))).toHaveLength(2);
    for (const name of files.filter((each) => /\.(?:atom|rss|json)$/.test(each))) {
      const { body } = await get(`http://${port}/archive/${name}`);
      expect(body.toString()).toBe(await readFile(join(archiveOf(site), name), 'utf8'));
    }
    expect(await readdir(join(site.data, 'public', 'outlets', 'voa', 'archive'))).toHaveLength(files.length);
  });

  it('writes what has changed, and keeps what a client may still be asking for', async () => {
    const site = await createSite(seedsOf(range(0, 75)), SMALL);
    await built(site);
    const before = (await readdir(archiveOf(site))).find((name) => /^65-.*\.atom$/.test(name));
    const full = (await readdir(archiveOf(site))).find((name) => /^50-.*\.atom$/.test(name))!;
    const { ino } = await stat(join(archiveOf(site), full));
    await writeFiles(site.seeds, seedsOf([80]));
    await built(site);
    const files = await readdir(archiveOf(site));
    expect(files.filter((name) => /^6[56]-.*\.atom$/.test(name))).toHaveLength(2);
    expect(files).toContain(before);
    expect((await stat(join(archiveOf(site), full))).ino).toBe(ino);
  });

  it('is not read into memory at a start, nor taken for something that is published no more', async () => {
    const site = await createSite(seedsOf(range(0, 75)), SMALL);
    await built(site);
    const files = await readdir(archiveOf(site));
    await (await Daemon.start(site.flags)).url();
    expect(await readdir(archiveOf(site))).toEqual(files);
  });
});

describe('an article that was withdrawn', () => {
  const tombstonesIn = (xml: string): string[] =>
    [...xml.matchAll(/<at:deleted-entry ref="([^"]*)" when="\d{4}-\d\d-\d\dT[\d:.]+Z"\/>/g)].map(
      ([, id]) => id!,
    );

  it('leaves a tombstone in its feeds', async () => {
    const { site, url } = await startedWith(seedsOf(range(0, 5)), SMALL);
    const gone = readEntries(await text(`${url}/feed.atom`)).find(({ title }) => title === '第 2 篇')!;
    await rm(join(site.seeds, fileOf(2)));
    for (const path of ['feed.atom', 'outlets/voa.atom']) {
      const xml = await until(async () => {
        const body = await text(`${url}/${path}`);
        return tombstonesIn(body).length > 0 ? body : undefined;
      });
      expect(tombstonesIn(xml)).toEqual([gone.id]);
      expect(numbersIn(xml)).toEqual([4, 3, 1, 0]);
    }
    await renameInto(site.seeds, fileOf(2), numberedSeed(2));
    await until(async () => (numbersIn(await text(`${url}/feed.atom`)).length === 5 ? true : undefined));
    expect(tombstonesIn(await text(`${url}/feed.atom`))).toEqual([]);
  });

  it('leaves one in its place in the archive', async () => {
    const { site, url } = await startedWith(seedsOf(range(0, 25)), SMALL);
    const address = linkOf(await text(`${url}/feed.atom`), 'prev-archive')!;
    const { id } = readEntries(await text(address)).find(({ title }) => title === '第 7 篇')!;
    await rm(join(site.seeds, fileOf(7)));
    const xml = await until(async () => {
      const body = await text(address);
      return tombstonesIn(body).length > 0 ? body : undefined;
    });
    expect(tombstonesIn(xml)).toEqual([id]);
    expect(numbersIn(xml)).toEqual(
      range(0, 15)
        .filter((number) => number !== 7)
        .reverse(),
    );
  });

  it('is told of no longer than configured', async () => {
    const { site, url } = await startedWith(seedsOf(range(0, 5)), {
      ...SMALL,
      withdrawal: { tombstoneDays: 0 },
    });
    await rm(join(site.seeds, fileOf(2)));
    const xml = await until(async () => {
      const body = await text(`${url}/feed.atom`);
      return numbersIn(body).length === 4 ? body : undefined;
    });
    expect(tombstonesIn(xml)).toEqual([]);
  });
});
