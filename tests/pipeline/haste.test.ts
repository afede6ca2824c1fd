// Passes that follow each other while files come in a burst.
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Progress } from '../../src/progress.ts';
import { numberedSeed } from '../support/seeds.ts';
import { Mill } from './mill.ts';

const HOSTS = ['www.voachinese.com', 'www.bbc.com', 'a.example', 'b.example'];

/** Two more articles of each outlet, up to a number. @returns the new files */
function write(mill: Mill, upTo: number): string[] {
  return HOSTS.flatMap((host) =>
    [upTo - 1, upTo].map((number) => {
      const path = `${host}-${number}.txt`;
      mill.write(path, numberedSeed(number, host));
      return path;
    }),
  );
}

/** Feeds of few entries, so that much falls behind their windows. */
async function begun(): Promise<Mill> {
  const mill = new Mill({ yaml: 'window: { entries: 3 }' });
  write(mill, 2);
  await mill.pass();
  return mill;
}

it('a pass that another waits for publishes the merged feed, and the last one the others', async () => {
  const mill = await begun();
  const before = mill.documents();
  mill.asked = true;
  await mill.pass(write(mill, 4));
  const titles = mill.titles();
  expect(titles[0]).toBe('第 4 篇');
  const { 'feed.atom': _, 'feed.rss': __, 'feed.json': ___, ...others } = before;
  expect(mill.documents()).toMatchObject(others);
  await mill.pass(write(mill, 6));
  mill.asked = false;
  await mill.pass([]);
  expect(mill.documents()).toEqual(await mill.freshDocuments());
  for (const outlet of ['voa', 'bbc', 'a.example', 'b.example']) {
    expect(mill.titles(`outlets/${outlet}.atom`)).toEqual(['第 6 篇', '第 5 篇', '第 4 篇']);
  }
});

it('no feed waits for ever, however many passes are asked for', async () => {
  const mill = await begun();
  mill.asked = true;
  await mill.pass(write(mill, 4));
  for (let tries = 0; tries < 200 && !mill.bytes('outlets/b.example.atom').includes('第 4 篇'); tries += 1) {
    await pause(50);
    await mill.pass([]);
  }
  expect(mill.documents()).toEqual(await mill.freshDocuments());
});

it('feeds that were begun when a pass failed are composed by the next', async () => {
  const mill = await begun();
  mill.show = (progress) => {
    failAfterTheMergedFeed(progress);
    return { [Symbol.dispose]() {} };
  };
  const paths = write(mill, 4);
  await expect(mill.pass(paths)).rejects.toThrow('on purpose');
  mill.show = () => ({ [Symbol.dispose]() {} });
  await mill.pass([]);
  expect(mill.documents()).toEqual(await mill.freshDocuments());
});

function failAfterTheMergedFeed(progress: Progress): void {
  Object.defineProperty(progress, 'feeds', {
    set(feeds: object) {
      let done = 0;
      Object.defineProperty(feeds, 'done', {
        get: () => done,
        set(value: number) {
          if (value > 1) throw new Error('on purpose');
          done = value;
        },
      });
    },
  });
}
