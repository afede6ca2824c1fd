// What may happen to a directory of seeds: unmounted, replaced, unreadable, full of files that do not stay.
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, cpSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { renameInto, writeFiles } from '../support/directories.ts';
import { Daemon } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { CAN_MOUNT, Disk, WHERE } from './disk.ts';
import { EVERY_SECOND, range, Reader, seedsOf } from './seen.ts';

const COUNT = 40;
const ALL = range(1, COUNT).reverse();

async function started(site: TestSite, uid?: number): Promise<Reader> {
  const daemon = await Daemon.start(site.flags, uid === undefined ? {} : { uid });
  const reader = new Reader(await daemon.url());
  await reader.well(COUNT);
  return reader;
}

describe.skipIf(!CAN_MOUNT && !process.env['CI']).for([WHERE])('%s', () => {
  test('seeds whose disk is taken away stay published, and all is as it was once it is back', async () => {
    const site = await createSite({}, EVERY_SECOND);
    const disk = new Disk(join(site.directory, 'disk'));
    await writeFiles(disk.path, seedsOf(ALL));
    disk.alsoAt(site.seeds);
    const reader = await started(site);
    const before = await reader.text('feed.atom');
    disk.unmount(site.seeds);
    expect(readdirSync(site.seeds)).toEqual([]);
    const alarm = await reader.alarm('mass-disappearance');
    expect(alarm).toContain(
      `${COUNT} of ${COUNT} seeds have disappeared; nothing is withdrawn. Bring them back`,
    );
    expect(await reader.text('feed.atom')).toBe(before);
    disk.alsoAt(site.seeds);
    await reader.well(COUNT);
    expect(await reader.text('feed.atom')).toBe(before);
    await renameInto(site.seeds, 'new.txt', numberedSeed(COUNT + 1));
    await reader.well(COUNT + 1);
  });

  test('an empty disk that is mounted over the seeds withdraws nothing', async () => {
    const site = await createSite(seedsOf(ALL), EVERY_SECOND);
    const reader = await started(site);
    const before = await reader.text('feed.atom');
    const disk = new Disk(site.seeds);
    await reader.alarm('mass-disappearance');
    expect(await reader.text('feed.atom')).toBe(before);
    disk.unmount();
    await reader.well(COUNT);
    expect(await reader.text('feed.atom')).toBe(before);
  });
});

describe('a directory of seeds that is replaced', () => {
  const copy = (from: string, to: string): void =>
    cpSync(from, to, { recursive: true, preserveTimestamps: true });

  test.each<[string, (seeds: string, other: string) => void]>([
    [
      'by another under its name',
      (seeds, other) => {
        renameSync(seeds, `${seeds}-former`);
        renameSync(other, seeds);
      },
    ],
    [
      'by a link that leads elsewhere',
      (seeds, other) => {
        symlinkSync(other, `${seeds}-next`);
        renameSync(`${seeds}-next`, seeds);
      },
    ],
  ])(
    '(%s) with the same articles changes nothing but what is new there, and is watched',
    async (_, replace) => {
      const site = await createSite({}, EVERY_SECOND);
      const [first, second] = [`${site.seeds}-first`, `${site.seeds}-second`];
      await writeFiles(first, seedsOf(ALL));
      renameSync(site.seeds, `${site.seeds}-empty`);
      symlinkSync(first, site.seeds);
      const reader = await started(site);
      const before = await reader.entries();
      copy(first, second);
      await renameInto(second, 'new.txt', numberedSeed(COUNT + 1));
      replace(site.seeds, second);
      await reader.well(COUNT + 1);
      expect((await reader.entries()).slice(1)).toEqual(before);
      await renameInto(site.seeds, 'newer.txt', numberedSeed(COUNT + 2));
      await reader.well(COUNT + 2);
      expect(await reader.numbers()).toEqual([COUNT + 2, COUNT + 1, ...ALL]);
    },
  );

  test('with other articles adds them, and withdraws none until the operator says so', async () => {
    const site = await createSite(seedsOf(ALL), EVERY_SECOND);
    const reader = await started(site);
    const other = `${site.seeds}-other`;
    await writeFiles(other, seedsOf(range(101, 110)));
    renameSync(site.seeds, `${site.seeds}-former`);
    renameSync(other, site.seeds);
    await reader.alarm('mass-disappearance');
    await expect
      .poll(() => reader.numbers(), { timeout: 10_000 })
      .toEqual([...range(101, 110).reverse(), ...ALL]);
    renameSync(site.seeds, other);
    renameSync(`${site.seeds}-former`, site.seeds);
    await reader.well(COUNT);
    expect(await reader.numbers()).toEqual(ALL);
  });
});

test('5,000 files that come and go while they are listed and read leave nothing behind, and disturb nothing', async () => {
  const site = await createSite(seedsOf(ALL), EVERY_SECOND);
  const daemon = await Daemon.start(site.flags);
  const reader = new Reader(await daemon.url());
  await reader.well(COUNT);
  const before = (await reader.entries()).map(({ id }) => id);
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'churn.ts'), site.seeds, '5000']);
  await renameInto(site.seeds, 'marker.txt', numberedSeed(COUNT + 1));
  await reader.well(COUNT + 1);
  await expect.poll(() => reader.numbers(), { timeout: 10_000 }).toEqual([COUNT + 1, ...ALL]);
  expect((await reader.entries()).slice(1).map(({ id }) => id)).toEqual(before);
  expect(daemon.lines.filter(({ level }) => level >= 50)).toEqual([]);
  // Ten thousand files are written and deleted: on a disk that is slow just then, that alone takes a while.
}, 90_000);

const BE_ROOT = process.geteuid!() === 0 ? 'as an ordinary user' : 'a user cannot be chosen here: be root';
const NOBODY = 65_534;

describe.skipIf(process.geteuid!() !== 0 && !process.env['CI']).for([BE_ROOT])('%s', () => {
  async function ofNobody(): Promise<TestSite> {
    const site = await createSite(seedsOf(ALL), EVERY_SECOND);
    for (const path of [site.directory, ...(readdirSync(site.directory, { recursive: true }) as string[])]) {
      chownSync(join(site.directory, path.replace(site.directory, '')), NOBODY, NOBODY);
    }
    return site;
  }

  test('a seed that may not be read keeps what it had, is named, and is read once it may be', async () => {
    const site = await ofNobody();
    const daemon = await Daemon.start(site.flags, { uid: NOBODY });
    const reader = new Reader(await daemon.url());
    await reader.well(COUNT);
    await renameInto(site.seeds, 'new.txt', numberedSeed(COUNT + 1));
    chmodSync(join(site.seeds, 'new.txt'), 0);
    chmodSync(join(site.seeds, '1.txt'), 0);
    for (const seed of ['new.txt', '1.txt']) {
      const line = await daemon.logged((each) => each['seed'] === seed && each['reason'] === 'unreadable');
      expect(line).toMatchObject({ level: 40, detail: expect.stringContaining('EACCES') as string });
    }
    expect(await reader.numbers()).toContain(1);
    for (const seed of ['new.txt', '1.txt']) chmodSync(join(site.seeds, seed), 0o644);
    await reader.well(COUNT + 1);
    await expect.poll(() => reader.numbers(), { timeout: 10_000 }).toEqual([COUNT + 1, ...ALL]);
  });

  test('a directory that may not be listed, or not be entered, keeps what it had, and the operator is told', async () => {
    const site = await ofNobody();
    const reader = await started(site, NOBODY);
    const before = await reader.text('feed.atom');
    for (const mode of [0o000, 0o600]) {
      chmodSync(site.seeds, mode);
      const alarm = await reader.alarm('seeds-unlisted');
      expect(alarm).toMatch(
        /^cannot list the seeds directory \(EACCES\); .*Mount it, or correct its permissions$/,
      );
      expect(await reader.text('feed.atom')).toBe(before);
      chmodSync(site.seeds, 0o755);
      await reader.well(COUNT);
    }
    expect(await reader.text('feed.atom')).toBe(before);
  });
});
