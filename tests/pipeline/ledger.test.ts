// The ledger is only a memory of the seeds: it can be lost.
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';
import { Mill } from './mill.ts';

/** Enough seeds to fill many pages; one of them in two copies, one undated. */
async function filled(): Promise<Mill> {
  const mill = new Mill();
  for (let i = 1; i <= 200; i += 1)
    mill.write(`${i}.txt`, numberedSeed(i, i % 2 ? 'www.bbc.com' : undefined));
  mill.write('undated.txt', seedText({ time: 'NaN' }));
  mill.write('copy.txt', seedText({ time: NOON, url: 'https://www.voachinese.com/a/sample-2/2.html' }));
  await mill.pass();
  return mill;
}

const asideIn = (mill: Mill): string[] =>
  readdirSync(mill.data).filter((name) => name.includes('unreadable'));

describe('a ledger that is lost', () => {
  test('between two processes changes no byte of what is published', async () => {
    const mill = await filled();
    const [bytes, times] = [mill.documents(), mill.fileTimes()];
    await mill.stop();
    rmSync(mill.ledger);
    expect(await mill.pass()).toMatchObject({ added: 201, published: [] });
    expect(mill.documents()).toEqual(bytes);
    expect(mill.fileTimes()).toEqual(times);
  });
});

describe('a ledger that is lost together with most of the seeds', () => {
  /** @param left so many of twenty seeds are still there */
  async function bothLost(left: number): Promise<Mill> {
    const mill = new Mill();
    for (let i = 1; i <= 20; i += 1) mill.write(`${i <= left ? '' : 'sub/'}${i}.txt`, numberedSeed(i));
    await mill.pass();
    await mill.stop();
    rmSync(mill.ledger);
    mill.takeAway('sub');
    return mill;
  }

  test.for([0, 5])('takes no feed with it, in this process or the next, if %d are left', async (left) => {
    const mill = await bothLost(left);
    const before = mill.documents();
    for (let process = 1; process <= 3; process += 1) {
      expect(await mill.pass(), `process ${process}`).toMatchObject({ seedsLost: true, published: [] });
      expect(await mill.pass()).toMatchObject({ seedsLost: true, published: [] });
      await mill.stop();
    }
    expect(mill.documents()).toEqual(before);
  });

  test('takes no feed with it, however few seeds there were', async () => {
    const mill = new Mill();
    mill.write('a.txt', numberedSeed(1));
    await mill.pass();
    const before = mill.documents();
    await mill.stop();
    rmSync(mill.ledger);
    mill.remove('a.txt');
    expect(await mill.pass()).toMatchObject({ seedsLost: true, published: [] });
    expect(mill.documents()).toEqual(before);
  });

  test('is made anew when the seeds come back', async () => {
    const mill = await bothLost(5);
    const before = mill.documents();
    await mill.pass();
    mill.putBack('sub');
    expect(await mill.pass()).toMatchObject({ seedsLost: false, added: 15, published: [] });
    expect(mill.documents()).toEqual(before);
  });

  test('is made anew if fewer have gone than may go', async () => {
    const mill = await bothLost(15);
    expect(await mill.pass()).toMatchObject({ seedsLost: false });
    expect(mill.entries()).toHaveLength(15);
  });
});

describe('a ledger that is damaged', () => {
  test.for<[string, (file: string) => void]>([
    ['overwritten', (file) => writeFileSync(file, 'This is no database. '.repeat(1000))],
    ['cut off', (file) => truncateSync(file, 20_000)],
    [
      'zeroed in its middle',
      (file) => {
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0, 8192, bytes.length - 4096));
      },
    ],
  ])('between two processes (%s) is set aside and made anew, and no byte changes', async ([, damage]) => {
    const mill = await filled();
    const before = mill.documents();
    await mill.stop();
    damage(mill.ledger);
    const damaged = readFileSync(mill.ledger);
    await mill.pass();
    expect(mill.documents()).toEqual(before);
    const aside = asideIn(mill).filter((name) => !/-(?:wal|shm)$/.test(name));
    expect(aside).toHaveLength(1);
    expect(readFileSync(`${mill.data}/${aside[0]}`).subarray(0, 100)).toEqual(damaged.subarray(0, 100));
    expect(mill.logged.filter((line) => line.includes('the ledger was unreadable'))).toHaveLength(1);
  });

  test('in a page that only the pass meets is set aside by the pass, which then does all that there is to do', async () => {
    const mill = await filled();
    const { id } = mill.entries().find(({ title }) => title === '第 200 篇')!;
    await mill.stop();
    mill.damageTable('rendition');
    mill.write('new.txt', numberedSeed(999));
    expect(await mill.pass(['new.txt'])).toMatchObject({ added: 202 });
    expect(asideIn(mill).length).toBeGreaterThan(0);
    expect(mill.titles()).toContain('第 999 篇');
    expect(mill.entries().find(({ title }) => title === '第 200 篇')!.id).toBe(id);
  });

  test('between two passes of a process is set aside, and ids stay as they are', async () => {
    const mill = await filled();
    const before = mill.entries();
    mill.damageTable('seed');
    mill.write('new.txt', numberedSeed(999));
    await mill.pass(['new.txt']);
    expect(asideIn(mill).length).toBeGreaterThan(0);
    const others = mill.entries().filter(({ title }) => title !== '第 999 篇');
    expect(others).toEqual(before.slice(0, 99));
    mill.write('newer.txt', numberedSeed(1000));
    expect(await mill.pass(['newer.txt'])).toMatchObject({ added: 1 });
  });

  test('while the process has it open is set aside, too, and the work goes on', async () => {
    const mill = await filled();
    const before = mill.entries();
    await mill.stop();
    mill.open();
    mill.damageTable('seed');
    mill.write('new.txt', numberedSeed(999));
    await mill.pass(['new.txt']);
    expect(asideIn(mill).length).toBeGreaterThan(0);
    expect(mill.titles()).toContain('第 999 篇');
    const ids = mill.entries().map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(before.slice(0, 50).map(({ id }) => id)));
    mill.write('newer.txt', numberedSeed(1000));
    expect(await mill.pass(['newer.txt'])).toMatchObject({ added: 1 });
  });
});
