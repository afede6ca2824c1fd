// A ledger that is damaged, cut short, of a newer version, or taken away under the daemon that uses it.
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { ReadEntry } from '../end-to-end/atom.ts';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { EVERY_SECOND, range, Reader, requireWellFormed, seedsOf } from './seen.ts';

const COUNT = 120;
const SETTINGS = { ...EVERY_SECOND, window: { entries: 40 } };
const fileOf = (site: TestSite): string => join(site.data, 'ledger.sqlite');

/** Killed, so that the last that it has written stands in the journal (-wal) alone. */
async function killed(site: TestSite): Promise<readonly ReadEntry[][]> {
  const daemon = await Daemon.start(site.flags);
  const reader = new Reader(await daemon.url());
  await reader.well(COUNT);
  const everything = await reader.everything();
  await daemon.kill();
  return everything;
}

/** `share` of a file, from its beginning, as bytes that mean nothing. */
function overwrite(path: string, share = 1): void {
  const length = Math.floor(statSync(path).size * share);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(length, 'not a ledger'), 0, length, 0);
  closeSync(file);
}

/** Puts the journal's content into the file. */
function checkpoint(file: string): void {
  using ledger = new DatabaseSync(file);
  ledger.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

const cut = (path: string, share: number): void =>
  truncateSync(path, Math.floor(statSync(path).size * share));

describe('a daemon that finds its ledger', () => {
  test.for<[string, (file: string) => void]>([
    ['overwritten', (file) => (checkpoint(file), overwrite(file))],
    ['overwritten in part', (file) => (checkpoint(file), overwrite(file, 0.3))],
    ['cut to half', (file) => (checkpoint(file), cut(file, 0.5))],
    ['cut to nothing', (file) => (checkpoint(file), truncateSync(file, 0))],
    ['with its journal overwritten', (file) => overwrite(`${file}-wal`)],
    ['with its journal cut to half', (file) => cut(`${file}-wal`, 0.5)],
    ['with its journal deleted', (file) => rmSync(`${file}-wal`)],
    ['with the journal of another', (file) => copyFileSync(file, `${file}-wal`)],
    ['deleted', (file) => rmSync(file)],
  ])(
    '%s serves what it served, and ends up with every article exactly once, by the same ids',
    async ([, damage]) => {
      const site = await createSite(seedsOf(range(1, COUNT)), SETTINGS);
      const before = await killed(site);
      damage(fileOf(site));
      const daemon = await Daemon.start(site.flags);
      const reader = new Reader(await daemon.url());
      await reader.well(COUNT);
      expect(await reader.everything()).toEqual(before);
      await renameInto(site.seeds, 'new.txt', numberedSeed(COUNT + 1));
      await reader.well(COUNT + 1);
      expect((await reader.everything()).flat()).toHaveLength(COUNT + 1);
      expect((await daemon.stop()).status).toBe(0);
      requireWellFormed(join(site.data, 'public'));
    },
  );

  test('of a newer version refuses it, says what to do, and changes nothing', async () => {
    const site = await createSite(seedsOf([1]), EVERY_SECOND);
    const first = await Daemon.start(site.flags);
    await first.url();
    await first.stop();
    {
      using ledger = new DatabaseSync(fileOf(site));
      ledger.exec('PRAGMA user_version = 99');
    }
    const contents = (): Buffer[] =>
      [fileOf(site), join(site.data, 'public/feed.atom')].map((file) => readFileSync(file));
    const before = contents();
    const { status, stderr } = await (await Daemon.start(site.flags)).ended();
    expect(status).toBe(78);
    expect(stderr).toMatch(
      /^feedmill: \S+ledger\.sqlite was written by a newer feedmill \(schema 99, .*run that version, or move/,
    );
    expect(contents()).toEqual(before);
  });
});

describe('under a daemon that runs', () => {
  test('a ledger that is overwritten keeps it from nothing; by the next start at the latest it is replaced', async () => {
    const site = await createSite(seedsOf(range(1, COUNT)), SETTINGS);
    const daemon = await Daemon.start(site.flags);
    const reader = new Reader(await daemon.url());
    await reader.well(COUNT);
    const before = await reader.everything();
    for (const part of ['', '-wal', '-shm']) overwrite(fileOf(site) + part);
    for (const number of range(COUNT + 1, COUNT + 20)) {
      await renameInto(site.seeds, `${number}.txt`, numberedSeed(number));
    }
    await reader.well(COUNT + 20);
    expect((await reader.numbers())[0]).toBe(COUNT + 20);
    await daemon.kill();
    const again = await Daemon.start(site.flags);
    const readerAgain = new Reader(await again.url());
    await readerAgain.well(COUNT + 20);
    const after = (await readerAgain.everything()).flat();
    expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.flat().map(({ id }) => id)));
    expect(new Set(after.map(({ id }) => id)).size).toBe(COUNT + 20);
  });

  test('a data directory that is deleted comes back with the next look, whole', async () => {
    const site = await createSite(seedsOf(range(1, COUNT)), SETTINGS);
    const daemon = await Daemon.start(site.flags);
    const reader = new Reader(await daemon.url());
    await reader.well(COUNT);
    const before = await reader.everything();
    const ids = before.flat().map(({ id }) => id);
    renameSync(site.data, `${site.data}-gone`);
    rmSync(`${site.data}-gone`, { recursive: true });
    expect((await reader.entries()).map(({ id }) => id)).toEqual(ids.slice(0, 40));
    const { why } = await daemon.logged(({ msg }) => msg.startsWith('the ledger was unreadable'));
    expect(why).toContain('it was deleted, or another put in its place, while in use');
    await renameInto(site.seeds, 'new.txt', numberedSeed(COUNT + 1));
    await reader.well(COUNT + 1);
    await daemon.logged(({ articles, documents }) => articles === COUNT + 1 && Number(documents) > 0);
    const published = join(site.data, 'public');
    expect(readFileSync(join(published, 'feed.atom'), 'utf8')).toBe(await reader.text('feed.atom'));
    expect(requireWellFormed(published)).toBe(7);
    expect((await reader.everything()).flat().map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    await daemon.kill();
    // What it has recorded since outlives it.
    expect(existsSync(fileOf(site))).toBe(true);
    expect(existsSync(join(site.data, 'site-id'))).toBe(true);
    expect(readdirSync(site.data).filter((name) => name.includes('unreadable'))).toEqual([]);
    const again = await Daemon.start(site.flags);
    await new Reader(await again.url()).well(COUNT + 1);
    expect(again.lines.find(({ pass }) => pass === 'everything')).toMatchObject({ added: 0, withdrawn: 0 });
  });

  test('published files that are deleted or edited by hand are put right, and served as they were meanwhile', async () => {
    const site = await createSite(seedsOf(range(1, COUNT)), SETTINGS);
    const daemon = await Daemon.start(site.flags);
    const reader = new Reader(await daemon.url());
    await reader.well(COUNT);
    const published = join(site.data, 'public');
    const feed = await reader.text('feed.atom');
    const compressed = join(published, 'feed.atom.gz');
    await expect.poll(() => existsSync(compressed), { timeout: 10_000 }).toBe(true);
    rmSync(join(published, 'outlets'), { recursive: true });
    writeFileSync(join(published, 'feed.atom'), 'edited');
    expect(await reader.text('feed.atom')).toBe(feed);
    await expect
      .poll(() => readFileSync(join(published, 'feed.atom'), 'utf8'), { timeout: 10_000 })
      .toBe(feed);
    await expect
      .poll(() => existsSync(join(published, 'outlets/voa.atom.gz')), { timeout: 10_000 })
      .toBe(true);
    expect(existsSync(compressed)).toBe(true);
    expect(requireWellFormed(published)).toBe(7);
  });
});
