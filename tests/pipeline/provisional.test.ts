import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { numberedSeed } from '../support/seeds.ts';
import { Mill } from './mill.ts';

/** More than are recorded at a time. */
const EACH = 5_000;

test('a first look that takes long publishes the newest of what it has found before it ends', async () => {
  const mill = new Mill();
  for (let i = 1; i <= EACH; i += 1) {
    mill.write(`a/${i}.txt`, numberedSeed(i));
    mill.write(`b/${i}.txt`, numberedSeed(EACH + i));
  }
  mill.provisionalAfterMs = 0;
  let early: Record<string, string> = {};
  mill.onDirectory = (path) => {
    if (path === 'a') early = mill.documents();
  };
  await mill.pass();
  const titles = [...early['feed.atom']!.matchAll(/<title>第 (\d+) 篇/g)].map(([, number]) => Number(number));
  expect(titles.length).toBeGreaterThan(0);
  expect(Math.min(...titles)).toBeGreaterThan(EACH);
  // What is behind a feed's window is not known yet.
  expect(early['feed.atom']).not.toContain('prev-archive');
  expect(early['outlets/voa.atom']).toContain('<entry');
  expect(mill.documents()).toEqual(await mill.freshDocuments());
  expect(mill.bytes('feed.atom')).toContain('prev-archive');
});

test('feeds that were published before stay until the look has ended', async () => {
  const mill = new Mill();
  for (let i = 1; i <= EACH; i += 1) mill.write(`b/${i}.txt`, numberedSeed(i));
  await mill.pass();
  await mill.stop();
  const before = mill.documents();
  rmSync(mill.ledger);
  mill.write('a/1.txt', numberedSeed(EACH + 1));
  mill.provisionalAfterMs = 0;
  let during: Record<string, string> = {};
  mill.onDirectory = (path) => {
    if (path === 'a') during = mill.documents();
  };
  await mill.pass();
  expect(during).toEqual(before);
  expect(mill.documents()).not.toEqual(before);
});
