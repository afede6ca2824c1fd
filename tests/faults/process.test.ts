// What a machine may deny a process: descriptors, and somebody who reads its log.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { CAN_MOUNT, Disk, WHERE } from './disk.ts';
import { EVERY_SECOND, range, Reader, requireWellFormed, seedsOf } from './seen.ts';

const COUNT = 20;

async function write(site: TestSite, numbers: readonly number[], host = 'www.voachinese.com'): Promise<void> {
  for (const number of numbers) await renameInto(site.seeds, `${number}.txt`, numberedSeed(number, host));
}

describe('a daemon that may open few files', () => {
  /** Leaves it room for so many more. */
  function limit({ child }: Daemon, more: number): void {
    const used = new Set(readdirSync(`/proc/${child.pid}/fd`).map(Number));
    let [descriptor, free] = [0, 0];
    for (; free < more; descriptor += 1) if (!used.has(descriptor)) free += 1;
    allow(child.pid!, descriptor);
  }

  function allow(pid: number, descriptors: number): void {
    const { status, stderr } = spawnSync('prlimit', ['--pid', `${pid}`, `--nofile=${descriptors}:`]);
    if (status !== 0) throw new Error(stderr.toString());
  }

  test('writes hundreds of files all the same', async () => {
    const site = await createSite(seedsOf(range(1, COUNT)), EVERY_SECOND);
    const daemon = await Daemon.start(site.flags);
    const reader = new Reader(await daemon.url());
    await reader.well(COUNT);
    limit(daemon, 80);
    const elsewhere = join(site.directory, 'elsewhere');
    for (const number of range(101, 200)) {
      await renameInto(elsewhere, `${number}.txt`, numberedSeed(number, `host${number}.example`));
    }
    renameSync(elsewhere, join(site.seeds, 'more'));
    await reader.well(COUNT + 100);
    await expect
      .poll(() => requireWellFormed(join(site.data, 'public')), { timeout: 10_000 })
      .toBe(4 + 101 * 3);
    expect(daemon.lines.filter(({ level }) => level >= 50)).toEqual([]);
  });

  test('goes on serving without any to spare, says so, and makes up for it', async () => {
    const site = await createSite(seedsOf(range(1, COUNT)), EVERY_SECOND);
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const reader = new Reader(url);
    await reader.well(COUNT);
    const before = await reader.numbers();
    limit(daemon, 2);
    const clients: Socket[] = [];
    onTestFinished(() => clients.forEach((client) => client.destroy()));
    for (let client = 0; client < 20; client += 1) {
      clients.push(connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {}));
    }
    await write(site, range(COUNT + 1, COUNT + 10), 'www.bbc.com');
    const told = await daemon.logged(({ alarm }) => alarm === 'seeds-unlisted' || alarm === 'publish-failed');
    expect(told.msg).toMatch(/EMFILE.*Raise the limit of open files/);
    for (const client of clients) client.destroy();
    const meanwhile = await until(() => reader.numbers().catch(() => undefined));
    expect(meanwhile).toEqual(expect.arrayContaining(before));
    allow(daemon.child.pid!, 4096);
    await reader.well(COUNT + 10);
    await expect.poll(() => reader.numbers(), { timeout: 10_000 }).toEqual(range(1, COUNT + 10).reverse());
    expect((await daemon.stop()).status).toBe(0);
    expect(requireWellFormed(join(site.data, 'public'))).toBe(10);
  });
});

describe('a daemon whose log', () => {
  test('nobody reads any more (the pipe is closed) goes on', async () => {
    const site = await createSite(seedsOf(range(1, COUNT)), EVERY_SECOND);
    const daemon = await Daemon.start(site.flags);
    const reader = new Reader(await daemon.url());
    daemon.child.stdout!.destroy();
    await write(site, range(COUNT + 1, COUNT + 10));
    await reader.well(COUNT + 10);
    expect((await daemon.stop()).status).toBe(0);
  });

  test('is not taken (the pipe is full) answers, goes on, stops when asked to, and tells how many lines were lost', async () => {
    const site = await createSite(seedsOf(range(1, COUNT)), EVERY_SECOND);
    const daemon = await Daemon.start(site.flags);
    const reader = new Reader(await daemon.url());
    daemon.child.stdout!.pause();
    // Long lines, twenty a pass: more than a pipe and what is kept besides can hold.
    const folder = Array.from({ length: 12 }, () => 'x'.repeat(200)).join('/');
    for (const batch of range(1, 40)) {
      for (const number of range(1, 20)) await renameInto(site.seeds, `${folder}/${batch}-${number}.txt`, '');
      const rejected = batch * 20;
      await until(async () => ((await reader.health()).seeds.rejected === rejected ? true : undefined));
    }
    await write(site, range(COUNT + 1, COUNT + 10));
    await reader.well(COUNT + 10);
    daemon.child.stdout!.resume();
    const { lines } = await daemon.logged(({ msg }) => msg.startsWith('lines of this log were lost'));
    expect(lines).toBeGreaterThan(0);
    daemon.child.stdout!.pause();
    expect((await daemon.stop()).status).toBe(0);
  });

  describe.skipIf(!CAN_MOUNT && !process.env['CI']).for([WHERE])('(%s)', () => {
    test('has no space left on its disk goes on, and logs again once there is some', async () => {
      const site = await createSite(seedsOf(range(1, COUNT)), EVERY_SECOND);
      const disk = new Disk(join(site.directory, 'log'), 1);
      const [file, socket] = [join(disk.path, 'feedmill.log'), join(site.directory, 'feed.sock')];
      const stdout = openSync(file, 'a');
      onTestFinished(() => closeSync(stdout));
      const daemon = await Daemon.start([...site.flags, '--listen', `unix:${socket}`], { stdout });
      const reader = new Reader('http://localhost', socket);
      await reader.well(COUNT);
      disk.fill();
      await write(site, range(COUNT + 1, COUNT + 10));
      await reader.well(COUNT + 10);
      // More than what its last page has room for.
      for (const number of range(1, 20)) {
        await renameInto(site.seeds, `bad-${number}.txt`, 'no header');
        await until(async () => ((await reader.health()).seeds.rejected === number ? true : undefined));
      }
      expect(readFileSync(file, 'utf8')).not.toContain('bad-20.txt');
      disk.makeSpace();
      await until(() => (readFileSync(file, 'utf8').includes('bad-20.txt') ? true : undefined));
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      for (const line of lines) JSON.parse(line);
      expect((await daemon.stop()).status).toBe(0);
    });
  });
});
