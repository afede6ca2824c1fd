// A data directory on a disk that is full or read-only: at the start, and while the daemon runs.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { CAN_MOUNT, Disk, FailingDisk, makeReadOnly, WHERE } from './disk.ts';
import { EVERY_SECOND, range, Reader, requireWellFormed, seedsOf, temporaryFiles } from './seen.ts';

const BEFORE = range(1, 20);
const AFTER = range(1, 220);
const PATIENTLY = { timeout: 15_000 };
const NEWEST = [...AFTER].reverse().slice(0, 100);

async function started(site: TestSite): Promise<{ daemon: Daemon; reader: Reader }> {
  const daemon = await Daemon.start(site.flags);
  const reader = new Reader(await daemon.url());
  await reader.well(BEFORE.length);
  await until(() => (codingsOf(site, 'feed.atom').length === 3 ? true : undefined));
  return { daemon, reader };
}

async function writeMore(site: TestSite): Promise<void> {
  for (const number of AFTER.slice(BEFORE.length)) {
    await renameInto(site.seeds, `${number}.txt`, numberedSeed(number));
  }
}

const fileOf = (site: TestSite, path: string): string =>
  readFileSync(join(site.data, 'public', path), 'utf8');

function codingsOf(site: TestSite, path: string): string[] {
  return ['.gz', '.br', '.zst'].filter((end) => existsSync(join(site.data, 'public', path + end)));
}

/** Everything new is served and written, compressed too, and nothing is left half written. */
async function requireAll(site: TestSite, reader: Reader): Promise<void> {
  await reader.well(AFTER.length);
  await expect.poll(() => reader.numbers(), PATIENTLY).toEqual(NEWEST);
  for (const path of ['feed.atom', 'outlets/voa.rss', 'feed.json']) {
    await until(() => (codingsOf(site, path).length === 3 ? true : undefined));
    await expect.poll(() => fileOf(site, path), PATIENTLY).toBe(await reader.text(path));
  }
  await expect.poll(() => temporaryFiles(site.data), PATIENTLY).toEqual([]);
  expect(requireWellFormed(join(site.data, 'public'))).toBe(7);
}

describe.skipIf(!CAN_MOUNT && !process.env['CI']).for([WHERE])('%s', () => {
  test('a disk that fills up stops the ledger, not the feeds; when there is space all goes on, without a restart', async () => {
    const site = await createSite(seedsOf(BEFORE));
    const disk = new Disk(site.data);
    const { daemon, reader } = await started(site);
    const before = await reader.text('feed.atom');
    disk.fill();
    await writeMore(site);
    const alarm = await reader.alarm('pass-failed');
    expect(alarm).toMatch(/^the last pass failed \(LedgerDiskError\); .*Make room on the disk/);
    expect(await reader.text('feed.atom')).toBe(before);
    expect(fileOf(site, 'feed.atom')).toBe(before);
    // Nothing new is to come any more, and the schedule is years away.
    disk.makeSpace();
    await requireAll(site, reader);
    expect((await daemon.stop()).status).toBe(0);
  });

  test('a disk of published files that fills up leaves each of them whole, and what is new is served', async () => {
    const site = await createSite(seedsOf(BEFORE), EVERY_SECOND);
    const disk = new Disk(join(site.data, 'public'));
    const { daemon, reader } = await started(site);
    disk.fill();
    await writeMore(site);
    const alarm = await reader.alarm('publish-failed');
    expect(alarm).toMatch(/^files could not be written \(ENOSPC\); .*\. Make room on the disk$/);
    await expect.poll(() => reader.numbers(), PATIENTLY).toEqual(NEWEST);
    // One may still fit where another does not.
    expect(requireWellFormed(join(site.data, 'public'))).toBe(7);
    await expect.poll(() => temporaryFiles(site.data), PATIENTLY).toEqual([]);
    disk.makeSpace();
    await requireAll(site, reader);
    expect((await daemon.stop()).status).toBe(0);
  });

  test.each(['with feeds from before', 'with nothing from before'])(
    'a disk that is full at the start (%s) is told with its remedy, and loses nothing',
    async (which) => {
      const site = await createSite(seedsOf(BEFORE), EVERY_SECOND);
      const disk = new Disk(site.data);
      const former = which === 'with feeds from before' ? await started(site) : null;
      await former?.daemon.stop();
      const feed = former && fileOf(site, 'feed.atom');
      disk.fill();
      const { status, stderr } = await (await Daemon.start(site.flags)).ended();
      expect(status).toBe(74);
      expect(stderr).toMatch(
        /^feedmill: .*(?:(?:database or disk is full|disk I\/O error); make room on its disk.*|ENOSPC: no space left on device.*)\n$/,
      );
      expect(former && fileOf(site, 'feed.atom')).toBe(feed);
      disk.makeSpace();
      const daemon = await Daemon.start(site.flags);
      const reader = new Reader(await daemon.url());
      await writeMore(site);
      await requireAll(site, reader);
    },
  );

  test('a disk that is read-only at the start is told with its remedy, and the files are left as they are', async () => {
    const site = await createSite(seedsOf(BEFORE));
    const disk = new Disk(site.data);
    const { daemon } = await started(site);
    await daemon.stop();
    const feed = fileOf(site, 'feed.atom');
    disk.setReadOnly(true);
    const { status, stderr } = await (await Daemon.start(site.flags)).ended();
    expect(status).toBe(78);
    expect(stderr).toMatch(/^feedmill: .*; it must be readable and writable, .*\n$/);
    expect(fileOf(site, 'feed.atom')).toBe(feed);
    disk.setReadOnly(false);
    await started(site);
  });

  test('published files that become read-only stay as they are, what is new is served, and written once it can be', async () => {
    const site = await createSite(seedsOf(BEFORE), EVERY_SECOND);
    const { reader } = await started(site);
    const before = fileOf(site, 'feed.atom');
    const end = await makeReadOnly(join(site.data, 'public'));
    await writeMore(site);
    const alarm = await reader.alarm('publish-failed');
    expect(alarm).toMatch(
      /^files could not be written \(EROFS\); .*\. Mount the disk so that it can be written to$/,
    );
    await expect.poll(() => reader.numbers(), PATIENTLY).toEqual(NEWEST);
    expect(fileOf(site, 'feed.atom')).toBe(before);
    end();
    await requireAll(site, reader);
  });

  test('a disk that the kernel makes read-only after an error leaves the last good feeds up; repaired, it loses nothing', async () => {
    const site = await createSite(seedsOf(BEFORE), EVERY_SECOND);
    const disk = new FailingDisk(site.data);
    const { daemon, reader } = await started(site);
    const before = await reader.text('feed.atom');
    disk.fail();
    await writeMore(site);
    const alarm = await reader.alarm('pass-failed');
    expect(alarm).toMatch(/^the last pass failed \(Ledger(?:Disk|Refused)Error\); .*the data directory/);
    expect(await reader.text('feed.atom')).toBe(before);
    expect((await daemon.stop()).status).toBe(0);
    disk.repair();
    const again = await Daemon.start(site.flags);
    await requireAll(site, new Reader(await again.url()));
    await again.stop();
  });
});
