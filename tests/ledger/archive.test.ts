// Places in the archives of feeds.
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Archived, Ledger } from '../../src/ledger/ledger.ts';
import { urlUuid } from '../../src/mill/url.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { indexed, ledgerFile, newLedger, rendition, withdrawn } from './changes.ts';

const urlOf = (number: number, host = 'a.example'): string => `https://${host}/${number}`;

/** Adds articles whose numbers are their times. */
async function add(ledger: Ledger, numbers: readonly number[], host = 'a.example'): Promise<void> {
  const changes = numbers.map((time) => indexed(`${host}-${time}.txt`, { url: urlOf(time, host), time }));
  await ledger.record(changes, 1);
}

/** Archives what is behind the article of that number. */
async function archiveBehind(ledger: Ledger, number: number, outlet: string | null = null): Promise<void> {
  const articles = await ledger.newest(outlet, 1000);
  const { id } = articles.find(({ time }) => time === number)!;
  await ledger.archive(outlet, id);
}

/** The numbers of the articles in an archive, the last place first. */
async function everything(ledger: Ledger, outlet: string | null = null): Promise<number[]> {
  const end = await ledger.archiveEnd(outlet);
  return end === null ? [] : timesOf((await ledger.archived(outlet, 1, end))!);
}

function timesOf({ articles }: Archived): number[] {
  return articles.map(({ time }) => time);
}

describe('an archive', () => {
  test('takes what is behind an article, the oldest first, each once', async () => {
    const ledger = newLedger();
    await add(ledger, [3, 1, 5, 2, 4]);
    await archiveBehind(ledger, 4);
    expect(await everything(ledger)).toEqual([3, 2, 1]);
    await archiveBehind(ledger, 4);
    expect(await everything(ledger)).toEqual([3, 2, 1]);
    await archiveBehind(ledger, 5);
    expect(await everything(ledger)).toEqual([4, 3, 2, 1]);
  });

  test('has nothing of a beginning that a kill interrupted', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await add(ledger, [1, 2, 3]);
    using database = new DatabaseSync(file);
    database.exec("INSERT INTO run (feed, number, places) VALUES ('', 0, '3 tag\n'), ('', 1, '2 tag\n')");
    expect(await everything(ledger)).toEqual([]);
    expect(await ledger.archived(null, 1, { place: 1, tag: 'tag' })).toBe(null);
    await archiveBehind(ledger, 3);
    expect(await everything(ledger)).toEqual([2, 1]);
  });

  test('gives what comes late and is old the next place, and leaves the others theirs', async () => {
    const ledger = newLedger();
    await add(ledger, [10, 20, 30]);
    await archiveBehind(ledger, 30);
    await add(ledger, [5, 15]);
    await archiveBehind(ledger, 30);
    expect(await everything(ledger)).toEqual([15, 5, 20, 10]);
  });

  test('of one time takes the last key first, as feeds end with it', async () => {
    const ledger = newLedger();
    const changes = [1, 2, 3, 4].map((number) => indexed(`${number}.txt`, { url: urlOf(number), time: 7 }));
    await ledger.record(changes, 1);
    const order = (await ledger.newest(null, 10)).map(({ uuid }) => uuid);
    const [first] = await ledger.newest(null, 1);
    await ledger.archive(null, first!.id);
    const { articles } = (await ledger.archived(null, 1, (await ledger.archiveEnd(null))!))!;
    expect(articles.map(({ uuid }) => uuid)).toEqual(order.slice(1));
  });

  test("is the merged feed's or an outlet's, each with places of its own", async () => {
    const ledger = newLedger();
    await add(ledger, [1, 3, 5]);
    await add(ledger, [2, 4], 'b.example');
    await archiveBehind(ledger, 4);
    await archiveBehind(ledger, 5, 'a.example');
    expect(await everything(ledger)).toEqual([3, 2, 1]);
    expect(await everything(ledger, 'a.example')).toEqual([3, 1]);
    expect(await everything(ledger, 'b.example')).toEqual([]);
    expect((await ledger.archiveEnd('a.example'))!.place).toBe(2);
  });

  test('names a place by all that stands up to it', async () => {
    const [one, other, third] = [newLedger(), newLedger(), newLedger()];
    await add(one, [1, 2, 3, 9]);
    await add(other, [3, 2, 1, 9]);
    await add(third, [1, 4, 3, 9]);
    for (const ledger of [one, other, third]) await archiveBehind(ledger, 9);
    expect(await other.archiveEnd(null)).toEqual(await one.archiveEnd(null));
    expect(await third.archiveTag(null, 1)).toBe(await one.archiveTag(null, 1));
    expect(await third.archiveTag(null, 3)).not.toBe(await one.archiveTag(null, 3));
  });

  test('knows no place under another tag', async () => {
    const ledger = newLedger();
    await add(ledger, [1, 2, 9]);
    await archiveBehind(ledger, 9);
    const { place, tag } = (await ledger.archiveEnd(null))!;
    expect(await ledger.archived(null, 1, { place, tag: 'x' })).toBeNull();
    expect(await ledger.archived(null, 1, { place: place + 1, tag })).toBeNull();
    expect(await ledger.archived('a.example', 1, { place, tag })).toBeNull();
    expect(await ledger.archiveTag(null, place + 1)).toBeNull();
  });

  test('tells what has been withdrawn, and shows it again once it is back', async () => {
    const ledger = newLedger();
    await add(ledger, [1, 2, 9]);
    await archiveBehind(ledger, 9);
    const end = (await ledger.archiveEnd(null))!;
    await ledger.record([withdrawn('a.example-1.txt')], 7777);
    const withdrawal = { uuid: urlUuid(urlOf(1)), time: 7777 };
    expect(await ledger.archived(null, 1, end)).toMatchObject({
      articles: [{ time: 2 }],
      withdrawn: [withdrawal],
    });
    await add(ledger, [1]);
    expect(await everything(ledger)).toEqual([2, 1]);
    expect(await ledger.archiveEnd(null)).toEqual(end);
  });

  test.for([null, 'a.example'])(
    'of %s takes what was withdrawn when it began, once that is back',
    async (outlet) => {
      const ledger = newLedger();
      await add(ledger, [1, 2, 9]);
      await ledger.record([withdrawn('a.example-1.txt')], 7777);
      await archiveBehind(ledger, 9, outlet);
      expect(await everything(ledger, outlet)).toEqual([2]);
      await add(ledger, [1]);
      await archiveBehind(ledger, 9, outlet);
      expect(await everything(ledger, outlet)).toEqual([1, 2]);
    },
  );

  test('takes an article that comes to another outlet, and keeps it where it had a place, also if it returns', async () => {
    const ledger = newLedger();
    await add(ledger, [1, 2, 9]);
    await archiveBehind(ledger, 9, 'a.example');
    await ledger.record([indexed('a.example-1.txt', { url: urlOf(1), time: 1, outlet: 'b.example' })], 1);
    expect(await everything(ledger, 'a.example')).toEqual([2, 1]);
    await add(ledger, [8], 'b.example');
    await archiveBehind(ledger, 8, 'b.example');
    expect(await everything(ledger, 'b.example')).toEqual([1]);
    for (const outlet of ['a.example', 'b.example', 'a.example']) {
      await ledger.record([indexed('a.example-1.txt', { url: urlOf(1), time: 1, outlet })], 1);
      await archiveBehind(ledger, 9, 'a.example');
      await archiveBehind(ledger, 8, 'b.example');
    }
    expect(await everything(ledger, 'a.example')).toEqual([2, 1]);
    expect(await everything(ledger, 'b.example')).toEqual([1]);
  });

  test('takes an article that came to another outlet before it had a place, and only there', async () => {
    const ledger = newLedger();
    await add(ledger, [1, 9]);
    await ledger.record([indexed('a.example-1.txt', { url: urlOf(1), time: 1, outlet: 'b.example' })], 1);
    await archiveBehind(ledger, 9, 'a.example');
    expect(await everything(ledger, 'a.example')).toEqual([]);
    await ledger.record([indexed('a.example-1.txt', { url: urlOf(1), time: 1, outlet: 'a.example' })], 1);
    await archiveBehind(ledger, 9, 'a.example');
    expect(await everything(ledger, 'a.example')).toEqual([1]);
  });
});

describe('withdrawals', () => {
  /** Articles 1 to 5, published, then withdrawn at 1001 to 1005. */
  async function withdrawnFive(): Promise<Ledger> {
    const ledger = newLedger();
    await add(ledger, [1, 2, 3, 4, 5]);
    const articles = await ledger.newest(null, 10);
    await ledger.saveRenditions(new Map(articles.map(({ id }) => [id, rendition()])));
    for (const number of [1, 2, 3, 4, 5])
      await ledger.record([withdrawn(`a.example-${number}.txt`)], 1000 + number);
    return ledger;
  }

  test('are told after a time, the last first, no more than asked for', async () => {
    const ledger = await withdrawnFive();
    const times = async (outlet: string | null, since: number, limit: number): Promise<number[]> =>
      (await ledger.withdrawals(outlet, since, limit)).map(({ time }) => time);
    expect(await times(null, 1002, 10)).toEqual([1005, 1004, 1003]);
    expect(await times('a.example', 0, 2)).toEqual([1005, 1004]);
    expect(await times('b.example', 0, 2)).toEqual([]);
  });

  test('are not told of what nobody has seen', async () => {
    const ledger = newLedger();
    await add(ledger, [1]);
    await ledger.record([withdrawn('a.example-1.txt')], 1000);
    expect(await ledger.withdrawals(null, 0, 10)).toEqual([]);
  });

  test('name the outlets that had one between two times', async () => {
    const ledger = await withdrawnFive();
    expect(await ledger.outletsWithdrawnFrom(1001, 1002)).toEqual(['a.example']);
    expect(await ledger.outletsWithdrawnFrom(1005, 2000)).toEqual([]);
    expect(await ledger.outletsWithdrawnFrom(0, 1000)).toEqual([]);
  });
});
