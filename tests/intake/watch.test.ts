import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sighting } from '../../src/intake/settle.ts';
import { SeedWatch } from '../../src/intake/watch.ts';
import { renameInto, temporaryDirectory } from '../support/directories.ts';
import { until } from '../support/process.ts';

/** A watched directory, and all that the watch has told of it. */
class Watched {
  readonly #directory = temporaryDirectory();
  readonly root = join(this.#directory, 'seeds');
  readonly away = join(this.#directory, 'away');
  readonly events: (string | null)[] = [];
  readonly troubles: string[] = [];
  bursts = 0;
  /** Told of each event in the moment in which it comes. */
  onEvent: (path: string | null) => void = () => {};
  readonly watch: SeedWatch;

  /** @param settleMs so long by default that no sighting is forgotten during a test */
  constructor({ settleMs = 60_000, directories = [''] } = {}) {
    for (const path of directories) mkdirSync(join(this.root, path));
    this.watch = new SeedWatch({
      root: this.root,
      settleMs,
      onEvent: (path) => {
        this.events.push(path);
        this.onEvent(path);
      },
      onBurst: () => (this.bursts += 1),
      onTrouble: (path) => this.troubles.push(path),
    });
    onTestFinished(() => this.watch[Symbol.dispose]());
    for (const path of directories) this.watch.follow(path);
  }

  /** Waits until an event of `path` has been told. */
  async heard(path: string): Promise<void> {
    await until(() => this.events.includes(path) || undefined, 5_000);
  }

  /** Waits until a file written to `directory` last of all has been told: whatever came before has been, too. */
  async settled(directory = ''): Promise<void> {
    const name = `last-${counter++}.txt`;
    const path = directory === '' ? name : `${directory}/${name}`;
    writeFileSync(join(this.root, path), '');
    await this.heard(path);
  }

  sightings(...paths: string[]): (Sighting | null)[] {
    return paths.map((path) => {
      const sighting = this.watch.sighting(path);
      return sighting && { appeared: sighting.appeared, written: sighting.written };
    });
  }
}
let counter = 0;

describe('a sighting', () => {
  test('of a file renamed into place: it appeared and was not written', async () => {
    const watched = new Watched();
    await renameInto(watched.root, 'a.txt', 'text');
    await watched.settled();
    expect(watched.sightings('a.txt')).toEqual([{ appeared: true, written: false }]);
  });

  test('of a file renamed over another: the same', async () => {
    const watched = new Watched();
    writeFileSync(join(watched.away), 'new');
    await renameInto(watched.root, 'a.txt', 'old');
    renameSync(watched.away, join(watched.root, 'a.txt'));
    await watched.settled();
    expect(watched.sightings('a.txt')).toEqual([{ appeared: true, written: false }]);
  });

  test('of a file written in place: it appeared and was written', async () => {
    const watched = new Watched();
    writeFileSync(join(watched.root, 'a.txt'), 'text');
    await watched.settled();
    expect(watched.sightings('a.txt')).toEqual([{ appeared: true, written: true }]);
  });

  test('of a file that was there before and is written to: it was written', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'a.txt'), 'text');
    const watched = new Watched({ directories: [''] });
    renameSync(directory, join(watched.root, 'sub'));
    watched.watch.follow('sub');
    writeFileSync(join(watched.root, 'sub/a.txt'), 'text');
    await watched.settled('sub');
    expect(watched.sightings('sub/a.txt')).toEqual([{ appeared: false, written: true }]);
  });

  test('there is none of what has not been touched', async () => {
    const watched = new Watched();
    await watched.settled();
    expect(watched.sightings('a.txt')).toEqual([null]);
  });

  test('is forgotten after a pause', async () => {
    const watched = new Watched({ settleMs: 50 });
    const atFirst = new Promise((resolve) => (watched.onEvent = () => resolve(watched.sightings('a.txt'))));
    await renameInto(watched.root, 'a.txt', 'text');
    expect(await atFirst).toEqual([{ appeared: true, written: false }]);
    await until(() => watched.watch.sighting('a.txt') === null || undefined);
  });
});

describe('what is told', () => {
  test('the path of whatever happens, relative to the root', async () => {
    const watched = new Watched({ directories: ['', 'sub', 'sub/deep'] });
    await renameInto(watched.root, 'sub/deep/a.txt', 'text');
    await watched.heard('sub/deep/a.txt');
    rmSync(join(watched.root, 'sub/deep/a.txt'));
    await watched.settled('sub/deep');
    expect(watched.events.filter((path) => path === 'sub/deep/a.txt')).toHaveLength(2);
  });

  test('nothing of hidden files', async () => {
    const watched = new Watched();
    writeFileSync(join(watched.root, '.hidden.txt'), 'text');
    await watched.settled();
    expect(watched.events).not.toContain('.hidden.txt');
  });

  test('a new directory; followed, what happens in it', async () => {
    const watched = new Watched();
    mkdirSync(join(watched.root, 'sub'));
    await watched.heard('sub');
    watched.watch.follow('sub');
    await watched.settled('sub');
    expect(watched.troubles).toEqual([]);
  });

  test('each event once, however often a directory is followed', async () => {
    const watched = new Watched();
    watched.watch.follow('');
    watched.watch.follow('');
    await renameInto(watched.root, 'a.txt', 'text');
    await watched.settled();
    expect(watched.events.filter((path) => path === 'a.txt')).toHaveLength(1);
  });

  test('nothing of a directory that is no longer followed', async () => {
    const watched = new Watched({ directories: ['', 'sub'] });
    watched.watch.unfollowExcept(new Set(['']));
    writeFileSync(join(watched.root, 'sub/a.txt'), 'text');
    await watched.settled();
    expect(watched.events).not.toContain('sub/a.txt');
  });

  test('a directory that cannot be watched, and no error is thrown', () => {
    const watched = new Watched();
    watched.watch.follow('nowhere');
    expect(watched.troubles).toEqual(['nowhere']);
  });
});

/** Lets the file system's clock move on: what is made from now on is younger than what there is. */
async function nextTick(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a directory in the place of another is followed anew', () => {
  test('renamed into place', async () => {
    const watched = new Watched({ directories: ['', 'sub'] });
    mkdirSync(watched.away);
    renameSync(join(watched.root, 'sub'), join(watched.root, 'old'));
    renameSync(watched.away, join(watched.root, 'sub'));
    watched.watch.follow('sub');
    await expect(watched.settled('sub')).resolves.toBeUndefined();
  });

  // Many file systems give the new directory the inode of the one that has just gone.
  test('made at once after the other was removed', async () => {
    const watched = new Watched({ directories: ['', 'sub'] });
    await nextTick();
    rmdirSync(join(watched.root, 'sub'));
    mkdirSync(join(watched.root, 'sub'));
    await watched.heard('sub');
    watched.watch.follow('sub');
    await expect(watched.settled('sub')).resolves.toBeUndefined();
  });

  test('the root itself', async () => {
    const watched = new Watched();
    await nextTick();
    rmdirSync(watched.root);
    mkdirSync(watched.root);
    await until(() => watched.events.length > 0 || undefined);
    watched.watch.follow('');
    await expect(watched.settled()).resolves.toBeUndefined();
  });
});

describe('a burst', () => {
  const EVENTS_MAX = 500;

  /** So many events, told by the time this returns. */
  async function burst(watched: Watched, events: number): Promise<void> {
    mkdirSync(watched.away, { recursive: true });
    for (let i = 0; i < events; i += 1) {
      writeFileSync(join(watched.away, String(i)), '');
      renameSync(join(watched.away, String(i)), join(watched.root, `${i}.txt`));
    }
    await watched.heard(`${events - 1}.txt`);
  }

  test('ends in a request for a look at everything, once', async () => {
    const watched = new Watched({ settleMs: 100 });
    await burst(watched, EVENTS_MAX + 1);
    await until(() => watched.bursts || undefined);
    await renameInto(watched.root, 'a.txt', 'text');
    await watched.heard('a.txt');
    await until(() => watched.watch.sighting('a.txt') === null || undefined);
    expect(watched.bursts).toBe(1);
  });

  test('leaves no sighting that could be relied upon', async () => {
    const watched = new Watched();
    await burst(watched, EVENTS_MAX + 1);
    expect(watched.sightings('0.txt', `${EVENTS_MAX}.txt`)).toEqual([null, null]);
  });

  test('is not what a few events are', async () => {
    const watched = new Watched({ settleMs: 100 });
    let atLast: unknown = null;
    watched.onEvent = () => (atLast = watched.sightings('0.txt'));
    await burst(watched, EVENTS_MAX);
    expect(atLast).toEqual([{ appeared: true, written: false }]);
    await until(() => watched.watch.sighting('0.txt') === null || undefined);
    expect(watched.bursts).toBe(0);
  });
});

test('once ended, a watch tells nothing more', async () => {
  const watched = new Watched({ settleMs: 20 });
  const witness = new SeedWatch({
    root: watched.root,
    settleMs: 20,
    onEvent: (path) => heard.push(path),
    onBurst: () => {},
    onTrouble: () => {},
  });
  const heard: (string | null)[] = [];
  onTestFinished(() => witness[Symbol.dispose]());
  witness.follow('');
  watched.watch[Symbol.dispose]();
  writeFileSync(join(watched.root, 'a.txt'), 'text');
  await until(() => heard.includes('a.txt') || undefined);
  expect(watched.events).toEqual([]);
});

test('a watch that has ended follows no directory that a look under way comes to, and keeps no process alive', () => {
  const watched = new Watched();
  const held = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'FSEventWrap').length;
  watched.watch[Symbol.dispose]();
  const before = held();
  watched.watch.follow('');
  expect(held()).toBe(before);
});
