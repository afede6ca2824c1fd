import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';
import { Mill, type MillOptions } from './mill.ts';

/** Twelve seeds, in a folder so that they can be taken away and put back as they are. */
async function twelve(options?: MillOptions): Promise<Mill> {
  const mill = new Mill(options);
  for (let i = 1; i <= 12; i += 1) mill.write(`${i === 1 ? '' : 'sub/'}${i}.txt`, numberedSeed(i));
  await mill.pass();
  return mill;
}

describe('a seed that goes away', () => {
  test('withdraws its entry', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2) });
    await mill.pass();
    mill.remove('a.txt');
    expect(await mill.pass()).toMatchObject({ withdrawn: 1, withheld: null });
    expect(mill.titles()).toEqual(['第 2 篇']);
    expect(mill.titles('outlets/voa.atom')).toEqual(['第 2 篇']);
  });

  test('and comes back, brings back its entry as it was, under its id', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2) });
    await mill.pass();
    const before = mill.documents();
    mill.remove('a.txt');
    await mill.pass();
    mill.now += 60_000;
    mill.write('again.txt', numberedSeed(1));
    expect(await mill.pass()).toMatchObject({ added: 1 });
    expect(mill.documents()).toEqual(before);
  });

  test('and was not the only copy, leaves the other in its place', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': seedText({ time: 2000 }), 'b.txt': seedText({ time: 1000 }) });
    await mill.pass();
    const { id } = mill.entry();
    mill.remove('a.txt');
    expect(await mill.pass()).toMatchObject({ withdrawn: 0 });
    expect(mill.entry().id).toBe(id);
  });

  test('and was the only one of its outlet, leaves a valid feed without entries, in the next process too', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2, 'www.bbc.com') });
    await mill.pass();
    mill.remove('b.txt');
    await mill.pass();
    expect(mill.entries('outlets/bbc.atom')).toEqual([]);
    expect(mill.updated('outlets/bbc.atom')).toBe(new Date(mill.now).toISOString());
    const before = mill.documents();
    await mill.stop();
    mill.now += 60_000;
    await mill.pass();
    expect(mill.documents()).toEqual(before);
  });

  test('is waited for until no other has gone for a while', async () => {
    const mill = await twelve({ quietMs: 1000 });
    mill.remove('1.txt');
    expect(await mill.pass(['1.txt'])).toMatchObject({ withdrawn: 0, again: { delayMs: 1000 } });
    mill.now += 600;
    mill.remove('sub/2.txt');
    expect(await mill.pass(['sub/2.txt'])).toMatchObject({ withdrawn: 0, again: { delayMs: 1000 } });
    mill.now += 600;
    expect(await mill.pass([])).toMatchObject({ withdrawn: 0, again: { delayMs: 400 } });
    mill.now += 400;
    expect(await mill.pass([])).toMatchObject({ withdrawn: 2, again: null });
    expect(mill.entries()).toHaveLength(10);
  });

  test('and has come back unnoticed when its time is over, stays', async () => {
    const mill = new Mill({ quietMs: 1000 });
    mill.writeAll({ 'sub/a.txt': numberedSeed(1), 'sub/b.txt': numberedSeed(2), 'c.txt': numberedSeed(3) });
    await mill.pass();
    mill.takeAway('sub');
    mill.remove('c.txt');
    await mill.pass();
    mill.putBack('sub');
    mill.now += 1000;
    expect(await mill.pass([])).toMatchObject({ withdrawn: 1 });
    expect(mill.titles()).toEqual(['第 2 篇', '第 1 篇']);
  });

  test('is decided upon in time, though others are waited for longer', async () => {
    const mill = await twelve({ quietMs: 1000, yaml: 'settleMs: 600000\n' });
    mill.now = Date.now();
    mill.write('new.txt', numberedSeed(13));
    mill.remove('sub/2.txt');
    expect(await mill.pass()).toMatchObject({ again: { paths: ['new.txt'], delayMs: 1000 } });
  });

  test('and is being written again when its time is over, stays', async () => {
    const mill = await twelve({ quietMs: 1000, yaml: 'settleMs: 600000\n' });
    mill.now = Date.now();
    mill.remove('1.txt');
    await mill.pass();
    mill.write('1.txt', numberedSeed(1));
    mill.now = Date.now() + 1000;
    const result = await mill.pass();
    expect(result).toMatchObject({
      withdrawn: 0,
      again: { paths: expect.arrayContaining(['1.txt']) as string[] },
    });
    expect(mill.entries()).toHaveLength(12);
  });
});

describe('if most seeds disappear at once', () => {
  test('nothing is withdrawn, and it is told how many have gone', async () => {
    const mill = await twelve();
    const before = mill.documents();
    mill.takeAway('sub');
    expect(await mill.pass()).toMatchObject({ withdrawn: 0, withheld: { missing: 11, of: 12 } });
    expect(mill.documents()).toEqual(before);
  });

  test('it stays so in every further pass and process, whatever arrives meanwhile', async () => {
    const mill = await twelve();
    mill.takeAway('sub');
    await mill.pass();
    for (let i = 13; i <= 40; i += 1) mill.write(`${i}.txt`, numberedSeed(i));
    expect(await mill.pass()).toMatchObject({ added: 28, withdrawn: 0, withheld: { missing: 11, of: 12 } });
    await mill.stop();
    expect(await mill.pass()).toMatchObject({ withdrawn: 0, withheld: { missing: 11, of: 12 } });
    expect(mill.entries()).toHaveLength(40);
  });

  test('it ends when they come back, and the next disappearance is counted anew', async () => {
    const mill = await twelve();
    mill.takeAway('sub');
    await mill.pass();
    mill.putBack('sub');
    expect(await mill.pass()).toMatchObject({ withdrawn: 0, withheld: null });
    for (let i = 13; i <= 40; i += 1) mill.write(`${i}.txt`, numberedSeed(i));
    await mill.pass();
    mill.takeAway('sub');
    expect(await mill.pass()).toMatchObject({ withdrawn: 11, withheld: null });
  });

  test('it ends when enough of them come back; the rest is withdrawn', async () => {
    const mill = await twelve();
    mill.takeAway('sub');
    await mill.pass();
    mill.write('sub/2.txt', numberedSeed(2));
    expect(await mill.pass()).toMatchObject({ withdrawn: 10, withheld: null });
    expect(mill.titles()).toEqual(['第 2 篇', '第 1 篇']);
  });

  test('it ends when they come back elsewhere', async () => {
    const mill = await twelve();
    const before = mill.documents();
    mill.takeAway('sub');
    await mill.pass();
    mill.putBack('elsewhere');
    expect(await mill.pass()).toMatchObject({ withdrawn: 0, withheld: null });
    expect(mill.documents()).toEqual(before);
  });

  test('it ends when the operator says that they are meant to be gone', async () => {
    const mill = await twelve();
    mill.takeAway('sub');
    await mill.pass();
    await mill.stop();
    mill.yaml = 'withdrawal: { share: 1 }\n';
    expect(await mill.pass()).toMatchObject({ withdrawn: 11, withheld: null });
    expect(mill.titles()).toEqual(['第 1 篇']);
  });

  test('ten are not most, however few there are', async () => {
    const mill = await twelve();
    mill.write('2.txt', numberedSeed(2));
    await mill.pass();
    mill.remove('sub/2.txt');
    await mill.pass();
    mill.takeAway('sub');
    expect(await mill.pass()).toMatchObject({ withdrawn: 10, withheld: null });
  });
});

describe('if most seeds disappear at once and have copies', () => {
  /** Twenty articles in a folder; those of the numbers given have an older copy beside it. */
  async function withOlderCopies(...numbers: number[]): Promise<Mill> {
    const mill = new Mill();
    for (let i = 1; i <= 20; i += 1) mill.write(`sub/${i}.txt`, numberedSeed(i));
    for (const i of numbers)
      mill.write(
        `${i}.txt`,
        numberedSeed(i)
          .replace(/<!--\d+/, `<!--${NOON}`)
          .replace('正文', '旧文'),
      );
    await mill.pass();
    return mill;
  }

  test('that are gone as well, nothing is withdrawn', async () => {
    const mill = new Mill();
    for (let i = 1; i <= 11; i += 1)
      for (const copy of ['a', 'b']) mill.write(`sub/${i}${copy}.txt`, numberedSeed(i));
    await mill.pass();
    mill.takeAway('sub');
    expect(await mill.pass()).toMatchObject({ withdrawn: 0, withheld: { missing: 22, of: 22 } });
    expect(mill.entries()).toHaveLength(11);
  });

  test('that are older, no feed changes while nothing is withdrawn', async () => {
    const mill = await withOlderCopies(1, 2, 3);
    const before = mill.documents();
    mill.takeAway('sub');
    expect(await mill.pass()).toMatchObject({ withdrawn: 0, withheld: { missing: 20, of: 23 } });
    expect(mill.documents()).toEqual(before);
  });

  test.for(['before', 'zzz'])('since they have only been moved, no byte changes: to %s', async (folder) => {
    const mill = await twelve();
    const before = mill.documents();
    mill.takeAway('sub');
    mill.putBack(folder);
    expect(await mill.pass()).toMatchObject({ added: 0, withdrawn: 0, withheld: null });
    await mill.pass();
    expect(mill.documents()).toEqual(before);
    expect(await mill.knownPaths()).not.toContain('sub/2.txt');
  });
});

describe('if seeds cannot be listed', () => {
  test('nothing is withdrawn, and it is told what could not', async () => {
    const mill = new Mill();
    mill.write('a.txt', numberedSeed(1));
    await mill.pass();
    const before = mill.documents();
    rmSync(mill.seeds, { recursive: true });
    const expected = { withdrawn: 0, withheld: null, unlisted: [{ path: '', error: { code: 'ENOENT' } }] };
    expect(await mill.pass()).toMatchObject(expected);
    await mill.stop();
    expect(await mill.pass()).toMatchObject(expected);
    expect(mill.documents()).toEqual(before);
  });
});

describe('a path that leaves the seeds directory', () => {
  test('is not read through a link that has taken a folder’s place', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': numberedSeed(1), 'sub/b.txt': numberedSeed(2) });
    await mill.pass();
    mill.takeAway('sub');
    mill.linkAway('sub');
    expect(await mill.pass()).toMatchObject({ withdrawn: 1 });
    expect(mill.titles()).toEqual(['第 1 篇']);
  });
});
