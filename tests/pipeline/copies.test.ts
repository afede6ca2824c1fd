// One address in several files: which of them came first must not be seen in what is published.
import { describe, expect, test } from 'vitest';
import { NOON, seedText } from '../support/seeds.ts';
import { Mill, MINUTE } from './mill.ts';

type Copies = Readonly<Record<string, string>>;

/** Every order of some things. */
function ordersOf<T>(things: readonly T[]): T[][] {
  if (things.length === 0) return [[]];
  return things.flatMap((thing) =>
    ordersOf(things.filter((other) => other !== thing)).map((rest) => [thing, ...rest]),
  );
}

/** The merged feed, after a pass for each copy as it came; and what a fresh build makes of them all. */
async function arriving(order: readonly string[], copies: Copies): Promise<{ grown: string; fresh: string }> {
  const mill = new Mill();
  for (const path of order) {
    // The file's own time is what an undated copy is placed by.
    mill.writeAt(NOON - MINUTE, path, copies[path]!);
    await mill.pass();
  }
  return { grown: mill.bytes(), fresh: (await mill.freshDocuments())['feed.atom']! };
}

const copy = (minute: number | 'NaN', body: string): string =>
  seedText({ time: minute === 'NaN' ? minute : NOON + minute * MINUTE, body: `<p>${body}</p>` });

describe('copies that come one by one make the feed that they make together', () => {
  test.for<[string, Copies]>([
    ['each with a text of its own', { a: copy(2, 'second'), b: copy(1, 'first'), c: copy(3, 'third') }],
    ['all with one text', { a: copy(2, 'same'), b: copy(1, 'same'), c: copy(3, 'same') }],
    ['a text that stays once it has changed', { a: copy(1, 'old'), b: copy(2, 'new'), c: copy(3, 'new') }],
    ['one of them undated', { a: copy('NaN', 'undated'), b: copy(1, 'first'), c: copy(2, 'second') }],
    ['all undated, with one text', { a: copy('NaN', 'same'), b: copy('NaN', 'same') }],
    ['of one time, with one text', { a: copy(1, 'same'), b: copy(1, 'same'), c: copy(1, 'same') }],
  ])('%s', async ([, named]) => {
    const copies = Object.fromEntries(Object.entries(named).map(([name, text]) => [`${name}.txt`, text]));
    for (const order of ordersOf(Object.keys(copies))) {
      const { grown, fresh } = await arriving(order, copies);
      expect(grown, `order of arrival: ${order.join(', ')}`).toBe(fresh);
    }
  });

  // A reader who has seen the other text has to be told: `updated` says when that was.
  test.for<[string, Copies]>([
    ['they are of one time and differ', { a: copy(1, 'one'), b: copy(1, 'other') }],
    ['a text returns', { a: copy(1, 'one'), b: copy(2, 'other'), c: copy(3, 'one') }],
  ])('but for the time of the update, where %s', async ([, named]) => {
    const copies = Object.fromEntries(Object.entries(named).map(([name, text]) => [`${name}.txt`, text]));
    const undated = (feed: string): string => feed.replaceAll(/<updated>.*?<\/updated>/g, '');
    for (const order of ordersOf(Object.keys(copies))) {
      const { grown, fresh } = await arriving(order, copies);
      expect(undated(grown), `order of arrival: ${order.join(', ')}`).toBe(undated(fresh));
    }
  });

  test('whichever of them is edited or goes away meanwhile', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': copy(1, 'one'), 'b.txt': copy(3, 'three') });
    await mill.pass();
    mill.write('c.txt', copy(2, 'two'));
    await mill.pass();
    mill.remove('a.txt');
    await mill.pass();
    mill.write('d.txt', copy(4, 'four'));
    mill.remove('b.txt');
    await mill.pass();
    expect(mill.bytes()).toBe((await mill.freshDocuments())['feed.atom']);
  });
});

describe('an article in several files', () => {
  test('is as its latest copy says, and was published when its first was taken', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': copy(1, 'old'), 'b.txt': copy(2, 'new') });
    await mill.pass();
    expect(mill.entry()).toMatchObject({
      content: '<p>new</p>',
      published: new Date(NOON + MINUTE).toISOString(),
      updated: new Date(NOON + 2 * MINUTE).toISOString(),
    });
  });

  test('is dated by the first copy that reads as it does', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': copy(1, 'same'), 'b.txt': copy(2, 'same') });
    await mill.pass();
    expect(mill.entry().updated).toBe(new Date(NOON + MINUTE).toISOString());
  });

  test('is dated by that copy, though an earlier one cannot be read', async () => {
    const mill = new Mill();
    const broken = `${copy(1, 'same'.repeat(2000))}\0`;
    mill.writeAll({ 'a.txt': broken, 'b.txt': copy(2, 'same'), 'c.txt': copy(3, 'same') });
    await mill.pass();
    expect(mill.entry().updated).toBe(new Date(NOON + 2 * MINUTE).toISOString());
  });

  test('is not dated by an undated copy that was written later', async () => {
    const mill = new Mill();
    mill.write('a.txt', copy(1, 'same'));
    mill.writeAt(NOON + 9 * MINUTE, 'b.txt', copy('NaN', 'same'));
    await mill.pass();
    const time = new Date(NOON + MINUTE).toISOString();
    expect(mill.entry()).toMatchObject({ published: time, updated: time });
  });

  test('is published from a copy that is whole, if the latest is found broken only when it is read', async () => {
    const mill = new Mill();
    const broken = `${seedText({ time: NOON + MINUTE, body: '<p>zeroes follow</p>'.repeat(500) })}\0`;
    mill.writeAll({ 'a.txt': copy(0, 'whole'), 'b.txt': broken });
    await mill.pass();
    expect(mill.titles()).toEqual(['标题']);
  });
});
