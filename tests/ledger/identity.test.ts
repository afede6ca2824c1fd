// What becomes of articles when the rules by which addresses are told apart change.
import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { indexed, ledgerFile, newLedger, rejected, URL_A, withdrawn } from './changes.ts';

const MOBILE = 'https://m.a.example/1';
const NEW_RULES = { canonical: 'https://a.example/one' };

async function idOf(ledger: Ledger, path: string): Promise<string | undefined> {
  return (await ledger.newest(null, 99)).find((article) => article.path === path)?.uuid;
}

describe('an article whose file says what it said', () => {
  test('keeps its id under a new canonical URL', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a', { url: URL_A })], 1);
    const id = await idOf(ledger, 'a');
    const recorded = await ledger.record([indexed('a', { url: URL_A, ...NEW_RULES })], 2);
    expect(recorded).toMatchObject({ added: 0, withdrawn: 0 });
    expect(await ledger.newest(null, 9)).toMatchObject([{ uuid: id, ...NEW_RULES }]);
  });

  test('keeps it though several copies hold it, looked at in one batch or in many', async () => {
    const copies = ['a', 'b', 'c'].map((path) => [path, { url: URL_A }] as const);
    for (const size of [1, 2, 3]) {
      const ledger = newLedger();
      await ledger.record(
        copies.map(([path, facts]) => indexed(path, facts)),
        1,
      );
      const id = await idOf(ledger, 'a');
      const again = copies.map(([path, facts]) => indexed(path, { ...facts, ...NEW_RULES }));
      while (again.length > 0) await ledger.record(again.splice(0, size), 2);
      expect(await ledger.newest(null, 9)).toMatchObject([
        { uuid: id, copies: 'print of a print of b print of c' },
      ]);
      expect(await ledger.tally()).toMatchObject({ articles: 1, seeds: 3 });
    }
  });

  test('keeps it in a new outlet', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a', { outlet: 'a.example' })], 1);
    const id = await idOf(ledger, 'a');
    const recorded = await ledger.record([indexed('a', { outlet: 'recipe' })], 2);
    expect(recorded).toMatchObject({ added: 0, outlets: new Set(['a.example', 'recipe']) });
    expect(await ledger.newest('recipe', 9)).toMatchObject([{ uuid: id }]);
    expect(await ledger.newest('a.example', 9)).toEqual([]);
  });

  test('keeps it if it was published under it, though it has been broken since', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a', { url: URL_A }), rejected('a')], 1);
    const id = await idOf(ledger, 'a');
    await ledger.record([indexed('a', { url: URL_A, ...NEW_RULES })], 2);
    expect(await idOf(ledger, 'a')).toBe(id);
  });
});

describe('a file that says otherwise', () => {
  test('is another article with an id of its own', async () => {
    const ledger = newLedger();
    await ledger.record([indexed('a', { url: URL_A })], 1);
    const id = await idOf(ledger, 'a');
    await ledger.record([indexed('a', { url: 'https://a.example/2' })], 2);
    expect(await idOf(ledger, 'a')).not.toBe(id);
  });
});

describe('articles that turn out to be one', () => {
  test.for([
    ['first by name', ['a', 'b']],
    ['last by name', ['b', 'a']],
  ] as const)('keep the id of the one that stays where it is, be it %s', async ([, [desktop, mobile]]) => {
    const ledger = newLedger();
    await ledger.record(
      [indexed(desktop, { url: URL_A }), indexed(mobile, { url: MOBILE, outlet: 'a.example' })],
      1,
    );
    const id = await idOf(ledger, desktop);
    const merged = [indexed(mobile, { url: MOBILE, canonical: URL_A, outlet: 'a.example' })];
    expect(await ledger.record([...merged, indexed(desktop, { url: URL_A })], 2)).toMatchObject({
      withdrawn: 1,
    });
    expect(await ledger.newest(null, 9)).toMatchObject([{ uuid: id, canonical: URL_A }]);
    expect(await ledger.tally()).toMatchObject({ articles: 1, seeds: 2 });
  });
});

describe('the tally', () => {
  test('is the same when it is counted anew, though an outlet has been left by all its articles', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await ledger.record([indexed('a', { outlet: 'a.example' })], 1);
    await ledger.record([indexed('a', { outlet: 'recipe' })], 2);
    await using again = openLedger(file);
    expect(await again.tally()).toEqual(await ledger.tally());
  });

  test('still names an outlet whose articles were all withdrawn', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await ledger.record([indexed('a')], 1);
    await ledger.record([withdrawn('a')], 2);
    await using again = openLedger(file);
    expect((await again.tally()).outlets).toEqual(new Map([['a.example', 0]]));
    expect(await again.tally()).toEqual(await ledger.tally());
  });
});
