// How many articles each day had: what is kept in step is what counting from scratch gives.
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DayCount, Ledger, SeedChange } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { indexed, ledgerFile, missing, newLedger, rejected, withdrawn } from './changes.ts';

const DAY_MS = 86_400_000;
const EVER = [-1_000_000, 1_000_000] as const;
const OUTLETS = ['one.example', 'two.example'];

/** Counted from the articles that there are. */
async function counted(ledger: Ledger, outlet: string | null): Promise<DayCount[]> {
  const articles = await ledger.newest(outlet, 10_000);
  const byDay = Map.groupBy(articles, ({ time }) => Math.floor(time / DAY_MS));
  return [...byDay]
    .map(([day, { length }]) => ({ day, articles: length }))
    .toSorted((one, other) => one.day - other.day);
}

async function counts(
  count: (outlet: string | null) => Promise<readonly DayCount[]>,
): Promise<(readonly DayCount[])[]> {
  return Promise.all([null, ...OUTLETS].map(count));
}

async function kept(ledger: Ledger): Promise<(readonly DayCount[])[]> {
  return counts(async (outlet) => ledger.articlesPerDay(outlet, ...EVER));
}

async function countedAnew(ledger: Ledger): Promise<(readonly DayCount[])[]> {
  return counts(async (outlet) => counted(ledger, outlet));
}

const somePath = fc.constantFrom('a', 'b', 'c', 'd');
const someUrl = fc.constantFrom('https://one.example/1', 'https://one.example/2', 'https://two.example/3');
/** A few hours apart, around the beginning of time too. */
const someTime = fc.integer({ min: -8, max: 8 }).map((n) => n * 10_000_000);
const someChange: fc.Arbitrary<SeedChange> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ path: somePath, url: someUrl, time: someTime, outlet: fc.constantFrom(...OUTLETS) })
      .map(({ path, ...facts }) => indexed(path, facts)),
  },
  { weight: 1, arbitrary: somePath.map((path) => rejected(path)) },
  { weight: 1, arbitrary: somePath.map((path) => missing(path)) },
  { weight: 2, arbitrary: somePath.map((path) => withdrawn(path)) },
);

describe('articles per day', () => {
  test('are what counting from scratch gives, whatever happened', async () => {
    const file = ledgerFile();
    let run = 0;
    const batches = fc.array(fc.array(someChange, { maxLength: 4 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(batches, async (changes) => {
        await using ledger = openLedger(`${file}.${run++}`);
        for (const batch of changes) {
          await ledger.record(batch, 1);
          expect(await kept(ledger)).toEqual(await countedAnew(ledger));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('are those of the days asked for, both ends included', async () => {
    const ledger = newLedger();
    for (const day of [1, 2, 3, 4]) {
      const facts = { url: `https://one.example/${day}`, time: day * DAY_MS };
      await ledger.record([indexed(`${day}.txt`, facts)], 1);
    }
    expect(await ledger.articlesPerDay('one.example', 2, 3)).toEqual([
      { day: 2, articles: 1 },
      { day: 3, articles: 1 },
    ]);
  });

  test('are counted in a ledger that was made before they were', async () => {
    const file = ledgerFile();
    {
      await using ledger = openLedger(file);
      const times = [-DAY_MS - 1, -DAY_MS, -1, 0, DAY_MS - 1, DAY_MS, DAY_MS];
      const changes = times.map((time, i) => {
        return indexed(`${i}.txt`, { url: `https://${OUTLETS[i % 2]!}/${i}`, time });
      });
      await ledger.record([...changes, withdrawn('6.txt')], 1);
    }
    const database = new DatabaseSync(file);
    database.exec(`
      DROP TABLE day; DROP INDEX seed_rejected_lately;
      DROP INDEX seed_shared; ALTER TABLE seed DROP COLUMN shared;
      CREATE INDEX seed_key ON seed (key, header_time DESC, path) WHERE key IS NOT NULL;
      DROP TABLE run; DROP TABLE begun; DROP TABLE unarchived; DROP TABLE left_behind; DROP INDEX article_withdrawn;
      DROP TABLE subscription; DROP TABLE outlet; DROP TABLE seed_count; DROP INDEX article_outlet_withdrawn;
      PRAGMA user_version = 2`);
    database.close();
    await using again = openLedger(file);
    expect(await again.articlesPerDay(null, ...EVER)).toEqual([
      { day: -2, articles: 1 },
      { day: -1, articles: 2 },
      { day: 0, articles: 2 },
      { day: 1, articles: 1 },
    ]);
    expect(await kept(again)).toEqual(await countedAnew(again));
  });
});

describe('the seeds rejected lately', () => {
  test('begin with the one written last', async () => {
    const ledger = newLedger();
    const fingerprints = { old: '5-1000-9-1', newest: '5-30000.5-1-1', newer: '90-2000-1-1' };
    for (const [path, fingerprint] of Object.entries(fingerprints)) {
      await ledger.record([rejected(path, fingerprint)], 1);
    }
    await ledger.record([indexed('sound', { fingerprint: '5-99999-1-1' })], 1);
    const lately = await ledger.rejectedLately(2);
    expect(lately.map(({ path }) => path)).toEqual(['newest', 'newer']);
  });

  test('are found without a look at all that were ever rejected', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await ledger.record([rejected('a')], 1);
    const database = new DatabaseSync(file, { readOnly: true });
    const { WRITTEN_MS } = await import('../../src/ledger/schema.ts');
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT path FROM seed WHERE reason IS NOT NULL ORDER BY ${WRITTEN_MS} DESC, path LIMIT 10`,
      )
      .all();
    database.close();
    expect(JSON.stringify(plan)).toContain('seed_rejected_lately');
    expect(JSON.stringify(plan)).not.toContain('TEMP B-TREE');
  });
});
