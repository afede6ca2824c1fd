import { parseAtomFeed } from 'feedsmith';
import { describe, expect, test } from 'vitest';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';
import { Mill } from './mill.ts';

const ISO = (time: number): string => new Date(time).toISOString();

describe('a first pass', () => {
  test('puts articles in the order of their times, the newest first, whatever their files are called', async () => {
    const mill = new Mill();
    mill.writeAll({
      'z.txt': numberedSeed(1),
      'a.txt': numberedSeed(3),
      'sub/m.txt': numberedSeed(5),
      'b.txt': numberedSeed(4, 'www.bbc.com'),
      'c.txt': numberedSeed(2, 'unknown.example'),
    });
    const result = await mill.pass();
    expect(result).toMatchObject({ added: 5, changed: 0, withdrawn: 0, rejected: [], again: null });
    expect(mill.titles()).toEqual(['第 5 篇', '第 4 篇', '第 3 篇', '第 2 篇', '第 1 篇']);
    expect(mill.titles('outlets/voa.atom')).toEqual(['第 5 篇', '第 3 篇', '第 1 篇']);
    expect(mill.titles('outlets/unknown.example.atom')).toEqual(['第 2 篇']);
  });

  test('dates a feed by its newest entry, and entries by their headers', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2, 'www.bbc.com') });
    await mill.pass();
    const dates = mill.entries().map(({ published, updated }) => [published, updated]);
    expect(dates).toEqual([
      [ISO(NOON + 2000), ISO(NOON + 2000)],
      [ISO(NOON + 1000), ISO(NOON + 1000)],
    ]);
    expect([mill.updated(), mill.updated('outlets/voa.atom')]).toEqual([ISO(NOON + 2000), ISO(NOON + 1000)]);
    const sources = parseAtomFeed(mill.bytes()).entries!.map(({ source }) => source?.updated);
    expect(sources).toEqual([ISO(NOON + 2000), ISO(NOON + 1000)]);
  });

  test('publishes an address in several files once', async () => {
    const mill = new Mill();
    mill.writeAll({
      'a.txt': seedText({ url: 'https://www.voachinese.com/a/1.html' }),
      'b.txt': seedText({ url: 'http://WWW.voachinese.com//a/1.html?utm_source=rss#top' }),
    });
    await mill.pass();
    expect(mill.entries()).toHaveLength(1);
  });

  test('of an empty directory makes valid feeds without entries', async () => {
    const mill = new Mill();
    await mill.pass();
    expect(mill.entries()).toEqual([]);
    expect(mill.updated()).toBe(ISO(0));
  });
});

describe('a pass that finds nothing new', () => {
  async function twoSeeds(yaml = ''): Promise<Mill> {
    const mill = new Mill({ yaml });
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2, 'www.bbc.com') });
    await mill.pass();
    return mill;
  }

  test.for([
    ['in the same process', false],
    ['in another process', true],
  ])('changes no byte and writes no file: %s', async ([, restart]) => {
    const mill = await twoSeeds();
    const [bytes, times] = [mill.documents(), mill.fileTimes()];
    if (restart) await mill.stop();
    mill.now += 86_400_000;
    for (let pass = 2; pass <= 3; pass += 1) {
      expect((await mill.pass()).published).toEqual([]);
      expect(mill.documents()).toEqual(bytes);
      expect(mill.fileTimes()).toEqual(times);
    }
  });

  test('writes only the documents that an article is in', async () => {
    const mill = await twoSeeds();
    const bbc = mill.fileTimes()['outlets/bbc.atom'];
    mill.write('c.txt', numberedSeed(3));
    expect((await mill.pass(['c.txt'])).published).toEqual([
      'feed.atom',
      'feed.rss',
      'feed.json',
      'outlets/voa.atom',
      'outlets/voa.rss',
      'outlets/voa.json',
      'outlets/voa/index.html',
      'outlets/voa/index.en.html',
      'index.html',
      'index.en.html',
    ]);
    expect(mill.fileTimes()['outlets/bbc.atom']).toEqual(bbc);
  });

  test('publishes what a fresh build does, which only knows nothing of what was withdrawn', async () => {
    const mill = await twoSeeds('withdrawal: { tombstoneDays: 0 }');
    mill.write('c.txt', numberedSeed(3));
    await mill.pass(['c.txt']);
    mill.remove('a.txt');
    mill.write('d.txt', numberedSeed(4));
    await mill.pass();
    expect(mill.documents()).toEqual(await mill.freshDocuments());
  });
});

describe('a pass that is asked to stop', () => {
  /** More than are recorded at a time. */
  const SOME = 6_000;

  async function stopped(): Promise<Mill> {
    const mill = new Mill();
    for (let i = 1; i <= SOME; i += 1) mill.write(`b/${i}.txt`, numberedSeed(i));
    mill.write('a/c.txt', seedText());
    // A first look comes from the end.
    mill.onDirectory = (path, stop) => path === 'a' && stop();
    await expect(mill.pass()).rejects.toThrow(/aborted/);
    await mill.stop();
    mill.onDirectory = () => {};
    return mill;
  }

  test('publishes nothing, and the next one all', async () => {
    const mill = await stopped();
    expect(mill.documents()).toEqual({});
    await mill.pass();
    expect(mill.documents()).toEqual(await mill.freshDocuments());
  });

  test('leaves what it has done to the next one', async () => {
    const mill = await stopped();
    const { added } = await mill.pass();
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(SOME);
  });
});

describe('a seed that changes between being found and being read', () => {
  /** `a.txt` is written again in every pass, behind its back. */
  function changing(): Mill {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b/c.txt': numberedSeed(2) });
    // Enough to be looked at that the seed is read before the next folder is listed: from the end at first, then not. Then it is the
    // first of those that are read together.
    for (let i = 0; i < 300; i += 1) mill.write(`ab/${i}.md`, '');
    for (let i = 0; i < 255; i += 1) mill.write(`0/${i}.md`, '');
    mill.write('00/1.md', '');
    let changes = 0;
    mill.onDirectory = (path) => {
      if (path === (changes === 0 ? '0' : 'b'))
        mill.write('a.txt', `${numberedSeed(1)}<p>${'again '.repeat((changes += 1))}</p>`);
    };
    return mill;
  }

  test('is looked at again, and does not stop the others', async () => {
    const mill = changing();
    expect(await mill.pass()).toMatchObject({ again: { paths: ['a.txt'] } });
    expect(mill.titles()).toEqual(['第 2 篇']);
    expect(await mill.pass(['a.txt'])).toMatchObject({ again: null });
    expect(mill.titles()).toEqual(['第 2 篇', '第 1 篇']);
  });

  test('stands as it was published, which is told once', async () => {
    const mill = changing();
    await mill.pass();
    await mill.pass(['a.txt']);
    const before = mill.entries();
    await mill.pass();
    await mill.pass();
    expect(mill.entries()).toEqual(before);
    expect(mill.logged.filter((line) => line.includes('a.txt'))).toHaveLength(1);
  });
});
