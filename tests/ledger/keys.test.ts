// What stands for the index of keys while a ledger is filled.
import { describe, expect, test } from 'vitest';
import { Keys } from '../../src/ledger/keys.ts';
import { articleKey } from '../../src/mill/url.ts';
import { type SeedChange } from '../../src/ledger/ledger.ts';
import { everythingIn, indexed, newLedger } from './changes.ts';

describe('keys', () => {
  test('lead to their articles, however many there are, and others to none', () => {
    const keys = new Keys();
    const keyOf = (article: number): Buffer => articleKey(`https://a.example/${article}`);
    for (let article = 1; article <= 20_000; article += 1) keys.add(keyOf(article), article);
    expect(keys.size).toBe(20_000);
    for (let article = 1; article <= 20_000; article += 1) {
      expect(keys.alike(keyOf(article))).toEqual([article]);
      expect(keys.alike(keyOf(-article))).toEqual([]);
    }
  });

  test('that begin alike lead to the articles of each', () => {
    const keys = new Keys();
    const [one, other] = [Buffer.alloc(32, 7), Buffer.alloc(32, 7)];
    other[31] = 8;
    keys.add(one, 1);
    keys.add(other, 2);
    expect(keys.alike(one)).toEqual([1, 2]);
  });
});

test('articles whose keys begin alike are told apart, recorded together or not', async () => {
  const change = (path: string, last: number): SeedChange => {
    const same = indexed(path, { url: `https://a.example/${last}` }) as Extract<
      SeedChange,
      { kind: 'indexed' }
    >;
    const key = Buffer.alloc(32, 7);
    key[31] = last;
    return { ...same, identity: { ...same.identity, key } };
  };
  const batches = [[change('a', 1), change('b', 2)], [change('c', 1), change('d', 3)], [change('e', 2)]];
  const [alone, filled] = [newLedger(), newLedger()];
  for (const batch of batches) await alone.record(batch, 1);
  await filled.together(async () => {
    for (const batch of batches) await filled.record(batch, 1);
  });
  expect(await filled.tally()).toMatchObject({ seeds: 5, articles: 3 });
  expect(await everythingIn(filled)).toEqual(await everythingIn(alone));
});
