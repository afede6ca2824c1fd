// How much there is, kept in step: what counting every row gives, whatever happened, and without a look at every row.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeedChange } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { SqliteLedger } from '../../src/ledger/sqlite.ts';
import { countAll } from '../../src/ledger/tally.ts';
import { indexed, ledgerFile, missing, rejected, withdrawn } from './changes.ts';

const somePath = fc.constantFrom('a', 'b', 'c', 'd');
const someUrl = fc.constantFrom('https://one.example/1', 'https://one.example/2', 'https://two.example/3');
const someOutlet = fc.constantFrom('one.example', 'two.example', 'recipe');
const someChange: fc.Arbitrary<SeedChange> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ path: somePath, url: someUrl, outlet: someOutlet })
      .map(({ path, ...facts }) => indexed(path, facts)),
  },
  { weight: 1, arbitrary: somePath.map((path) => rejected(path)) },
  { weight: 1, arbitrary: somePath.map((path) => missing(path)) },
  { weight: 2, arbitrary: somePath.map((path) => withdrawn(path)) },
);

/** Remembers what it has been asked to prepare. */
class Listening extends DatabaseSync {
  readonly heard: string[] = [];

  override prepare(sql: string): StatementSync {
    this.heard.push(sql);
    return super.prepare(sql);
  }
}

describe('the tally', () => {
  test('is what counting every row gives, whatever happened', async () => {
    const file = ledgerFile();
    let run = 0;
    const batches = fc.array(fc.array(someChange, { maxLength: 4 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(batches, async (changes) => {
        const path = `${file}.${run++}`;
        await using ledger = openLedger(path);
        using database = new DatabaseSync(path, { readOnly: true });
        for (const batch of changes) {
          await ledger.record(batch, 1);
          const tally = await ledger.tally();
          expect(tally).toEqual(countAll(database));
          expect((await ledger.absence()).count).toBe(tally.missing);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a ledger', () => {
  test('reads no table whole, to answer or to be opened, but for one question that says so', async () => {
    const file = ledgerFile();
    await openLedger(file)[Symbol.asyncDispose]();
    using database = new Listening(file);
    await using _ = new SqliteLedger(database, file);
    const heard = database.heard.splice(0);
    expect(heard.length).toBeGreaterThan(40);
    const whole = heard.filter((sql) => {
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      return plan.some(({ detail }) => {
        return /^(?:SCAN|SEARCH) (?:seed|article|copy|gone|rendition|archive|unarchived)\b(?!.* USING )/.test(
          detail as string,
        );
      });
    });
    expect(whole.filter((sql) => !sql.includes('uuid IN'))).toEqual([]);
  });
});
