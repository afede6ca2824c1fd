import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeedChange, Tally } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { indexed, ledgerFile, missing, newLedger, rejected, winners, withdrawn } from './changes.ts';

/** Which of these copies of one article counts. */
async function winnerOf(...changes: SeedChange[]): Promise<string[]> {
  const ledger = newLedger();
  for (const change of changes) await ledger.record([change], 1);
  return winners(ledger);
}

describe('of several copies, the one that counts', () => {
  test('has the latest header time', async () => {
    const changes = [indexed('a', { time: 1 }), indexed('b', { time: 3 }), indexed('c', { time: 2 })];
    expect(await winnerOf(...changes)).toEqual(['b']);
  });

  test('has the first name among those of one time', async () => {
    const changes = [indexed('b', { time: 1 }), indexed('a', { time: 1 }), indexed('c', { time: 1 })];
    expect(await winnerOf(...changes)).toEqual(['a']);
  });

  test('has the first name by its bytes', async () => {
    const changes = [indexed('\u{1F600}', { time: 1 }), indexed('\uFF21', { time: 1 })];
    expect(await winnerOf(...changes)).toEqual(['\uFF21']);
  });

  test('has a time, if only one of them does, however late the other is placed', async () => {
    expect(await winnerOf(indexed('a', { time: null, placed: 9000 }), indexed('b', { time: 0 }))).toEqual([
      'b',
    ]);
  });

  test('has the first name if none has a time', async () => {
    const changes = [indexed('b', { time: null, placed: 9 }), indexed('a', { time: null, placed: 1 })];
    expect(await winnerOf(...changes)).toEqual(['a']);
  });

  test('is not broken, unless all are', async () => {
    const copies = [indexed('a', { time: 2 }), indexed('b', { time: 1 })];
    expect(await winnerOf(...copies, rejected('a'))).toEqual(['b']);
    expect(await winnerOf(...copies, rejected('a'), rejected('b'))).toEqual(['a']);
    expect(await winnerOf(...copies, rejected('a'), indexed('a', { time: 2 }))).toEqual(['a']);
  });

  test('may be missing: it has not been withdrawn yet', async () => {
    expect(await winnerOf(indexed('a', { time: 2 }), indexed('b', { time: 1 }), missing('a'))).toEqual(['a']);
  });

  test('is the next one once it is withdrawn or holds another article', async () => {
    const copies = [indexed('a', { time: 2 }), indexed('b', { time: 1 })];
    expect(await winnerOf(...copies, withdrawn('a'))).toEqual(['b']);
    expect(await winnerOf(...copies, indexed('a', { time: 0, url: 'https://b.example/' }))).toEqual([
      'b',
      'a',
    ]);
  });

  test('places the article', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a', { time: 2000 }), indexed('b', { time: 9000, placed: 500 })], 1);
    expect(await ledger.newest(null, 9)).toMatchObject([{ path: 'b', time: 500 }]);
  });
});

describe('what a copy does to its article', () => {
  test('a copy that does not count changes nothing worth a word, but its outlet may look different', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a', { time: 2 })], 1);
    const outlets = new Set(['a.example']);
    const none = { added: 0, changed: 0, withdrawn: 0, outlets };
    expect(await ledger.record([indexed('b', { time: 1 })], 1)).toEqual(none);
    expect(await ledger.record([withdrawn('b')], 1)).toEqual(none);
  });

  test('a copy that comes to count, or ceases to, changes it', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a', { time: 1 })], 1);
    expect(await ledger.record([indexed('b', { time: 2 })], 1)).toMatchObject({ added: 0, changed: 1 });
    expect(await ledger.record([withdrawn('b')], 1)).toMatchObject({ changed: 1, withdrawn: 0 });
  });

  test('the article keeps its id whichever copy counts', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a', { time: 1 })], 1);
    const [before] = await ledger.newest(null, 1);
    await ledger.record([indexed('b', { time: 2 })], 1);
    await ledger.record([withdrawn('a')], 1);
    const [after] = await ledger.newest(null, 1);
    expect([after!.id, after!.uuid]).toEqual([before!.id, before!.uuid]);
  });
});

const PATHS = ['a', 'b', 'c', 'd/e', '\uFF21', '\u{1F600}'];
const URLS = ['https://one.example/1', 'https://one.example/2', 'https://two.example/3'];
const somePath = fc.constantFrom(...PATHS);
const someUrl = fc.constantFrom(...URLS);
const someTime = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 3 }));

/** What a ledger ought to know, kept as plainly as can be. */
interface ModelSeed {
  url: string | null;
  time: number | null;
  placed: number;
  broken: boolean;
  missing: boolean;
}
class Model {
  readonly seeds = new Map<string, ModelSeed>();
  readonly #outletsSeen = new Set<string>();

  record(batch: readonly SeedChange[]): void {
    for (const change of batch) this.#apply(change);
    for (const url of this.articles().keys()) this.#outletsSeen.add(new URL(url).hostname);
  }

  #apply(change: SeedChange): void {
    const before = this.seeds.get(change.path);
    switch (change.kind) {
      case 'indexed': {
        const { url, headerTime } = change.identity;
        this.seeds.set(change.path, {
          url,
          time: headerTime,
          placed: change.time,
          broken: false,
          missing: false,
        });
        return;
      }
      case 'rejected': {
        const unknown = { url: null, time: null, placed: 0 };
        this.seeds.set(change.path, { ...unknown, ...before, broken: true, missing: false });
        return;
      }
      case 'missing':
        if (before) before.missing = true;
        return;
      case 'withdrawn':
        this.seeds.delete(change.path);
    }
  }

  /** url → the copy that counts */
  articles(): Map<string, { path: string; time: number }> {
    const articles = new Map<string, { path: string; time: number }>();
    for (const url of URLS) {
      const copies = [...this.seeds].filter(([, seed]) => seed.url === url);
      const [winner] = copies.toSorted(
        ([pathA, a], [pathB, b]) =>
          Number(a.broken) - Number(b.broken) ||
          (b.time ?? -1) - (a.time ?? -1) ||
          Buffer.compare(Buffer.from(pathA), Buffer.from(pathB)),
      );
      if (winner) articles.set(url, { path: winner[0], time: winner[1].placed });
    }
    return articles;
  }

  tally(): Tally {
    const live = [...this.articles().keys()].map((url) => new URL(url).hostname);
    const outlets = [...this.#outletsSeen].map(
      (id) => [id, live.filter((each) => each === id).length] as const,
    );
    const seeds = [...this.seeds.values()];
    return {
      outlets: new Map(outlets),
      articles: live.length,
      seeds: seeds.length,
      rejected: seeds.filter(({ broken }) => broken).length,
      missing: seeds.filter((seed) => seed.missing).length,
    };
  }
}

const someChange: fc.Arbitrary<SeedChange> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(somePath, someUrl, someTime).map(([path, url, time]) => {
      return indexed(path, { url, time, placed: time ?? 2 });
    }),
  },
  { weight: 2, arbitrary: somePath.map((path) => rejected(path)) },
  { weight: 1, arbitrary: somePath.map((path) => missing(path)) },
  { weight: 2, arbitrary: somePath.map((path) => withdrawn(path)) },
);

describe('whatever happens', () => {
  test('articles and tally are what a plain account of all changes says', async () => {
    const file = ledgerFile();
    let run = 0;
    const batches = fc.array(fc.array(someChange, { maxLength: 4 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(batches, async (changes) => {
        await using ledger = openLedger(`${file}.${run++}`);
        const model = new Model();
        for (const batch of changes) {
          const before = model.articles();
          model.record(batch);
          const after = model.articles();
          const recorded = await ledger.record(batch, 1);
          expect(recorded.added).toBe([...after.keys()].filter((url) => !before.has(url)).length);
          expect(recorded.withdrawn).toBe([...before.keys()].filter((url) => !after.has(url)).length);
          const found = (await ledger.newest(null, 99)).map(
            ({ canonical, path, time }) => [canonical, { path, time }] as const,
          );
          expect(new Map(found)).toEqual(after);
          expect(await ledger.tally()).toEqual(model.tally());
        }
        await using again = openLedger(`${file}.${run - 1}`);
        expect(await again.tally()).toEqual(model.tally());
      }),
      { numRuns: 150 },
    );
  });

  test('the order of arrival, and what came in one batch, make no difference', async () => {
    const file = ledgerFile();
    let run = 0;
    const seeds = fc.uniqueArray(fc.tuple(somePath, someUrl, someTime, fc.boolean()), {
      selector: ([path]) => path,
    });
    const arrivals = seeds.chain((all) => {
      const order = fc.shuffledSubarray(all, { minLength: all.length });
      return fc.tuple(order, order, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
    });
    const result = async (
      order: [string, string, number | null, boolean][],
      size: number,
    ): Promise<unknown> => {
      await using ledger = openLedger(`${file}.${run++}`);
      const changes = order.flatMap(([path, url, time, broken]) => [
        indexed(path, { url, time, placed: time ?? 2 }),
        ...(broken ? [rejected(path)] : []),
      ]);
      while (changes.length > 0) await ledger.record(changes.splice(0, size), 1);
      const articles = (await ledger.newest(null, 99)).map((article) => ({ ...article, id: 0 }));
      return { articles, tally: await ledger.tally() };
    };
    await fc.assert(
      fc.asyncProperty(arrivals, async ([one, other, size, otherSize]) => {
        expect(await result(one, size)).toEqual(await result(other, otherSize));
      }),
      { numRuns: 100 },
    );
  });
});
