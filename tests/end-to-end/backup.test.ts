// `backup` and `restore`, by the real program beside a real daemon.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseAtomFeed } from 'feedsmith';
import { describe, expect, it, onTestFinished } from 'vitest';
import { query } from '../support/databases.ts';
import { renameInto, temporaryDirectory } from '../support/directories.ts';
import { Daemon, type Ended, runFeedmill, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { ask, discover } from '../websub/ask.ts';
import { Subscriber } from '../websub/subscriber.ts';
import { readEntries, titles } from './atom.ts';
import { text } from './http.ts';
import { createSite, type TestSite } from './site.ts';

const numbered = (from: number, to: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, i) => [`${from + i}.txt`, numberedSeed(from + i)]),
  );

const backup = (site: TestSite, file: string): Promise<Ended> => runFeedmill(['backup', file, ...site.flags]);

/** @param data another directory than the site's own */
const restore = (site: TestSite, file: string, data = join(site.directory, 'other')): Promise<Ended> =>
  runFeedmill(['restore', file, ...site.flags, '--data', data]);

/** A site that has been built, and a backup of it. */
async function backedUp(count = 3): Promise<{ site: TestSite; file: string; other: string }> {
  const site = await createSite(numbered(0, count));
  await runFeedmill(['build', ...site.flags]);
  const file = join(site.directory, 'backup');
  expect(await backup(site, file)).toEqual({
    status: 0,
    stdout: `${count} articles are in ${file}\n`,
    stderr: '',
  });
  return { site, file, other: join(site.directory, 'other') };
}

/** The current feed and all documents before it, by address. */
async function walk(start: string): Promise<Map<string, string>> {
  const documents = new Map<string, string>();
  for (let url: string | undefined = start; url !== undefined;) {
    expect(documents.has(url)).toBe(false);
    const xml = await text(url);
    documents.set(url, xml);
    url = parseAtomFeed(xml).links?.find(({ rel }) => rel === 'prev-archive')?.href;
  }
  return documents;
}

const idsIn = (documents: ReadonlyMap<string, string>): string[] =>
  [...documents.values()].flatMap((xml) => readEntries(xml).map(({ id }) => id));

describe('a backup', () => {
  it('made while seeds arrive goes on elsewhere with the same ids, archives and subscribers', async () => {
    const settings = { window: { entries: 3 }, websub: { hub: true, allowPrivateCallbacks: true } };
    const site = await createSite(numbered(0, 120), settings);
    const first = await Daemon.start(site.flags);
    const url = await first.url();
    const subscriber = await Subscriber.listen();
    const { hub, self } = await discover(`${url}/feed.atom`);
    expect(await ask(hub, { mode: 'subscribe', topic: self, callback: subscriber.callback() })).toBe(202);
    await first.logged(({ msg }) => msg === 'subscribed');
    const before = await walk(`${url}/feed.atom`);

    const file = join(site.directory, 'backup');
    let arrived = 120;
    const made: Ended[] = [];
    const making = backup(site, file).then((ended) => made.push(ended));
    for (; made.length === 0 && arrived < 10_000; arrived += 1) {
      await renameInto(site.seeds, `${arrived}.txt`, numberedSeed(arrived));
    }
    await making;
    expect(made).toMatchObject([{ status: 0, stderr: '' }]);
    expect(arrived).toBeGreaterThan(130);
    await until(async () =>
      titles(await text(`${url}/feed.atom`))[0] === `第 ${arrived - 1} 篇` ? true : undefined,
    );
    const ids = new Set(idsIn(await walk(`${url}/feed.atom`)));
    expect(ids.size).toBe(arrived);
    expect((await first.stop()).status).toBe(0);

    const data = join(site.directory, 'other');
    expect(await restore(site, file, data)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(data, 'site-id'), 'utf8')).toBe(`${url}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const flags = [...site.flags, '--data', data, '--listen', new URL(url).host];
    const second = await Daemon.start(flags);
    await second.url();
    // What was in an archive is there still, to the byte; the run that was not full has another name by now.
    for (const [address, xml] of [...before].slice(1)) expect(await text(address)).toBe(xml);
    const after = idsIn(await walk(`${url}/feed.atom`));
    expect(after).toHaveLength(arrived);
    expect(new Set(after)).toEqual(ids);
    const delivered = subscriber.deliveries.length;
    await renameInto(site.seeds, 'new.txt', numberedSeed(arrived));
    await until(() => subscriber.bodies.slice(delivered).find((body) => body.includes(`第 ${arrived} 篇`)));
  }, 60_000);

  it('takes the place of the one before, and only of one', async () => {
    const { site, file } = await backedUp(3);
    await renameInto(site.seeds, '3.txt', numberedSeed(3));
    await runFeedmill(['build', ...site.flags]);
    expect((await backup(site, file)).stdout).toBe(`4 articles are in ${file}\n`);
    const [note, folder] = [join(site.directory, 'note.txt'), join(site.directory, 'folder')];
    writeFileSync(note, 'of some worth');
    mkdirSync(folder);
    for (const other of [note, folder]) {
      const { status, stderr } = await backup(site, other);
      expect({ status, stderr }).toEqual({
        status: 78,
        stderr: `feedmill: ${other} exists and is no backup: choose another name, or move it away\n`,
      });
    }
    expect(readFileSync(note, 'utf8')).toBe('of some worth');
    expect(readdirSync(site.directory).sort()).toEqual(
      ['backup', 'config.yaml', 'data', 'folder', 'note.txt', 'seeds'].sort(),
    );
  });

  it('leaves the data directory as it is', async () => {
    const { site } = await backedUp();
    expect(readdirSync(site.data).sort()).toEqual([
      'ledger.sqlite',
      'lock',
      'public',
      'site-id',
      'tags.json',
    ]);
  });

  it('is whole whichever of several made at once is the last', async () => {
    const { site, file, other } = await backedUp(300);
    for (const { status, stderr } of await Promise.all(Array.from({ length: 8 }, () => backup(site, file)))) {
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    expect(readdirSync(site.directory).sort()).toEqual(['backup', 'config.yaml', 'data', 'seeds']);
    expect(await restore(site, file, other)).toMatchObject({ status: 0, stderr: '' });
  });

  it('neither uses nor removes what has a name like its own', async () => {
    const { site, file } = await backedUp();
    const planted = temporaryDirectory();
    const there = [`${file}.partial`, `${file}.abcdef`, planted];
    for (const folder of there.slice(0, 2)) mkdirSync(folder, { mode: 0o777 });
    symlinkSync(planted, `${file}.1`);
    for (const folder of there) writeFileSync(join(folder, 'backup'), 'of some worth');
    const touched: string[] = [];
    for (const folder of there) {
      const watcher = watch(folder, (_, name) => touched.push(join(folder, name!)));
      onTestFinished(() => watcher.close());
    }
    expect(await backup(site, file)).toMatchObject({ status: 0, stderr: '' });
    expect(touched).toEqual([]);
    for (const folder of there) {
      expect(readdirSync(folder)).toEqual(['backup']);
      expect(readFileSync(join(folder, 'backup'), 'utf8')).toBe('of some worth');
    }
  });

  it('is for its owner alone from the first byte', async () => {
    const { site, file } = await backedUp(300);
    const modes = new Set<string>();
    const look = (): void => {
      for (const name of readdirSync(site.directory).filter((found) => found.startsWith('backup.'))) {
        const folder = join(site.directory, name);
        for (const path of [folder, join(folder, 'backup'), join(folder, 'backup-journal')]) {
          const mode = modeOf(path);
          if (mode !== undefined) modes.add(`${path === folder ? 'folder' : 'file'} ${mode}`);
        }
      }
    };
    for (let time = 0; time < GLANCES && modes.size < 2; time += 1)
      await whileRunning(backup(site, file), look);
    expect(modes).toEqual(new Set(['folder 700', 'file 600']));
  });

  it('is refused in the data directory, which would take it along', async () => {
    const { site } = await backedUp();
    const link = join(site.directory, 'link');
    symlinkSync(join(site.data, 'public'), link);
    const before = readdirSync(site.data, { recursive: true });
    for (const file of [
      join(site.data, 'backup'),
      join(site.data, 'ledger.sqlite'),
      join(site.data, 'ledger.sqlite-wal'),
      join(site.data, 'public', 'x.html'),
      join(link, 'x.html'),
    ]) {
      expect(await backup(site, file)).toEqual({
        status: 78,
        stdout: '',
        stderr:
          `feedmill: ${file} is in the data directory ${site.data}, with which a backup would be lost: ` +
          'choose a place outside of it\n',
      });
    }
    expect(readdirSync(site.data, { recursive: true })).toEqual(before);
    // It is another directory, though its name begins alike.
    mkdirSync(`${site.data}2`);
    expect(await backup(site, join(`${site.data}2`, 'backup'))).toMatchObject({ status: 0, stderr: '' });
  });

  it('of no ledger, of a damaged one, or into no directory says so and writes nothing', async () => {
    const { site, file } = await backedUp();
    const before = readFileSync(file);
    const nowhere = await backup(site, join(site.directory, 'none', 'backup'));
    expect(nowhere).toMatchObject({ status: 74 });
    expect(nowhere.stderr).toContain(join(site.directory, 'none'));
    const missing = await runFeedmill(['backup', file, '--data', join(site.directory, 'none')]);
    expect(missing).toMatchObject({ status: 78 });
    expect(missing.stderr).toContain('there is no ledger; is --data');
    zeroPage(join(site.data, 'ledger.sqlite'), 2);
    const damaged = await backup(site, file);
    expect(damaged).toMatchObject({ status: 74 });
    expect(damaged.stderr).toMatch(/ledger\.sqlite is damaged .*restore an earlier backup/s);
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(site.directory).sort()).toEqual(['backup', 'config.yaml', 'data', 'seeds']);
  });
});

/** How often a command is run until it is seen at work: on a busy machine, one may be over before anybody looks. */
const GLANCES = 10;

/** Looks again and again until a command has ended. */
async function whileRunning(command: Promise<Ended>, look: () => void): Promise<void> {
  const ended: Ended[] = [];
  const waiting = command.then((result) => ended.push(result));
  while (ended.length === 0) {
    look();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await waiting;
  expect(ended).toMatchObject([{ status: 0, stderr: '' }]);
}

/** In octal digits. */
function modeOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && (found.mode & 0o777).toString(8);
}

function zeroPage(file: string, page: number): void {
  const bytes = readFileSync(file);
  const size = bytes.readUInt16BE(16);
  writeFileSync(file, bytes.fill(0, page * size, (page + 1) * size));
}

const CAN_MOUNT = process.geteuid!() === 0;

describe.skipIf(!CAN_MOUNT && !process.env['CI']).for([CAN_MOUNT ? 'as root' : 'not without being root'])(
  '%s',
  () => {
    it('a disk that is full keeps the backup it had, and nothing half-made', async () => {
      const { site, file } = await backedUp();
      const disk = temporaryDirectory();
      const kilobytes = Math.ceil(statSync(file).size / 1024) + 100;
      const options = ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'feedmill-test', disk];
      expect(spawnSync('mount', options).status).toBe(0);
      onTestFinished(() => void spawnSync('umount', [disk]));
      const there = join(disk, 'backup');
      copyFileSync(file, there);
      const { status, stderr } = await backup(site, there);
      expect(status).toBe(74);
      expect(stderr).toMatch(/^feedmill: .*backup: database or disk is full; make room on its disk\n$/);
      expect(readFileSync(there)).toEqual(readFileSync(file));
      expect(readdirSync(disk)).toEqual(['backup']);
      const full = join(disk, 'data');
      expect(await restore(site, there, full)).toMatchObject({ status: 74 });
      expect(readdirSync(full)).toEqual(['lock']);
    });

    it('what is restored belongs to whom the data directory belongs', async () => {
      const { site, file, other } = await backedUp();
      mkdirSync(other);
      chownSync(other, 4321, 4322);
      expect(await restore(site, file)).toMatchObject({ status: 0 });
      const owners = readdirSync(other).map((name) => statSync(join(other, name)));
      expect(owners.map(({ uid, gid }) => `${uid}:${gid}`)).toEqual(Array(3).fill('4321:4322'));
    });

    it('a backup that may only be read is restored by who is not root', async () => {
      const { site, file, other } = await backedUp();
      chmodSync(site.directory, 0o755);
      mkdirSync(other);
      for (const path of [file, other]) chownSync(path, 4321, 4321);
      chmodSync(file, 0o400);
      const args = ['restore', file, ...site.flags, '--data', other];
      expect(await runFeedmill(args, { uid: 4321 })).toMatchObject({ status: 0, stderr: '' });
    });
  },
);

describe('a restore', () => {
  it.each(['400', '644'])(
    'of a backup of mode %s is for its owner alone from the first byte',
    async (mode) => {
      const { site, file, other } = await backedUp(300);
      chmodSync(file, Number.parseInt(mode, 8));
      const modes = new Set<string>();
      for (let time = 0; time < GLANCES && modes.size < 1; time += 1) {
        const data = join(other, String(time));
        const ledger = join(data, 'ledger.sqlite');
        await whileRunning(restore(site, file, data), () => {
          const found = modeOf(`${ledger}.partial`);
          if (found !== undefined) modes.add(found);
        });
        expect(modeOf(ledger)).toBe('600');
      }
      expect(modes).toEqual(new Set(['600']));
    },
  );
});

describe('a restore is refused', () => {
  it('where a ledger is, or what is left of one', async () => {
    const { site, file, other } = await backedUp();
    for (const name of ['ledger.sqlite', 'ledger.sqlite-wal', 'ledger.sqlite-shm', 'ledger.sqlite-journal']) {
      const data = join(other, name);
      mkdirSync(data, { recursive: true });
      writeFileSync(join(data, name), 'left');
      const { status, stderr } = await restore(site, file, data);
      expect({ status, stderr }).toEqual({
        status: 78,
        stderr: `feedmill: ${join(data, name)} exists: move it out of ${data}, or choose another --data\n`,
      });
      expect(readdirSync(data).sort()).toEqual([name, 'lock']);
    }
  });

  it('while a daemon runs there', async () => {
    const { site, file } = await backedUp();
    const daemon = await Daemon.start(site.flags);
    await daemon.url();
    const { status, stderr } = await restore(site, file, site.data);
    expect(status).toBe(78);
    expect(stderr).toContain(`${site.data} is in use by another feedmill`);
  });

  it('where the feeds have other ids', async () => {
    const { site, file, other } = await backedUp();
    mkdirSync(other);
    writeFileSync(join(other, 'site-id'), 'https://other.example\n');
    const { status, stderr } = await restore(site, file);
    expect(status).toBe(78);
    expect(stderr).toContain(`${join(other, 'site-id')} says https://other.example, the backup http`);
    expect(readdirSync(other).sort()).toEqual(['lock', 'site-id']);
    expect(readFileSync(join(other, 'site-id'), 'utf8')).toBe('https://other.example\n');
  });

  const WRONG = {
    'a file that is not there': [74, /no such file/],
    'a directory': [78, /is no backup of feedmill/],
    'a pipe': [78, /is no backup of feedmill/],
    'a device': [78, /is no backup of feedmill/],
    'something else': [78, /is no backup of feedmill/],
    'an empty file': [78, /is no backup of feedmill/],
    'a ledger, which may lack its journal': [78, /is no backup of feedmill/],
    'one that is cut to its first page': [74, /is damaged .*take another backup/s],
    'one that is cut in the middle': [74, /is damaged .*take another backup/s],
    'one that lacks its last byte': [74, /is damaged .*take another backup/s],
    'one with a page of zeroes': [74, /is damaged .*take another backup/s],
    'one of a newer feedmill': [
      78,
      /was written by a newer feedmill \(schema 99.*restore it with that version/,
    ],
  } as const;
  const make: Record<keyof typeof WRONG, (file: string, site: TestSite) => void> = {
    'a file that is not there': () => {},
    'a directory': (file) => mkdirSync(file),
    'a pipe': (file) => expect(spawnSync('mkfifo', [file]).status).toBe(0),
    'a device': (file) => symlinkSync('/dev/zero', file),
    'something else': (file) => writeFileSync(file, 'something else\n'.repeat(1000)),
    'an empty file': (file) => writeFileSync(file, ''),
    'a ledger, which may lack its journal': (file, site) =>
      copyFileSync(join(site.data, 'ledger.sqlite'), file),
    'one that is cut to its first page': (file, site) => cut(file, site, () => 4096),
    'one that is cut in the middle': (file, site) => cut(file, site, (size) => size / 2),
    'one that lacks its last byte': (file, site) => cut(file, site, (size) => size - 1),
    'one with a page of zeroes': (file, site) => {
      copyFileSync(join(site.directory, 'backup'), file);
      zeroPage(file, 3);
    },
    'one of a newer feedmill': (file, site) => {
      copyFileSync(join(site.directory, 'backup'), file);
      query(file, 'PRAGMA user_version = 99');
    },
  };

  it.each(Object.keys(WRONG) as (keyof typeof WRONG)[])('from %s, and leaves nothing', async (what) => {
    const { site, other } = await backedUp();
    const file = join(site.directory, 'wrong');
    make[what](file, site);
    const { status, stdout, stderr } = await restore(site, file);
    const [expected, message] = WRONG[what];
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(stderr).toContain(file);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
    // What is no backup is refused before there is anything.
    const looksLikeOne = what.startsWith('one ');
    expect(existsSync(other) ? readdirSync(other) : null).toEqual(looksLikeOne ? ['lock'] : null);
  });
});

/** A backup of which only the beginning is left. */
function cut(file: string, site: TestSite, to: (size: number) => number): void {
  copyFileSync(join(site.directory, 'backup'), file);
  truncateSync(file, to(statSync(file).size));
}
