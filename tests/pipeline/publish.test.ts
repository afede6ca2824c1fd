import { existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LostError } from '../../src/output/store.ts';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';
import { Mill } from './mill.ts';

describe('a feed’s window', () => {
  test('shows so many of the newest entries', async () => {
    const mill = new Mill({ yaml: 'window: { entries: 3 }\n' });
    for (let i = 1; i <= 5; i += 1)
      mill.write(`${i}.txt`, numberedSeed(i, i % 2 ? 'www.bbc.com' : undefined));
    await mill.pass();
    expect(mill.titles()).toEqual(['第 5 篇', '第 4 篇', '第 3 篇']);
    expect(mill.titles('outlets/bbc.atom')).toEqual(['第 5 篇', '第 3 篇', '第 1 篇']);
    mill.write('6.txt', numberedSeed(6));
    await mill.pass();
    expect(mill.titles()).toEqual(['第 6 篇', '第 5 篇', '第 4 篇']);
  });

  test('is never larger than it may be, and holds all that fit', async () => {
    const bytesMax = 12_000;
    const mill = new Mill({ yaml: `window: { bytes: ${bytesMax} }\n` });
    for (let i = 1; i <= 12; i += 1) {
      const url = `https://www.voachinese.com/a/${i}.html`;
      mill.write(
        `${i}.txt`,
        seedText({ time: NOON + i, title: `${i}`, url, body: `<p>${'字'.repeat(400)}</p>` }),
      );
    }
    await mill.pass();
    for (const feed of ['feed.atom', 'outlets/voa.atom']) {
      const { size } = statSync(mill.published(feed));
      const titles = mill.titles(feed);
      expect(size).toBeLessThanOrEqual(bytesMax);
      expect(size + size / titles.length).toBeGreaterThan(bytesMax);
      expect(titles).toEqual(Array.from({ length: titles.length }, (_, i) => `${12 - i}`));
    }
  });

  test('ends before the first entry that does not fit: no feed has gaps', async () => {
    const mill = new Mill({ yaml: 'window: { bytes: 10000 }\n' });
    for (const [number, characters] of [1, 1100, 1100, 1].entries()) {
      const url = `https://www.voachinese.com/a/${number}.html`;
      const body = `<p>${'字'.repeat(characters)}</p>`;
      mill.write(`${number}.txt`, seedText({ time: NOON - number, title: `${number}`, url, body }));
    }
    await mill.pass();
    expect(mill.titles()).toEqual(['0', '1']);
  });

  test('shows an entry that is larger than all may be by its summary, and the others', async () => {
    const mill = new Mill({ yaml: 'window: { bytes: 10000 }\n' });
    mill.write('1.txt', numberedSeed(1));
    mill.write('2.txt', seedText({ time: NOON + 9000, title: '长', body: `<p>${'字'.repeat(9000)}</p>` }));
    await mill.pass();
    expect(mill.titles()).toEqual(['长', '第 1 篇']);
    expect(mill.bytes().split('字').length).toBeLessThan(300);
  });
});

describe('an article that cannot be published', () => {
  const broken = `${seedText({ time: NOON + 9000, title: '坏', body: '<p>zeroes follow</p>'.repeat(500) })}\0`;

  test('does not stop the others', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': broken, 'c.txt': numberedSeed(3) });
    expect(await mill.pass()).toMatchObject({ publishError: null });
    expect(mill.titles()).toEqual(['第 3 篇', '第 1 篇']);
  });

  test('is told once, with its file and the reason', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': broken });
    const rejected = [{ path: 'b.txt', rejection: { reason: 'not-text', detail: 'a NUL byte' } }];
    expect((await mill.pass()).rejected).toMatchObject(rejected);
    mill.write('c.txt', numberedSeed(3));
    expect((await mill.pass()).rejected).toEqual([]);
    await mill.stop();
    expect((await mill.pass()).rejected).toEqual([]);
  });

  test('is published once it can be', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': broken });
    await mill.pass();
    mill.write('b.txt', broken.slice(0, -1));
    await mill.pass();
    expect(mill.titles()).toEqual(['坏', '第 1 篇']);
  });
});

describe('a document that cannot be written', () => {
  /** A directory stands in the place of the merged feed. */
  async function obstructed(): Promise<Mill> {
    const mill = new Mill();
    mkdirSync(mill.published('feed.atom'), { recursive: true });
    mill.write('a.txt', numberedSeed(1));
    return mill;
  }

  test('is told of, and the others are written', async () => {
    const mill = await obstructed();
    const { publishError, added } = await mill.pass();
    expect(publishError?.message).toMatch(/feed\.atom/);
    expect(added).toBe(1);
    expect(mill.titles('outlets/voa.atom')).toEqual(['第 1 篇']);
    expect(Object.keys(mill.documents())).toEqual([
      'feed.css',
      'feed.json',
      'feed.rss',
      'feeds.opml',
      'icon.svg',
      'index.en.html',
      'index.html',
      'outlets/voa.atom',
      'outlets/voa.json',
      'outlets/voa.rss',
      'outlets/voa/index.en.html',
      'outlets/voa/index.html',
      'page.css',
      'page.js',
    ]);
  });

  test('is told of for as long as it is so, though nothing else happens', async () => {
    const mill = await obstructed();
    await mill.pass();
    expect((await mill.pass()).publishError).toBeInstanceOf(Error);
  });

  test('is written by the next pass that can, though nothing else happens', async () => {
    const mill = await obstructed();
    await mill.pass();
    rmSync(mill.published('feed.atom'), { recursive: true });
    expect((await mill.pass()).publishError).toBeNull();
    expect(mill.titles()).toEqual(['第 1 篇']);
  });

  test('is written by the next pass that can and finds something new', async () => {
    const mill = await obstructed();
    await mill.pass();
    rmSync(mill.published('feed.atom'), { recursive: true });
    mill.write('b.txt', numberedSeed(2, 'www.bbc.com'));
    expect((await mill.pass()).publishError).toBeNull();
    expect(mill.titles()).toEqual(['第 2 篇', '第 1 篇']);
  });

  test('is written by the next process', async () => {
    const mill = await obstructed();
    await mill.pass();
    await mill.stop();
    rmSync(mill.published('feed.atom'), { recursive: true });
    expect((await mill.pass()).published).toEqual(['feed.atom']);
    expect(mill.titles()).toEqual(['第 1 篇']);
  });
});

describe('a document that somebody else has touched', () => {
  test.for<[string, (file: string) => void]>([
    ['deleted', (file) => rmSync(file)],
    ['cut short', (file) => truncateSync(file, 100)],
    ['overwritten', (file) => writeFileSync(file, 'not a feed')],
    ['overwritten with as many bytes', (file) => writeFileSync(file, 'x'.repeat(statSync(file).size))],
  ])('(%s) is put right by the next look at everything', async ([, touch]) => {
    const mill = new Mill();
    mill.write('a.txt', numberedSeed(1));
    await mill.pass();
    const before = mill.documents();
    touch(mill.published('feed.atom'));
    expect(await mill.pass()).toMatchObject({ publishError: null });
    expect(mill.documents()).toEqual(before);
  });

  test.for<[string, (mill: Mill) => Promise<unknown>]>([
    ['is put right by the next look at everything', async (mill) => mill.pass()],
    [
      'and asked for is put right by the next look at anything',
      async (mill) => {
        await expect(async () => mill.snapshot.get('feed.atom')!.read()).rejects.toThrow(LostError);
        return mill.pass([]);
      },
    ],
  ])('(deleted while nothing of it was in memory) %s', async ([, next]) => {
    const mill = new Mill();
    mill.write('a.txt', numberedSeed(1));
    await mill.pass();
    const before = mill.documents();
    await mill.stop();
    await mill.pass();
    rmSync(mill.published('feed.atom'));
    expect(await next(mill)).toMatchObject({ publishError: null });
    expect(mill.documents()).toEqual(before);
    expect(String(await mill.snapshot.get('feed.atom')!.read())).toBe(before['feed.atom']);
  });

  test('(cut short while no process ran) is put right by the next', async () => {
    const mill = new Mill();
    mill.write('a.txt', numberedSeed(1));
    await mill.pass();
    const before = mill.documents();
    await mill.stop();
    truncateSync(mill.published('feed.atom'), 100);
    await mill.pass();
    expect(mill.documents()).toEqual(before);
  });
});

describe('what stands in the public directory', () => {
  test('left by a process that was killed while writing is removed', async () => {
    const mill = new Mill();
    const left = ['.feed.atom.feedmill-tmp', 'outlets/.voa.atom.feedmill-tmp'].map((path) =>
      mill.published(path),
    );
    for (const file of left) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'half a fe');
    }
    await mill.pass();
    expect(left.map((file) => existsSync(file))).toEqual([false, false]);
  });

  test('and is not feedmill’s is left alone', async () => {
    const mill = new Mill();
    const others = ['.htaccess', 'robots.txt', 'logo.svg', 'outlets/page.css', 'outlets/.hidden'].map(
      (path) => mill.published(path),
    );
    for (const file of others) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'not ours');
    }
    await mill.pass();
    expect(others.map((file) => existsSync(file))).toEqual(others.map(() => true));
  });

  test('and is no longer published is removed by the next process', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2, 'www.bbc.com') });
    await mill.pass();
    await mill.stop();
    rmSync(mill.ledger);
    mill.remove('a.txt');
    expect((await mill.pass()).published).toContain('outlets/voa.atom');
    expect(existsSync(mill.published('outlets/voa.atom'))).toBe(false);
  });
});

test('a pass over many outlets lets other work have its turn', async () => {
  const mill = new Mill();
  for (let outlet = 0; outlet < 200; outlet += 1) {
    mill.write(`${outlet}.txt`, numberedSeed(outlet, `www.outlet-${outlet}.example`));
  }
  const seen = new Set<number>();
  mill.show = (progress) => {
    const timer = setInterval(() => progress.feeds && seen.add(progress.feeds.done), 1);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  };
  await mill.pass();
  // Of 200 feeds; at the least the first is waited for, which loads what cleans.
  expect(seen.size).toBeGreaterThan(5);
});
