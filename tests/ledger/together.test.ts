// Changes that reach the disk together.
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeedChange } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { everythingIn, indexed, ledgerFile, missing, rejected, withdrawn } from './changes.ts';

const somePath = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const someUrl = fc.constantFrom('https://one.example/1', 'https://one.example/2', 'https://two.example/3');
const someChange: fc.Arbitrary<SeedChange> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ path: somePath, url: someUrl, moved: fc.boolean(), time: fc.integer({ min: 0, max: 3 }) })
      .map(({ path, url, moved, time }) => {
        return indexed(path, { url, time, canonical: moved ? `${url}/moved` : url });
      }),
  },
  { weight: 1, arbitrary: somePath.map((path) => rejected(path)) },
  { weight: 1, arbitrary: somePath.map((path) => missing(path)) },
  { weight: 2, arbitrary: somePath.map((path) => withdrawn(path)) },
);
const batches = fc.array(fc.array(someChange, { maxLength: 6 }), { maxLength: 10 });

/** What another process sees. */
function seedsIn(file: string): unknown {
  using database = new DatabaseSync(file, { readOnly: true });
  return database.prepare('SELECT count(*) AS seeds FROM seed').get()!['seeds'];
}

function indexesIn(file: string): unknown[] {
  using database = new DatabaseSync(file, { readOnly: true });
  return database.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name").all();
}

/** Seeds of articles of their own. */
const articles = (from: number, to: number): SeedChange[] =>
  Array.from({ length: to - from }, (_, i) => {
    return indexed(`${from + i}`, { url: `https://a.example/${from + i}`, time: from + i });
  });

describe('what is recorded together', () => {
  test('is what is recorded batch by batch, and what each batch was said to do', async () => {
    const file = ledgerFile();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(batches, async (changes) => {
        const [one, other] = [`${file}.${run++}`, `${file}.${run++}`];
        await using alone = openLedger(one);
        const expected: unknown[] = [];
        for (const batch of changes) expected.push(await alone.record(batch, 7));
        {
          await using ledger = openLedger(other);
          await ledger.together(async () => {
            for (const [i, batch] of changes.entries())
              expect(await ledger.record(batch, 7)).toEqual(expected[i]);
          });
        }
        await using together = openLedger(other);
        expect(await everythingIn(together)).toEqual(await everythingIn(alone));
      }),
      { numRuns: 60 },
    );
  });

  test('is seen by others when it is done', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await ledger.together(async () => {
      await ledger.record(articles(0, 3), 1);
      await ledger.record(articles(3, 5), 1);
      expect(await ledger.tally()).toMatchObject({ seeds: 5 });
      expect(seedsIn(file)).toBe(0);
    });
    expect(seedsIn(file)).toBe(5);
    await ledger.record(articles(5, 6), 1);
    expect(seedsIn(file)).toBe(6);
  });

  test('at first is found by the same indexes as what comes later, whether that ends well or not', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    const indexes = indexesIn(file);
    const failing = ledger.together(async () => {
      await ledger.record(articles(0, 3), 1);
      await ledger.setNote('name', 'value');
      // There are fewer on the way.
      expect(indexesIn(file).length).toBeLessThan(indexes.length);
      expect(await ledger.newest('a.example', 1)).toMatchObject([{ path: '2' }]);
      throw new Error('stopped');
    });
    await expect(failing).rejects.toThrow('stopped');
    expect(indexesIn(file)).toEqual(indexes);
    await ledger.together(async () => {
      await ledger.record(articles(3, 6), 1);
      await ledger.setNote('name', 'value');
      expect(indexesIn(file)).toEqual(indexes);
    });
  });

  test('at first is found by the same indexes when there is so much that another thread makes them', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    const indexes = indexesIn(file);
    let isDone = false;
    const filling = ledger.together(async () => ledger.record(articles(0, 12_000), 1));
    void filling.then(() => (isDone = true));
    while (seedsIn(file) === 0) await new Promise(setImmediate);
    // It is waited for, and what is written meanwhile waits for it.
    expect(isDone).toBe(false);
    await ledger.setNote('name', 'value');
    expect(indexesIn(file)).toEqual(indexes);
    await filling;
    expect(await ledger.newest(null, 1)).toMatchObject([{ path: '11999' }]);
    expect(await ledger.record(articles(11_999, 12_001), 1)).toMatchObject({ added: 1 });
  });

  test('leaves a journal that is as short as one written to seldom', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    const long = 'x'.repeat(20_000);
    await ledger.together(async () => {
      for (let i = 0; i < 40; i += 1) {
        const batch = Array.from({ length: 128 }, (_, j) => rejected(`${i}-${j}`, long));
        await ledger.record(batch, 1);
        await ledger.setNote('name', `${i}`);
      }
    });
    // 100 MB have been written.
    expect(statSync(`${file}-wal`).size).toBeLessThan(64_000_000);
  });

  test('is not kept waiting by a journal that somebody reads', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await ledger.record(articles(0, 1), 1);
    using reader = new DatabaseSync(file, { readOnly: true });
    reader.exec('BEGIN; SELECT count(*) FROM seed');
    const long = 'x'.repeat(20_000);
    let threads = 0;
    const count = (): void => void (threads += 1);
    process.on('worker', count);
    for (let i = 0; i < 20; i += 1) {
      await ledger.record(
        Array.from({ length: 128 }, (_, j) => rejected(`${i}-${j}`, long)),
        1,
      );
    }
    process.off('worker', count);
    // 50 MB have been written, and none of it could leave the journal.
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(48_000_000);
    expect(threads).toBe(1);
  });

  test('is written before what somebody else writes meanwhile', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await ledger.together(async () => {
      await ledger.record(articles(0, 3), 1);
      await ledger.setNote('name', 'value');
      expect(seedsIn(file)).toBe(3);
      await ledger.record(articles(3, 5), 1);
      expect(seedsIn(file)).toBe(3);
      const [newest] = await ledger.newest(null, 1);
      await ledger.archive(null, newest!.id);
      expect(seedsIn(file)).toBe(5);
      await ledger.record(articles(5, 6), 1);
      await ledger.subscriptions.expire(1);
      expect(seedsIn(file)).toBe(6);
    });
  });

  test('is written in between when it is much', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await ledger.together(async () => {
      const batch = Array.from({ length: 1_000 }, (_, i) => rejected(`${i}`));
      for (let i = 0; i < 4; i += 1) await ledger.record(batch, 1);
      expect(seedsIn(file)).toBe(0);
      await ledger.record(batch, 1);
      expect(seedsIn(file)).toBe(1_000);
    });
  });

  test('before what fails is not recorded either, or all of it is; what comes behind is', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await ledger.record(articles(0, 1), 1);
    const bad = indexed('bad', { fingerprint: null as unknown as string });
    const failing = ledger.together(async () => {
      await ledger.record(articles(1, 3), 1);
      await ledger.record([bad], 1);
    });
    await expect(failing).rejects.toThrow(/NOT NULL/);
    expect(seedsIn(file)).toBe(1);
    expect(await ledger.tally()).toMatchObject({ seeds: 1, articles: 1 });
    await ledger.record(articles(1, 3), 1);
    expect(seedsIn(file)).toBe(3);
  });

  test('before something else fails is recorded', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    const failing = ledger.together(async () => {
      await ledger.record(articles(0, 3), 1);
      throw new Error('stopped');
    });
    await expect(failing).rejects.toThrow('stopped');
    expect(seedsIn(file)).toBe(3);
  });
});

describe('a seed', () => {
  test('is its article’s or marked as one of several, whatever happened', async () => {
    const file = ledgerFile();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(batches, async (changes) => {
        const path = `${file}.${run++}`;
        await using ledger = openLedger(path);
        using database = new DatabaseSync(path, { readOnly: true });
        for (const batch of changes) {
          await ledger.record(batch, 1);
          const lost = database
            .prepare(
              `SELECT path FROM seed WHERE key IS NOT NULL AND shared = 0 AND NOT EXISTS
                (SELECT 1 FROM article WHERE article.key = seed.key AND article.seed = seed.id)`,
            )
            .all();
          expect(lost).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });
});
