// A start that finds all that is published as it would make it composes nothing; any other composes what it has to.
import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { parseAtomFeed } from 'feedsmith';
import { DAY_MS } from '../../src/article.ts';
import { numberedSeed, seedText } from '../support/seeds.ts';
import { Mill } from './mill.ts';

/** The merged feed, that of an outlet with a recipe, and those of two without one. */
const ALL = 4;

let mill: Mill;

/** In another process. */
async function restart(): Promise<void> {
  await mill.stop();
  await mill.pass();
}

/** Ends the next pass when it has recorded what it found and begins to compose. */
async function endBeforePublication(): Promise<void> {
  let stop = (): void => {};
  mill.onDirectory = (_, end) => (stop = end);
  mill.show = (progress) => {
    Object.defineProperty(progress, 'feeds', {
      set: () => {
        stop();
      },
    });
    return { [Symbol.dispose]() {} };
  };
  await expect(mill.pass()).rejects.toThrow('aborted');
  await mill.stop();
  mill.onDirectory = () => {};
  mill.show = () => ({ [Symbol.dispose]() {} });
}

beforeEach(async () => {
  mill = new Mill({ yaml: 'window: { entries: 2 }' });
  mill.writeAll({
    'a.txt': numberedSeed(1),
    'b.txt': numberedSeed(2),
    'c.txt': numberedSeed(3),
    'd.txt': numberedSeed(4, 'chinese.example'),
    'e.txt': seedText({
      url: 'https://korean.example/5',
      title: '뉴스',
      body: '<p>오늘의 뉴스입니다.</p>',
      time: 5,
    }),
    'no-seed.txt': 'this is none',
  });
  await mill.pass();
});

describe('a start at which nothing has changed', () => {
  test('composes nothing, however often', async () => {
    const [documents, times] = [mill.documents(), mill.fileTimes()];
    for (let start = 0; start < 3; start += 1) {
      await restart();
      expect(mill.composed).toBe(0);
    }
    expect([mill.documents(), mill.fileTimes()]).toEqual([documents, times]);
  });

  test('composes nothing after what it has come upon since', async () => {
    mill.write('f.txt', numberedSeed(6));
    mill.remove('c.txt');
    await mill.pass();
    mill.write('other.txt', 'neither is this');
    await mill.pass();
    await restart();
    expect(mill.composed).toBe(0);
    expect(mill.titles('outlets/voa.atom')).toEqual(['第 6 篇', '第 2 篇']);
  });

  test('has the archives that there were', async () => {
    const before = [await mill.archive(null), await mill.archive('voa')];
    await restart();
    expect(mill.composed).toBe(0);
    expect([await mill.archive(null), await mill.archive('voa')]).toEqual(before);
    expect(before[1]).not.toEqual([]);
  });

  test('prepares the codings that are missing', async () => {
    rmSync(mill.published('feed.atom.gz'));
    await restart();
    expect(mill.composed).toBe(0);
    expect(
      mill.snapshot
        .get('feed.atom')!
        .codings.map(({ coding }) => coding)
        .sort(),
    ).toEqual(['br', 'gzip', 'zstd']);
  });
});

describe('after a start that composed nothing', () => {
  test('what comes is composed, and nothing else, in the bytes that it would always have', async () => {
    await restart();
    mill.write('f.txt', numberedSeed(6));
    await mill.pass();
    expect(mill.composed).toBe(2);
    expect(mill.documents()).toEqual(await mill.freshDocuments());
    expect(mill.bytes('feeds.opml')).toContain('language="ko"');
  });

  test('a document that somebody has deleted is composed, and all others', async () => {
    await restart();
    const documents = mill.documents();
    rmSync(mill.published('outlets/voa.atom'));
    await mill.pass();
    expect(mill.composed).toBe(ALL);
    expect(mill.documents()).toEqual(documents);
  });
});

describe('a start composes what came while nothing ran, and nothing else:', () => {
  test('an article', async () => {
    await mill.stop();
    mill.write('f.txt', numberedSeed(6));
    await restart();
    expect(mill.composed).toBe(2);
    expect(mill.documents()).toEqual(await mill.freshDocuments());
  });

  test('the end of a tombstone', async () => {
    const told = (): unknown[] => [...mill.bytes('outlets/voa.atom').matchAll(/deleted-entry ref/g)];
    mill.remove('c.txt');
    await mill.pass();
    expect(told()).toHaveLength(1);
    mill.now += 29 * DAY_MS;
    await restart();
    expect([mill.composed, told().length]).toEqual([0, 1]);
    mill.now += 2 * DAY_MS;
    await restart();
    expect([mill.composed, told().length]).toEqual([2, 0]);
    await restart();
    expect(mill.composed).toBe(0);
  });
});

describe('a start composes everything anew after', () => {
  test.for<[string, () => void]>([
    ['another window', () => (mill.yaml = 'window: { entries: 1 }')],
    ['another page', () => (mill.yaml += '\npage: { rejected: false }')],
    ['other addresses of pictures', () => (mill.yaml += '\nimages: direct')],
    ['another title', () => (mill.site = { title: 'other' })],
    ['another base URL', () => (mill.site = { baseUrl: 'https://other.example' })],
    ['another hub', () => (mill.site = { hubs: ['https://hub.example/'] })],
    ['another version of the program', () => (mill.site = { version: 'other' })],
    ['another Node', () => (mill.runtime = 'other')],
    ['another recipe', () => mill.useRecipes({ voa: "remove: ['p']" })],
    ['a recipe less', () => mill.useRecipes({ voa: null })],
  ])('%s', async ([, change]) => {
    await mill.stop();
    change();
    await mill.pass();
    expect(mill.composed).toBeGreaterThanOrEqual(ALL);
    const fresh = await mill.freshDocuments();
    expect(mill.documents()['feed.atom']).toEqual(fresh['feed.atom']);
    expect(mill.documents()['index.html']).toEqual(fresh['index.html']);
    await restart();
    expect(mill.composed).toBe(0);
  });

  test.for<[string, () => void]>([
    ['a document was deleted', () => rmSync(mill.published('outlets/voa.rss'))],
    ['a document was changed', () => writeFileSync(mill.published('outlets/voa.rss'), 'changed')],
    ['a document was emptied', () => writeFileSync(mill.published('feed.css'), '')],
    [
      'a document was replaced by one of the same size',
      () =>
        writeFileSync(mill.published('feed.json'), mill.bytes('feed.json').replace('feedmill', 'FEEDMILL')),
    ],
    [
      'a document was added',
      () => writeFileSync(mill.published('outlets/gone.atom'), 'of an outlet that was'),
    ],
    ['what is known of documents was lost', () => rmSync(join(mill.data, 'tags.json'))],
    [
      'what is known of documents was damaged',
      () => writeFileSync(join(mill.data, 'tags.json'), '{"imprint":'),
    ],
  ])('%s', async ([, damage]) => {
    const documents = mill.documents();
    await mill.stop();
    damage();
    await mill.pass();
    expect(mill.composed).toBe(ALL);
    expect(mill.documents()).toEqual(documents);
    await restart();
    expect(mill.composed).toBe(0);
  });

  test.for<[string, () => void]>([
    ['the ledger was deleted', () => rmSync(mill.ledger)],
    ['the ledger was put back as it was earlier', () => copyFileSync(mill.away, mill.ledger)],
  ])('%s', async ([, change]) => {
    await mill.stop();
    copyFileSync(mill.ledger, mill.away);
    const times = new Date('2026-03-10T12:00:00Z');
    mill.write('b.txt', numberedSeed(2).replace('正文', '改过的正文'));
    utimesSync(join(mill.seeds, 'b.txt'), times, times);
    await mill.pass();
    await mill.stop();
    change();
    await mill.pass();
    expect(mill.composed).toBe(ALL);
    expect(mill.bytes('outlets/voa.atom')).toContain('改过的正文');
    await restart();
    expect(mill.composed).toBe(0);
  });

  test('a process that ended between recording and publishing', async () => {
    mill.write('f.txt', numberedSeed(6));
    await endBeforePublication();
    expect(parseAtomFeed(mill.bytes()).entries).toHaveLength(2);
    expect(mill.titles()).not.toContain('第 6 篇');
    await mill.pass();
    expect(mill.composed).toBe(ALL);
    expect(mill.documents()).toEqual(await mill.freshDocuments());
  });

  test('a process with another configuration that ended before it had published, when that is taken back', async () => {
    const [yaml, documents] = [mill.yaml, mill.documents()];
    await mill.stop();
    mill.yaml = 'window: { entries: 1 }';
    await endBeforePublication();
    mill.yaml = yaml;
    await mill.pass();
    expect(mill.documents()).toEqual(documents);
  });

  test('files that could not be written', async () => {
    const file = mill.published('outlets/voa.atom');
    rmSync(file);
    mkdirSync(join(file, 'in the way'), { recursive: true });
    mill.write('f.txt', numberedSeed(6));
    expect((await mill.pass()).publishError).not.toBeNull();
    await mill.stop();
    rmSync(file, { recursive: true });
    await mill.pass();
    expect(mill.composed).toBe(ALL);
    expect(mill.documents()).toEqual(await mill.freshDocuments());
  });

  test('an article that could not be read while it was composed', async () => {
    mill.write('f.txt', numberedSeed(6));
    mill.show = (progress) => {
      let feeds: unknown = null;
      Object.defineProperty(progress, 'feeds', {
        set: (value) => {
          if (feeds === null) mill.write('f.txt', numberedSeed(6).replace('正文', '改过的正文'));
          feeds = value;
        },
        get: () => feeds,
      });
      return { [Symbol.dispose]() {} };
    };
    expect((await mill.pass()).again).not.toBeNull();
    mill.show = () => ({ [Symbol.dispose]() {} });
    await restart();
    expect(mill.composed).toBe(ALL);
    expect(mill.bytes()).toContain('改过的正文');
  });
});

test('what is known of documents is not written again by a pass that finds nothing', async () => {
  const file = join(mill.data, 'tags.json');
  const before = readFileSync(file);
  rmSync(file);
  await mill.pass();
  await restart();
  writeFileSync(file, before);
  await mill.pass();
  expect(readFileSync(file)).toEqual(before);
});
