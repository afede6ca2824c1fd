// Whatever arrives, changes and goes, and in whatever order: nothing falls off the end of a feed.
import * as fc from 'fast-check';
import { parseAtomFeed } from 'feedsmith';
import { expect, test } from 'vitest';
import { numberedSeed } from '../support/seeds.ts';
import { Mill } from './mill.ts';

const HOSTS = { voa: 'www.voachinese.com', bbc: 'www.bbc.com' } as const;
type OutletId = keyof typeof HOSTS;

/** The numbers of articles in a document. */
function numbersIn(xml: string): number[] {
  return (parseAtomFeed(xml).entries ?? []).map(({ title }) => Number(/\d+/.exec(JSON.stringify(title))![0]));
}

interface Step {
  readonly add: readonly number[];
  readonly remove: readonly number[];
  readonly restart: boolean;
}

const number = fc.integer({ min: 0, max: 119 });
const step: fc.Arbitrary<Step> = fc.record({
  add: fc.array(number, { maxLength: 60 }),
  remove: fc.array(number, { maxLength: 10 }),
  restart: fc.boolean(),
});

test('a feed and its archive hold every article that is there, each once unless one before it was withdrawn', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const mill = new Mill({ yaml: 'window: { entries: 7 }\nwithdrawal: { share: 1 }' });
      const present = new Map<number, OutletId>();
      let withdrawn = false;
      for (const { add, remove, restart } of steps) {
        for (const each of add) {
          const outlet: OutletId = each % 3 === 0 ? 'bbc' : 'voa';
          mill.write(`${each}.txt`, numberedSeed(each, HOSTS[outlet]));
          present.set(each, outlet);
        }
        for (const each of remove) {
          if (!present.delete(each)) continue;
          mill.remove(`${each}.txt`);
          withdrawn = true;
        }
        if (restart) await mill.stop();
        await mill.pass();
        for (const outlet of [null, 'voa', 'bbc'] as const) {
          const there = [...present].flatMap(([each, id]) =>
            outlet === null || id === outlet ? [each] : [],
          );
          const feed = outlet === null ? 'feed.atom' : `outlets/${outlet}.atom`;
          const documents = there.length === 0 ? [] : [mill.bytes(feed), ...(await mill.archive(outlet))];
          const met = documents.flatMap(numbersIn);
          const once = withdrawn ? [...new Set(met)] : met;
          expect(once.sort((one, other) => one - other)).toEqual(there.sort((one, other) => one - other));
        }
      }
      await mill.stop();
    }),
    { numRuns: 12, endOnFailure: true },
  );
}, 60_000);

/** Twenty articles, of which the feed shows five. */
async function twenty(): Promise<Mill> {
  const mill = new Mill({ yaml: 'window: { entries: 5 }' });
  for (let each = 0; each < 20; each += 1) mill.write(`${each}.txt`, numberedSeed(each));
  await mill.pass();
  return mill;
}

test('a document that lacks an article, because its seed is being written, is none', async () => {
  const mill = await twenty();
  mill.write('3.txt', 'half');
  await expect(mill.archive(null)).rejects.toThrow(/3\.txt cannot be read just now/);
  mill.write('3.txt', numberedSeed(3));
  await mill.pass();
  const [document] = await mill.archive(null);
  expect(numbersIn(document!)).toHaveLength(15);
});

test('a document never shows an article as it was in the window once it has changed, though its seed is being written', async () => {
  const mill = await twenty();
  for (let each = 20; each < 25; each += 1) mill.write(`${each}.txt`, numberedSeed(each));
  const edited = numberedSeed(18).replace('正文', '改过的正文');
  mill.write('18.txt', edited);
  await mill.pass();
  mill.write('18.txt', 'half');
  await expect(mill.archive(null)).rejects.toThrow(/18\.txt cannot be read just now/);
  mill.write('18.txt', edited);
  await mill.pass();
  const documents = await mill.archive(null);
  expect(documents.join('')).toContain('改过的正文');
  mill.write('18.txt', 'half');
  expect(await mill.archive(null)).toEqual(documents);
});

test('an article that changed behind the window comes back into it as it is now, once its seed can be read', async () => {
  const mill = await twenty();
  for (let each = 20; each < 25; each += 1) mill.write(`${each}.txt`, numberedSeed(each));
  await mill.pass();
  const edited = numberedSeed(18).replace('正文', '改过的正文');
  mill.write('18.txt', edited);
  await mill.pass();
  // Both are being written: one that is behind the window, and one that is in it and has another copy now.
  const older = numberedSeed(22).replace(/\d+(?=-->)/, (time) => String(Number(time) - 1));
  mill.writeAll({ '18.txt': 'half', '22.txt': 'half', 'older.txt': older });
  await mill.stop();
  mill.yaml = 'window: { entries: 7 }';
  const { again } = await mill.pass(['older.txt']);
  expect(numbersIn(mill.bytes())).toEqual([24, 23, 22, 21, 20, 19]);
  expect(again?.paths.toSorted()).toEqual(['18.txt', '22.txt']);
  mill.writeAll({ '18.txt': edited, '22.txt': numberedSeed(22) });
  await mill.pass(again!.paths);
  expect(numbersIn(mill.bytes())).toEqual([24, 23, 22, 21, 20, 19, 18]);
  expect(mill.entries().at(-1)!.content).toContain('改过的正文');
});

test('an article that changed behind the window was updated once, whenever its document is made', async () => {
  const mill = await twenty();
  const latest = numberedSeed(18).replace('正文', '改过的正文');
  mill.writeAt(
    mill.now,
    'copy.txt',
    latest.replace(/\d+(?=-->)/, (time) => String(Number(time) + 1)),
  );
  await mill.pass();
  for (let each = 20; each < 25; each += 1) mill.write(`${each}.txt`, numberedSeed(each));
  await mill.pass();
  // The copy that counts from now on reads as none did lately, and its file is old.
  mill.writeAt(0, '18.txt', numberedSeed(18));
  mill.remove('copy.txt');
  await mill.pass();
  const before = await mill.archive(null);
  mill.now += 60_000;
  expect(await mill.archive(null)).toEqual(before);
});

test('a document is there without a seed that turns out to be no article', async () => {
  const mill = await twenty();
  // Only whoever reads all of it finds that.
  mill.write('3.txt', `${numberedSeed(3)}${' '.repeat(5_000)}\0`);
  await mill.pass();
  const [document] = await mill.archive(null);
  expect(numbersIn(document!)).toHaveLength(14);
  expect(numbersIn(document!)).not.toContain(3);
});

test('a file of an archive that cannot be written anew stays as it was', async () => {
  const mill = await twenty();
  expect(await mill.writeArchive()).toEqual([]);
  const written = mill.documents();
  expect(Object.keys(written).filter((path) => path.startsWith('archive/'))).toHaveLength(3);
  mill.now += 2 * 86_400_000;
  mill.write('3.txt', 'half');
  expect(await mill.writeArchive()).toEqual([expect.stringMatching(/^archive\/15-/)]);
  expect(mill.documents()).toEqual(written);
});
