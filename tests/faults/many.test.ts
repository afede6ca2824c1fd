// Very many seeds at once.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSite } from '../end-to-end/site.ts';
import { Daemon, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { range, Reader, requireWellFormed } from './seen.ts';

const DROPPED = 100_000;
const BURST = 10_000;
const FOUND_WITHIN_MS = 90_000;

test('a directory of 100,000 seeds dropped at once, then 10,000 in a burst, are all live, each exactly once', async () => {
  const site = await createSite();
  const daemon = await Daemon.start(site.flags);
  const reader = new Reader(await daemon.url());
  const elsewhere = join(site.directory, 'elsewhere');
  mkdirSync(elsewhere);
  const write = (number: number): void =>
    writeFileSync(join(elsewhere, `${number}.txt`), numberedSeed(number));

  for (const number of range(1, DROPPED)) write(number);
  renameSync(elsewhere, join(site.seeds, 'dropped'));
  const articles = async (count: number): Promise<true> =>
    until(async () => ((await reader.health()).articles === count ? true : undefined), FOUND_WITHIN_MS);
  const shown = async (newest: number): Promise<void> => {
    await expect
      .poll(() => reader.numbers(), { timeout: FOUND_WITHIN_MS })
      .toEqual(range(newest - 99, newest).reverse());
  };
  await articles(DROPPED);
  await shown(DROPPED);

  mkdirSync(elsewhere);
  const all = DROPPED + BURST;
  for (const number of range(DROPPED + 1, all)) write(number);
  for (const number of range(DROPPED + 1, all)) {
    renameSync(join(elsewhere, `${number}.txt`), join(site.seeds, `${number}.txt`));
  }
  await articles(all);
  await shown(all);
  expect(await reader.health()).toMatchObject({
    status: 'ok',
    seeds: { known: all, missing: 0, rejected: 0 },
  });
  expect((await daemon.stop()).status).toBe(0);
  expect(requireWellFormed(join(site.data, 'public'))).toBe(7);

  using ledger = new DatabaseSync(join(site.data, 'ledger.sqlite'), { readOnly: true });
  const count = (sql: string): unknown => ledger.prepare(`SELECT count(DISTINCT ${sql}`).get()!['count'];
  expect(count('uuid) AS count FROM article WHERE seed IS NOT NULL')).toBe(all);
  // What is behind the feed's window has a place in its archive, and only one.
  const runs = ledger.prepare("SELECT places FROM run WHERE feed = ''").all() as { places: string }[];
  const articlesAt = runs.flatMap(({ places }) => places.match(/^\d+/gm)!);
  expect(articlesAt).toHaveLength(all - 100);
  expect(new Set(articlesAt).size).toBe(all - 100);
  expect(ledger.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  // This takes longer than a hook may.
  await rm(site.seeds, { recursive: true });
}, 300_000);
