import { describe, expect, test } from 'vitest';
import type { SeedChange } from '../../src/ledger/ledger.ts';
import {
  everythingIn,
  indexed,
  missing,
  newLedger,
  rejected,
  rendition,
  URL_A,
  winners,
  withdrawn,
} from './changes.ts';

const URL_B = 'https://b.example/1';
const NOTHING = { added: 0, changed: 0, withdrawn: 0, outlets: new Set() };

describe('what is recorded of a seed', () => {
  test('an article: what identifies and places it', async () => {
    const ledger = newLedger();
    const recorded = await ledger.record([indexed('a.txt', { time: 1000, placed: 900 })], 1);
    expect(recorded).toEqual({ ...NOTHING, added: 1, outlets: new Set(['a.example']) });
    const known = {
      path: 'a.txt',
      fingerprint: 'print of a.txt',
      url: 'https://a.example/1',
      time: 900,
      headerTime: 1000,
      missingSince: null,
    };
    expect(await ledger.seeds('', 10)).toEqual([known]);
    expect(await ledger.seedsAt(['a.txt', 'b.txt'])).toEqual(new Map([['a.txt', known]]));
    expect(await ledger.newest(null, 10)).toMatchObject([
      { outlet: 'a.example', time: 900, path: 'a.txt', canonical: URL_A, copies: 'print of a.txt' },
    ]);
  });

  test('an edit: what it says now, and still when it was first seen', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt')], 1);
    const edit = indexed('a.txt', { fingerprint: 'new', time: 2000 });
    expect(await ledger.record([edit], 1)).toMatchObject({ added: 0, changed: 1, withdrawn: 0 });
    expect(await ledger.seeds('', 10)).toMatchObject([{ fingerprint: 'new', time: 2000 }]);
  });

  test('an edit that makes another article of it: one goes, one comes', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt')], 1);
    const recorded = await ledger.record([indexed('a.txt', { url: URL_B })], 7777);
    expect(recorded).toEqual({
      added: 1,
      changed: 0,
      withdrawn: 1,
      outlets: new Set(['a.example', 'b.example']),
    });
    expect(await ledger.newest(null, 10)).toMatchObject([{ outlet: 'b.example' }]);
    expect(await ledger.lastWithdrawal('a.example')).toBe(7777);
  });

  test('a rejection: why, where and in what file', async () => {
    const ledger = newLedger();
    expect(await ledger.record([rejected('b.txt'), rejected('a.txt')], 1)).toEqual(NOTHING);
    expect(await ledger.rejected(10)).toEqual([
      { path: 'a.txt', reason: 'header-missing', line: 3, detail: 'why a.txt is none' },
      { path: 'b.txt', reason: 'header-missing', line: 3, detail: 'why b.txt is none' },
    ]);
    expect(await ledger.rejected(1)).toHaveLength(1);
    expect(await ledger.seedsAt(['a.txt'])).toMatchObject(
      new Map([['a.txt', { time: null, headerTime: null }]]),
    );
  });

  test('a repair: no trace of the rejection', async () => {
    const ledger = newLedger();
    await ledger.record([rejected('a.txt')], 1);
    expect(await ledger.record([indexed('a.txt')], 1)).toMatchObject({ added: 1 });
    expect(await ledger.rejected(10)).toEqual([]);
  });

  test('a broken edit: the article stands as it was', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt', { time: 1000 })], 1);
    expect(await ledger.record([rejected('a.txt')], 1)).toMatchObject({ withdrawn: 0 });
    expect(await ledger.newest(null, 10)).toMatchObject([{ path: 'a.txt', time: 1000 }]);
    expect(await ledger.seeds('', 10)).toMatchObject([{ time: 1000, headerTime: 1000 }]);
  });

  test('an absence: since when, and the article stands', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt'), indexed('b.txt'), rejected('c.txt')], 1);
    expect(await ledger.record([missing('b.txt', 5000), missing('a.txt', 6000)], 1)).toEqual(NOTHING);
    await ledger.record([missing('b.txt', 9999), missing('c.txt', 7000)], 1);
    expect(await ledger.absence()).toEqual({ count: 3, first: 5000, last: 7000 });
    expect((await ledger.missing(2)).map(({ path }) => path)).toEqual(['b.txt', 'a.txt']);
    expect(await winners(ledger)).toEqual(['a.txt']);
  });

  test.for<[string, SeedChange]>([
    ['seen changed', indexed('a.txt', { fingerprint: 'new' })],
    ['seen broken', rejected('a.txt')],
  ])('a return, %s: it is no longer missing', async ([, change]) => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt')], 1);
    await ledger.record([missing('a.txt')], 1);
    await ledger.record([change], 1);
    expect(await ledger.absence()).toEqual({ count: 0, first: 0, last: 0 });
    expect(await ledger.tally()).toMatchObject({ seeds: 1, missing: 0, articles: 1 });
  });

  test('a withdrawal: the seed is forgotten, its article gone, and when that was', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt'), missing('a.txt')], 1);
    const recorded = await ledger.record([withdrawn('a.txt')], 7777);
    expect(recorded).toEqual({ ...NOTHING, withdrawn: 1, outlets: new Set(['a.example']) });
    expect(await ledger.seeds('', 10)).toEqual([]);
    expect(await ledger.newest(null, 10)).toEqual([]);
    expect(await ledger.lastWithdrawal('a.example')).toBe(7777);
    expect(await ledger.lastWithdrawal(null)).toBe(7777);
    expect(await ledger.lastWithdrawal('b.example')).toBe(0);
  });

  test('a withdrawal taken back: the same article, with what was published of it', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt')], 1);
    const [before] = await ledger.newest(null, 1);
    await ledger.saveRenditions(new Map([[before!.id, rendition()]]));
    await ledger.record([withdrawn('a.txt')], 7777);
    expect(await ledger.record([indexed('b.txt')], 8888)).toMatchObject({ added: 1, changed: 0 });
    const { uuid, id } = before!;
    expect(await ledger.newest(null, 1)).toMatchObject([{ id, uuid, rendition: { digest: 'digest' } }]);
    expect(await ledger.lastWithdrawal(null)).toBe(0);
  });

  test.for<[string, SeedChange]>([
    ['missing', missing('nothing.txt')],
    ['withdrawn', withdrawn('nothing.txt')],
  ])('nothing of a file that is not known and %s', async ([, change]) => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt')], 1);
    const before = await everythingIn(ledger);
    expect(await ledger.record([change], 1)).toEqual(NOTHING);
    expect(await everythingIn(ledger)).toEqual(before);
  });

  test('several changes of one file, one after the other', async () => {
    const ledger = newLedger();
    const changes = [indexed('a.txt'), rejected('a.txt'), missing('a.txt'), indexed('a.txt', { url: URL_B })];
    expect(await ledger.record(changes, 1)).toMatchObject({ added: 1, withdrawn: 0 });
    const outlets = new Map([['b.example', 1]]);
    expect(await ledger.tally()).toEqual({ outlets, articles: 1, seeds: 1, rejected: 0, missing: 0 });
  });
});

describe('what comes and goes within a batch', () => {
  test('in two new files of one article is an article that came, and nothing else', async () => {
    const ledger = newLedger();
    const recorded = await ledger.record([indexed('a.txt'), indexed('b.txt', { time: 2000 })], 1);
    expect(recorded).toEqual({ ...NOTHING, added: 1, outlets: new Set(['a.example']) });
    expect(await ledger.newest(null, 10)).toMatchObject([{ path: 'b.txt', time: 2000 }]);
  });

  test('leaves an article that has been withdrawn as it was', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt')], 1);
    await ledger.record([withdrawn('a.txt')], 7777);
    const recorded = await ledger.record([indexed('a.txt'), indexed('a.txt', { url: URL_B })], 9999);
    expect(recorded).toMatchObject({ added: 1, withdrawn: 0 });
    const outlets = new Map([
      ['a.example', 0],
      ['b.example', 1],
    ]);
    expect(await ledger.tally()).toMatchObject({ outlets, articles: 1 });
    expect(await ledger.lastWithdrawal('a.example')).toBe(7777);
  });
});

describe('all or nothing', () => {
  const good = [indexed('b.txt', { url: URL_B }), rejected('c.txt'), missing('a.txt'), withdrawn('x.txt')];

  test.for<[string, SeedChange]>([
    ['is refused as a seed', indexed('d.txt', { fingerprint: null as unknown as string })],
    ['is refused as an article', indexed('d.txt', { url: 'https://d.example/', placed: Number.NaN })],
  ])('if one change %s, none is recorded', async ([, bad]) => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt'), indexed('x.txt', { url: 'https://x.example/' })], 1);
    const before = await everythingIn(ledger);
    await expect(ledger.record([...good, bad], 1)).rejects.toThrow(/NOT NULL/);
    expect(await everythingIn(ledger)).toEqual(before);
  });

  test('after a batch that failed the next is recorded', async () => {
    const ledger = newLedger();
    const bad = indexed('d.txt', { fingerprint: null as unknown as string });
    await expect(ledger.record([bad], 1)).rejects.toThrow(/NOT NULL/);
    expect(await ledger.record(good, 1)).toMatchObject({ added: 1 });
    expect(await ledger.tally()).toMatchObject({ articles: 1, seeds: 2, rejected: 1, missing: 0 });
  });

  test('if one rendition is refused, none is saved', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt'), indexed('b.txt', { url: URL_B })], 1);
    const [first, second] = await ledger.newest(null, 2);
    const bad = rendition({ title: null as unknown as string });
    const both = new Map([
      [first!.id, rendition()],
      [second!.id, bad],
    ]);
    await expect(ledger.saveRenditions(both)).rejects.toThrow(/NOT NULL/);
    expect(await ledger.newest(null, 2)).toMatchObject([{ rendition: null }, { rendition: null }]);
    await ledger.saveRenditions(new Map([[first!.id, rendition()]]));
    expect(await ledger.newest(null, 1)).toMatchObject([{ rendition: { digest: 'digest' } }]);
  });
});

describe('what is asked of it', () => {
  test('orphans: how many that are gone have no copy of the same time that is there', async () => {
    const ledger = newLedger();
    expect(await ledger.orphans(9)).toBe(0);
    await ledger.record([indexed('a.txt'), indexed('moved.txt'), indexed('b.txt', { url: URL_B })], 1);
    expect(await ledger.orphans(9)).toBe(0);
    await ledger.record([missing('a.txt')], 1);
    expect(await ledger.orphans(9)).toBe(0);
    await ledger.record([missing('b.txt')], 1);
    expect(await ledger.orphans(9)).toBe(1);
    await ledger.record([indexed('c.txt', { url: 'https://c.example/' }), missing('c.txt')], 1);
    expect([await ledger.orphans(9), await ledger.orphans(1)]).toEqual([2, 1]);
    await ledger.record([indexed('later.txt', { url: URL_B, time: 2000 })], 1);
    expect(await ledger.orphans(9)).toBe(2);
    await ledger.record([indexed('same.txt', { url: URL_B })], 1);
    expect(await ledger.orphans(9)).toBe(1);
    await ledger.record([missing('moved.txt')], 1);
    expect(await ledger.orphans(9)).toBe(3);
  });

  test('orphans: of undated copies, one is as good as another', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt', { time: null }), indexed('b.txt', { time: null })], 1);
    await ledger.record([missing('a.txt')], 1);
    expect(await ledger.orphans(9)).toBe(0);
  });

  test('known seeds come in the order of their paths’ bytes, a page at a time', async () => {
    const ledger = newLedger();
    const paths = ['a.txt', 'a/b.txt', 'é.txt', '\uFF21.txt', '\u{1F600}.txt'];
    await ledger.record(
      paths.toReversed().map((path) => rejected(path)),
      1,
    );
    const first = await ledger.seeds('', 3);
    const rest = await ledger.seeds(first.at(-1)!.path, 3);
    expect([...first, ...rest].map(({ path }) => path)).toEqual(paths);
    expect(rest).toHaveLength(2);
  });

  test('articles come newest first, those of one moment by their key', async () => {
    const ledger = newLedger();
    const urls = Array.from({ length: 20 }, (_, i) => `https://${i % 2 ? 'odd' : 'even'}.example/${i}`);
    const changes = urls.map((url, i) => indexed(`${i}.txt`, { url, time: Math.floor(i / 4) }));
    await ledger.record(changes, 1);
    const expected = changes
      .map((change) => change as Extract<SeedChange, { kind: 'indexed' }>)
      .toSorted((a, b) => b.time - a.time || a.identity.key.compare(b.identity.key));
    const pathsOf = (outlet: string | null): string[] =>
      expected
        .filter(({ identity }) => outlet === null || identity.outlet === outlet)
        .map(({ path }) => path);
    expect(await winners(ledger)).toEqual(pathsOf(null));
    expect(await winners(ledger, 'odd.example')).toEqual(pathsOf('odd.example'));
    expect((await ledger.newest(null, 7)).map(({ path }) => path)).toEqual(pathsOf(null).slice(0, 7));
    expect((await ledger.newest('even.example', 3)).map(({ path }) => path)).toEqual(
      pathsOf('even.example').slice(0, 3),
    );
  });

  test('an article’s copies come by the time that places them, then by path', async () => {
    const ledger = newLedger();
    const changes = [
      indexed('c.txt', { time: 1000 }),
      indexed('b.txt', { time: 2000 }),
      indexed('a.txt', { time: 2000 }),
    ];
    await ledger.record([...changes, indexed('other.txt', { url: URL_B })], 1);
    const article = (await ledger.newest('a.example', 1))[0]!;
    expect(await ledger.copies(article.id)).toEqual([
      { path: 'c.txt', fingerprint: 'print of c.txt', time: 1000 },
      { path: 'a.txt', fingerprint: 'print of a.txt', time: 2000 },
      { path: 'b.txt', fingerprint: 'print of b.txt', time: 2000 },
    ]);
    expect(article).toMatchObject({ copies: 'print of a.txt print of b.txt print of c.txt' });
  });

  test('renditions: the last that was saved, until the next', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a.txt'), indexed('b.txt', { url: URL_B })], 1);
    const { id } = (await ledger.newest('a.example', 1))[0]!;
    expect(await ledger.newest('a.example', 1)).toMatchObject([{ rendition: null }]);
    await ledger.saveRenditions(new Map([[id, rendition()]]));
    const rendered = {
      atom: Buffer.from('<entry>标题</entry>'),
      rss: Buffer.from('<item/>'),
      json: Buffer.from('{}'),
    };
    const second = rendition({
      digest: 'other',
      source: 'later',
      entry: rendered,
      updated: 9,
      before: 'source',
    });
    await ledger.saveRenditions(new Map([[id, second]]));
    // Made from what had been kept before the second, and ready too late.
    await ledger.saveRenditions(new Map([[id, rendition({ digest: 'late', before: 'source' })]]));
    const { entry, before, ...facts } = second;
    expect(before).toBe('source');
    expect(await ledger.newest('a.example', 1)).toMatchObject([{ rendition: facts }]);
    expect(await ledger.entries([id])).toEqual(new Map([[id, entry]]));
    expect(await ledger.entries([])).toEqual(new Map());
  });

  test('notes: the last that was set, until it is cleared', async () => {
    const ledger = newLedger();
    expect(await ledger.note('name')).toBeNull();
    await ledger.setNote('name', 'value');
    await ledger.setNote('name', '');
    await ledger.setNote('other', 'value');
    expect([await ledger.note('name'), await ledger.note('other')]).toEqual(['', 'value']);
    await ledger.setNote('name', null);
    expect([await ledger.note('name'), await ledger.note('other')]).toEqual([null, 'value']);
  });
});
