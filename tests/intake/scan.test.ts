import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ScanContext, type ScanEvent, Waiting } from '../../src/intake/compare.ts';
import { scanAll, scanPaths } from '../../src/intake/scan.ts';
import type { Sighting } from '../../src/intake/settle.ts';
import { SeedWatch } from '../../src/intake/watch.ts';
import { comparePaths } from '../../src/intake/walk.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { Reader } from '../../src/readers/reader.ts';
import { temporaryDirectory, writeFiles } from '../support/directories.ts';
import { until } from '../support/process.ts';
import { numberedSeed, seedText } from '../support/seeds.ts';
import { headLength, TXT } from './files.ts';

const SETTLE = 1000;
const SEED_BYTES_MAX = 20_000;
const BROKEN = 'no header\n';

/** A seeds directory and the ledger that knows it. */
class Site {
  readonly #directory = temporaryDirectory();
  readonly root = join(this.#directory, 'seeds');
  /** Beside the seeds, for what is to be out of the way. */
  readonly away = join(this.#directory, 'away');
  readonly ledger: Ledger = openLedger(join(this.#directory, 'ledger.sqlite'));
  readonly #waiting = new Waiting();
  /** By default so late that every file written so far has settled. */
  now = Date.now() + 10 * SETTLE;

  constructor() {
    mkdirSync(this.root);
    onTestFinished(() => this.ledger[Symbol.asyncDispose]());
  }

  context(changes: Partial<ScanContext> = {}): ScanContext {
    const reader = readerOf(this.root);
    return {
      walk: { root: this.root, extensions: TXT },
      ledger: this.ledger,
      identify: (files) => Promise.resolve(files.map((file) => reader.identify(file))),
      seedBytesMax: SEED_BYTES_MAX,
      settleMs: SETTLE,
      sighting: () => null,
      waiting: this.#waiting,
      reindex: false,
      now: () => this.now,
      ...changes,
    };
  }

  /** What a scan finds, recorded. */
  async scan(changes: Partial<ScanContext> = {}): Promise<ScanEvent[]> {
    return this.#record((await Array.fromAsync(scanAll(this.context(changes)))).flat());
  }

  async scanPaths(paths: string[], changes: Partial<ScanContext> = {}): Promise<ScanEvent[]> {
    return this.#record((await Array.fromAsync(scanPaths(paths, this.context(changes)))).flat());
  }

  async #record(events: ScanEvent[]): Promise<ScanEvent[]> {
    const changes = events.flatMap((event) => (event.kind === 'change' ? [event.change] : []));
    await this.ledger.record(changes, this.now);
    return events;
  }
}

function readerOf(root: string): Reader {
  const options = { seeds: root, seedBytesMax: SEED_BYTES_MAX, images: 'keep', entryBytesMax: 1_000_000 };
  return new Reader(options, createOutlets([]));
}

/** `indexed a.txt`, `rejected b.txt: empty`, `waiting c.txt` …; in the order of paths. */
function told(events: readonly ScanEvent[]): string[] {
  const lines = events.map((event): [path: string, line: string] => {
    if (event.kind === 'same') return ['', 'same'];
    if (event.kind !== 'change') return [event.path, `${event.kind} ${event.path}`];
    const { change } = event;
    const reason = change.kind === 'rejected' ? `: ${change.rejection.reason}` : '';
    return [change.path, `${change.kind} ${change.path}${reason}`];
  });
  return lines.sort(([one], [other]) => comparePaths(one, other)).map(([, line]) => line);
}

describe('a scan of everything', () => {
  test('indexes what is new, and finds it the same the next time', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1), 'sub/b.txt': numberedSeed(2) });
    expect(told(await site.scan())).toEqual(['indexed a.txt', 'indexed sub/b.txt']);
    expect(told(await site.scan())).toEqual(['same', 'same']);
  });

  test('takes an article’s identity from its header and its time from there, too', async () => {
    const site = new Site();
    await writeFiles(site.root, {
      'a.txt': seedText({ time: 1234, url: 'http://Example.org//a?utm_source=x' }),
    });
    const [event] = await site.scan();
    expect(event).toMatchObject({
      change: {
        time: 1234,
        identity: { canonical: 'https://example.org/a', outlet: 'example.org', headerTime: 1234 },
      },
    });
  });

  test('indexes anew what has changed, and only that', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2) });
    await site.scan();
    await writeFiles(site.root, { 'b.txt': `${numberedSeed(2)}<p>more</p>` });
    expect(told(await site.scan())).toEqual(['same', 'indexed b.txt']);
  });

  test('rejects what is no article, once', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': BROKEN, 'b.txt': '', 'c.txt': numberedSeed(3) });
    const first = ['rejected a.txt: header-missing', 'rejected b.txt: empty', 'indexed c.txt'];
    expect(told(await site.scan())).toEqual(first);
    expect(told(await site.scan())).toEqual(['same', 'same', 'same']);
  });

  test('rejects what is larger than allowed by so much as a byte', async () => {
    const site = new Site();
    const seed = numberedSeed(1);
    const most = seed + 'x'.repeat(SEED_BYTES_MAX - Buffer.byteLength(seed));
    await writeFiles(site.root, { 'a.txt': most, 'b.txt': `${most}x` });
    expect(told(await site.scan())).toEqual(['indexed a.txt', 'rejected b.txt: too-large']);
  });

  test('misses what has gone, once, wherever in the order it stood', async () => {
    const site = new Site();
    const paths = ['a.txt', 'b.txt', 'c/d.txt', 'c.txt', 'e.txt'];
    await writeFiles(site.root, Object.fromEntries(paths.map((path, i) => [path, numberedSeed(i)])));
    await site.scan();
    for (const path of ['a.txt', 'c', 'e.txt']) rmSync(join(site.root, path), { recursive: true });
    const first = ['same', 'same', 'missing a.txt', 'missing c/d.txt', 'missing e.txt'];
    expect(told(await site.scan())).toEqual(first);
    expect(told(await site.scan())).toEqual(['same', 'same']);
  });

  test('welcomes back what had gone, as it was or changed', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2) });
    await site.scan();
    renameSync(site.root, site.away);
    await writeFiles(site.root, { 'c.txt': numberedSeed(3) });
    expect(told(await site.scan())).toEqual(['missing a.txt', 'missing b.txt', 'indexed c.txt']);
    rmSync(site.root, { recursive: true });
    renameSync(site.away, site.root);
    await writeFiles(site.root, { 'b.txt': `${numberedSeed(2)}<p>more</p>` });
    expect(told(await site.scan())).toEqual(['indexed a.txt', 'indexed b.txt', 'missing c.txt']);
    expect(await site.ledger.tally()).toMatchObject({ seeds: 3, missing: 1 });
  });

  test('reads the ledger page by page: nothing is lost where a page ends', async () => {
    const site = new Site();
    const paths = Array.from({ length: 1001 }, (_, i) => `${String(i).padStart(4, '0')}.txt`);
    await writeFiles(site.root, Object.fromEntries(paths.map((path, i) => [path, numberedSeed(i)])));
    await site.scan();
    rmSync(join(site.root, '0999.txt'));
    const events = told(await site.scan()).filter((each) => each !== 'same');
    expect(events).toEqual(['missing 0999.txt']);
    for (const path of paths) rmSync(join(site.root, path), { force: true });
    expect(await site.scan()).toHaveLength(1000);
  });

  test('pairs names with the ledger’s in the same order, whatever characters they hold', async () => {
    const site = new Site();
    const paths = ['\uFF21.txt', '\u{1F600}.txt', 'a/b.txt', 'a.txt', 'a b.txt', 'é.txt'];
    await writeFiles(site.root, Object.fromEntries(paths.map((path, i) => [path, numberedSeed(i)])));
    await site.scan();
    expect(told(await site.scan())).toEqual(paths.map(() => 'same'));
  });

  test('looks into every file again if the rules of identity have changed', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1), 'b.txt': BROKEN });
    await site.scan();
    const again = ['indexed a.txt', 'rejected b.txt: header-missing'];
    expect(told(await site.scan({ reindex: true }))).toEqual(again);
  });

  test('finds a header that is longer than the first read', async () => {
    const site = new Site();
    const title = '长'.repeat(3000);
    const url = 'https://example.org/long';
    await writeFiles(site.root, { 'a.txt': seedText({ title, url }) });
    const [event] = await site.scan();
    expect(event).toMatchObject({ change: { kind: 'indexed', identity: { url } } });
  });

  test('takes no link in a title for the article’s, even where the first read ends behind it', async () => {
    const site = new Site();
    const before = '<!--1-->\n[';
    const inner = '](http://example.org/inner)';
    const title = 'x'.repeat(headLength() - before.length - inner.length) + inner;
    const url = 'https://example.org/real';
    await writeFiles(site.root, { 'a.txt': `${before}${title} and more](${url})\n------\n\n<p>text</p>\n` });
    const [event] = await site.scan();
    expect(event).toMatchObject({ change: { kind: 'indexed', identity: { url } } });
  });
});

describe('what cannot be listed says nothing about what lies below', () => {
  test('the whole directory', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1) });
    await site.scan();
    renameSync(site.root, site.away);
    expect(told(await site.scan())).toEqual(['unlisted ']);
    expect(await site.ledger.tally()).toMatchObject({ missing: 0 });
  });

  test('a subdirectory; what is gone beside it is missing all the same', async () => {
    const site = new Site();
    const seeds = ['sub-/a.txt', 'sub.txt', 'sub/b.txt', 'sub/c/d.txt', 'sub0.txt'];
    await writeFiles(site.root, Object.fromEntries(seeds.map((path, i) => [path, numberedSeed(i)])));
    await site.scan();
    for (const path of ['sub-', 'sub.txt', 'sub0.txt']) rmSync(join(site.root, path), { recursive: true });
    const onDirectory = (path: string): void => {
      if (path === 'sub') renameSync(join(site.root, 'sub'), site.away);
    };
    const events = await site.scan({ walk: { root: site.root, extensions: TXT, onDirectory } });
    expect(told(events)).toEqual([
      'unlisted sub',
      'missing sub-/a.txt',
      'missing sub.txt',
      'missing sub0.txt',
    ]);
  });
});

describe('what cannot be listed', () => {
  test('is not missing where it was a seed before it became a folder', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1) });
    await site.scan();
    rmSync(join(site.root, 'a.txt'));
    mkdirSync(join(site.root, 'a.txt'));
    const onDirectory = (path: string): void => {
      if (path === 'a.txt') rmSync(join(site.root, path), { recursive: true });
    };
    const events = await site.scan({ walk: { root: site.root, extensions: TXT, onDirectory } });
    expect(told(events)).toEqual(['unlisted a.txt']);
  });
});

describe('what places an article in time', () => {
  async function timeOf(site: Site, path: string): Promise<number | null> {
    return (await site.ledger.seedsAt([path])).get(path)!.time;
  }

  test('the header’s time, but never later than when the seed was first seen', async () => {
    const site = new Site();
    const future = site.now + 1_000_000;
    await writeFiles(site.root, { 'a.txt': seedText({ time: future }) });
    await site.scan();
    const firstSeen = site.now;
    expect(await timeOf(site, 'a.txt')).toBe(firstSeen);
    site.now += 5000;
    await site.scan({ reindex: true });
    expect(await timeOf(site, 'a.txt')).toBe(firstSeen);
  });

  test('without one the file’s own time, kept through later edits', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': seedText({ time: 'NaN' }) });
    utimesSync(join(site.root, 'a.txt'), new Date(5000), new Date(5000));
    await site.scan();
    await writeFiles(site.root, { 'a.txt': seedText({ time: 'NaN', body: '<p>edited</p>' }) });
    expect(told(await site.scan())).toEqual(['indexed a.txt']);
    expect(await timeOf(site, 'a.txt')).toBe(5000);
  });

  test('a file whose own time lies in the future is as old as the first sight of it', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': seedText({ time: 'NaN' }) });
    const future = new Date(site.now + 1_000_000);
    utimesSync(join(site.root, 'a.txt'), future, future);
    await site.scan();
    expect(await timeOf(site, 'a.txt')).toBe(site.now);
  });

  test('a file that says to be older than time itself is as old as that', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': seedText({ time: 'NaN' }) });
    utimesSync(join(site.root, 'a.txt'), new Date(-5000), new Date(-5000));
    await site.scan();
    expect(await timeOf(site, 'a.txt')).toBe(0);
  });

  test('a time that an edit adds counts, and one that an edit takes away does not', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': seedText({ time: 'NaN' }), 'b.txt': seedText({ time: 1234 }) });
    await site.scan();
    await writeFiles(site.root, { 'a.txt': seedText({ time: 1234 }), 'b.txt': seedText({ time: 'NaN' }) });
    utimesSync(join(site.root, 'b.txt'), new Date(5000), new Date(5000));
    await site.scan();
    expect([await timeOf(site, 'a.txt'), await timeOf(site, 'b.txt')]).toEqual([1234, 5000]);
  });
});

describe('a file that may still be being written', () => {
  test('waits, and is told when to be looked at again', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1) });
    const [event] = await site.scan({ now: () => Date.now() });
    expect(event).toMatchObject({ kind: 'waiting', path: 'a.txt' });
    expect((event as { delayMs: number }).delayMs).toBeGreaterThan(0);
    expect((event as { delayMs: number }).delayMs).toBeLessThanOrEqual(SETTLE);
    expect(told(await site.scan())).toEqual(['indexed a.txt']);
  });

  test('waits until it stays as it is, by a clock that cannot be set', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1) });
    const setBack = { now: () => Date.now() - 3_600_000, settleMs: 60 };
    expect(told(await site.scan(setBack))).toEqual(['waiting a.txt']);
    await until(async () => told(await site.scan(setBack))[0] === 'indexed a.txt' || undefined);
  });

  test('waits anew after every write, by a clock that cannot be set', async () => {
    const site = new Site();
    const setBack = { now: () => Date.now() - 3_600_000, settleMs: 60 };
    for (const text of ['first', 'second']) {
      await writeFiles(site.root, { 'a.txt': `${numberedSeed(1)}${text}` });
      expect(told(await site.scan(setBack))).toEqual(['waiting a.txt']);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  test('waits if it changes between the look at its state and the read', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1) });
    const { identify } = site.context();
    const events = await site.scan({
      identify: (files) => {
        writeFileSync(join(site.root, 'a.txt'), `${numberedSeed(1)} and more`);
        return identify(files);
      },
    });
    expect(told(events)).toEqual(['waiting a.txt']);
  });

  describe('under the eyes of a watch', () => {
    const appeared: Sighting = { appeared: true, written: false };
    const recent = (): Partial<ScanContext> => ({ now: () => Date.now(), sighting: () => appeared });

    test('is indexed at once if it was put in place', async () => {
      const site = new Site();
      await writeFiles(site.root, { 'a.txt': numberedSeed(1) });
      expect(told(await site.scanPaths(['a.txt'], recent()))).toEqual(['indexed a.txt']);
    });

    test('is not rejected while it is recent, though it was put in place', async () => {
      const site = new Site();
      await writeFiles(site.root, { 'a.txt': BROKEN });
      expect(told(await site.scanPaths(['a.txt'], recent()))).toEqual(['waiting a.txt']);
      await writeFiles(site.root, { 'a.txt': numberedSeed(1) });
      expect(told(await site.scan())).toEqual(['indexed a.txt']);
    });
  });

  test('is rejected once it is no longer recent', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': BROKEN });
    expect(told(await site.scan({ now: () => Date.now() }))).toEqual(['waiting a.txt']);
    expect(told(await site.scan())).toEqual(['rejected a.txt: header-missing']);
  });

  test('is rejected once it stays as it is, though its times lie ahead', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': BROKEN });
    const setBack = { now: () => Date.now() - 3_600_000, settleMs: 60 };
    expect(told(await site.scan(setBack))).toEqual(['waiting a.txt']);
    await until(
      async () => told(await site.scan(setBack))[0] === 'rejected a.txt: header-missing' || undefined,
    );
  });

  describe('in two writes, under the eyes of the watch', () => {
    /** The first half is written in the very moment in which `scan` begins. */
    async function inTwoWrites(
      scan: (site: Site, watch: SeedWatch) => Promise<ScanEvent[]>,
    ): Promise<string[]> {
      const site = new Site();
      const nothing = (): void => {};
      const events = { onEvent: nothing, onBurst: nothing, onTrouble: nothing };
      using watch = new SeedWatch({ root: site.root, settleMs: 60_000, ...events });
      watch.follow('');
      const seed = numberedSeed(1);
      const descriptor = openSync(join(site.root, 'a.txt'), 'w');
      try {
        await until(() => watch.sighting('a.txt') ?? undefined);
        writeSync(descriptor, seed.slice(0, -10));
        const first = told(await scan(site, watch));
        writeSync(descriptor, seed.slice(-10));
        return first;
      } finally {
        closeSync(descriptor);
      }
    }

    test('it is not indexed half by a look at its path', async () => {
      const first = await inTwoWrites((site, watch) =>
        site.scanPaths(['a.txt'], { now: () => Date.now(), sighting: (path) => watch.sighting(path) }),
      );
      expect(first).toEqual(['waiting a.txt']);
    });

    test('it is not indexed half by a look at everything', async () => {
      const first = await inTwoWrites((site, watch) =>
        site.scan({ now: () => Date.now(), sighting: (path) => watch.sighting(path) }),
      );
      expect(first).toEqual(['waiting a.txt']);
    });
  });
});

describe('a scan of some paths', () => {
  test('looks at these and at nothing else', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2) });
    expect(told(await site.scanPaths(['b.txt']))).toEqual(['indexed b.txt']);
    rmSync(join(site.root, 'b.txt'));
    expect(told(await site.scanPaths(['b.txt']))).toEqual(['missing b.txt']);
    expect(told(await site.scan())).toEqual(['indexed a.txt']);
  });

  test('takes a directory for all that lies below it', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'sub/a.txt': numberedSeed(1), 'sub/c/b.txt': numberedSeed(2) });
    expect(told(await site.scanPaths(['sub']))).toEqual(['indexed sub/a.txt', 'indexed sub/c/b.txt']);
  });

  test('knows of a file that came and went that nothing is to be done', async () => {
    const site = new Site();
    expect(await site.scanPaths(['a.txt', '.hidden.txt', 'b.html'])).not.toContainEqual(
      expect.objectContaining({ kind: 'change' }),
    );
  });

  test('cannot tell what went with a directory that is gone', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'sub/a.txt': numberedSeed(1) });
    await site.scan();
    rmSync(join(site.root, 'sub'), { recursive: true });
    expect(told(await site.scanPaths(['sub']))).toEqual(['unclear sub']);
  });

  test('does not take a seed for one that is back that a link out of the root leads to', async () => {
    const site = new Site();
    await writeFiles(site.root, { 'sub/a.txt': numberedSeed(1) });
    await site.scan();
    renameSync(join(site.root, 'sub'), site.away);
    symlinkSync(site.away, join(site.root, 'sub'));
    expect(told(await site.scan())).toEqual(['ignored sub', 'missing sub/a.txt']);
    expect(told(await site.scanPaths(['sub/a.txt']))).not.toContain('indexed sub/a.txt');
  });
});
