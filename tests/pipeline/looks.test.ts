// A look at everything that gives way to looks at files that have just come.
import { describe, expect, it } from 'vitest';
import type { PassResult } from '../../src/report.ts';
import { numberedSeed, seedText } from '../support/seeds.ts';
import { Mill, MINUTE } from './mill.ts';

const HOSTS = ['www.voachinese.com', 'www.bbc.com', 'a.example', 'b.example'];
/** So many that the first slice ends in the third folder, with all before it read ahead. */
const MANY = 4_000;
const FOLDERS = ['a', 'b', 'c', 'd'];

/** A process that knows of many seeds, and gives way whenever it may. */
async function knowing(yaml = '', quietMs = 0): Promise<Mill> {
  const mill = new Mill({ yaml: `window: { entries: 3 }\n${yaml}`, quietMs });
  for (let i = 1; i <= MANY; i += 1) mill.write(pathOf(i), seed(i));
  await mill.pass();
  mill.asked = true;
  return mill;
}

function pathOf(number: number): string {
  return `${FOLDERS[number % FOLDERS.length]}/${number}.txt`;
}

function seed(number: number): string {
  return numberedSeed(number, HOSTS[number % HOSTS.length]);
}

/** Goes on with a look at everything until it has ended. */
async function toTheEnd(mill: Mill): Promise<PassResult & { slices: number }> {
  for (let slices = 1; ; slices += 1) {
    const result = await mill.tryPass();
    if (result !== null) return { ...result, slices };
  }
}

/** Another look at everything finds nothing to do, and what is published is what the seeds say. */
async function expectAllKnown(mill: Mill, looks = 0): Promise<void> {
  mill.asked = false;
  for (let look = 0; look < looks; look += 1) await mill.pass();
  await mill.pass([]);
  expect(await mill.pass()).toMatchObject({ added: 0, changed: 0, withdrawn: 0, published: [] });
  expect(idsIn(mill.documents())).toEqual(idsIn(await mill.freshDocuments()));
}

function idsIn(documents: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(documents).map(([path, text]) => [path, text.match(/<id>[^<]*/g) ?? []]),
  );
}

describe('a look at everything', () => {
  it('goes on where it gave way, and comes to its end', async () => {
    const mill = await knowing();
    mill.write('a/new.txt', seed(MANY + 1));
    mill.write('d/new.txt', seed(MANY + 2));
    mill.remove(pathOf(4));
    const folders: string[] = [];
    mill.onDirectory = (path) => void folders.push(path);
    const { slices, ...result } = await toTheEnd(mill);
    expect(slices).toBeGreaterThan(5);
    expect(result).toMatchObject({ added: 2, withdrawn: 1 });
    expect(folders).toEqual(['', ...FOLDERS]);
    await expectAllKnown(mill);
  });

  it('leaves what has come meanwhile as it was found by name', async () => {
    const mill = await knowing();
    mill.remove(pathOf(1));
    await mill.tryPass();
    // Behind what has been listed, in it, and in a folder that is still to come.
    const paths = ['a/new.txt', 'b/1.5.txt', 'd/new.txt', 'e/new.txt'];
    for (const [i, path] of paths.entries()) mill.write(path, seed(MANY + 1 + i));
    mill.write(pathOf(MANY), seed(MANY + 10));
    mill.write(pathOf(1), seed(MANY + 11));
    mill.remove(pathOf(5));
    // Two are withdrawn by what has come in the place of their seeds.
    expect(await mill.pass([...paths, pathOf(MANY), pathOf(1), pathOf(5)])).toMatchObject({
      added: 6,
      withdrawn: 2,
      withheld: null,
    });
    expect(await toTheEnd(mill)).toMatchObject({ added: 0, changed: 0, withdrawn: 1 });
    await expectAllKnown(mill);
  });

  it('is the one that withdraws, when it knows all that has gone', async () => {
    // So few at a time may go.
    const mill = await knowing('withdrawal: { share: 0.1, count: 5 }');
    for (const folder of FOLDERS) mill.remove(folder);
    const results = [];
    for (let look = 0; look < 3; look += 1) {
      expect(await mill.tryPass()).toBeNull();
      mill.now += MINUTE;
      results.push(await mill.pass(['a/1.txt']));
    }
    expect(results.every(({ withdrawn }) => withdrawn === 0)).toBe(true);
    await toTheEnd(mill);
    mill.asked = false;
    expect(await mill.pass()).toMatchObject({ withdrawn: 0, withheld: { missing: MANY } });
    expect(mill.titles()).toHaveLength(3);
  });

  it('decides by the clock of its end, not of its beginning', async () => {
    const mill = await knowing('', 2_000);
    expect(await mill.tryPass()).toBeNull();
    mill.now += 10_000;
    mill.remove(pathOf(4));
    expect(await mill.pass([pathOf(4)])).toMatchObject({ again: { delayMs: 2_000 } });
    mill.now += 500;
    // Known by its header from now on only: it is in no list yet.
    mill.write('d/new.txt', seedText({ time: mill.now - 400, title: '新' }));
    expect(await toTheEnd(mill)).toMatchObject({ withdrawn: 0, again: { delayMs: 1_500 } });
    mill.asked = false;
    mill.now += 2_000;
    expect(await mill.pass([])).toMatchObject({ withdrawn: 1 });
    expect(mill.entries()[0]).toMatchObject({
      title: '新',
      published: new Date(mill.now - 2_400).toISOString(),
    });
  });

  it('withdraws nothing while the directory of seeds is not there', async () => {
    const mill = await knowing('withdrawal: { share: 1 }', 2_000);
    expect(await mill.tryPass()).toBeNull();
    mill.takeAway('.');
    await toTheEnd(mill);
    mill.asked = false;
    for (const paths of [undefined, [], [pathOf(1)]]) {
      mill.now += 2_500;
      expect(await mill.pass(paths)).toMatchObject({ withdrawn: 0 });
    }
    mill.putBack('.');
    await expectAllKnown(mill, 2);
  });

  it('knows that all is as it was in a folder that was looked at meanwhile', async () => {
    const mill = await knowing('', 2_000);
    mill.takeAway('b');
    expect(await mill.tryPass()).toBeNull();
    mill.putBack('b');
    mill.now += 1_000;
    expect(await mill.pass(['b'])).toMatchObject({ added: 0 });
    // Nothing is waited for that might have gone.
    expect(await toTheEnd(mill)).toMatchObject({ again: null });
    mill.now += 2_500;
    await expectAllKnown(mill);
  });

  it('does not give way before feeds are as this process makes them', async () => {
    const mill = new Mill();
    for (let i = 1; i <= MANY; i += 1) mill.write(pathOf(i), seed(i));
    mill.asked = true;
    expect(await mill.pass()).toMatchObject({ added: MANY });
  });

  it('begins anew where a pass that it gave way to has failed', async () => {
    const mill = await knowing();
    mill.remove(pathOf(4));
    expect(await mill.tryPass()).toBeNull();
    mill.write('a/new.txt', seed(MANY + 1));
    mill.show = () => {
      throw new Error('on purpose');
    };
    await expect(mill.pass(['a/new.txt'])).rejects.toThrow('on purpose');
    mill.show = () => ({ [Symbol.dispose]() {} });
    const folders: string[] = [];
    mill.onDirectory = (path) => void folders.push(path);
    await toTheEnd(mill);
    expect(folders).toEqual(['', ...FOLDERS]);
    await expectAllKnown(mill);
  });
});
