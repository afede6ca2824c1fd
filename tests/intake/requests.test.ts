import { describe, expect, test } from 'vitest';
import { EVERYTHING, type LookRequest, LookRequests } from '../../src/intake/requests.ts';
import { until } from '../support/process.ts';

/** Records each look, which lasts until it is let go. */
class Looker {
  readonly seen: LookRequest[] = [];
  atOnce = 0;
  atOnceMax = 0;
  /** So many looks at everything are one that gives way. */
  goesOn = 0;
  readonly #holds: boolean;
  #letGo: (() => void)[] = [];
  readonly requests: LookRequests;

  constructor({ holds }: { holds: boolean }) {
    this.#holds = holds;
    this.requests = new LookRequests((request) => this.#look(request), 5);
  }

  async #look(request: LookRequest): Promise<boolean> {
    this.seen.push(request);
    this.atOnce += 1;
    this.atOnceMax = Math.max(this.atOnceMax, this.atOnce);
    if (this.#holds) await new Promise<void>((resolve) => this.#letGo.push(resolve));
    this.atOnce -= 1;
    if (request.all) this.goesOn -= 1;
    return this.goesOn > 0;
  }

  /** Waits for the look of this number (from 1) to begin. */
  async begun(number: number): Promise<void> {
    await until(() => this.seen.length >= number || undefined);
  }

  letGo(): void {
    this.#letGo.shift()!();
  }
}

const paths = (request: LookRequest | undefined): string[] => [...request!.paths].sort();

describe('requests made in one moment', () => {
  test('are one look at all their paths', async () => {
    const looker = new Looker({ holds: false });
    looker.requests.ask(['a', 'b']);
    looker.requests.ask(['b', 'c']);
    await looker.requests.idle();
    expect(looker.seen).toEqual([{ all: false, paths: new Set(['a', 'b', 'c']) }]);
  });

  test('are a look at paths, then one at everything', async () => {
    const looker = new Looker({ holds: false });
    looker.requests.ask(['a']);
    looker.requests.ask();
    looker.requests.ask(['b']);
    await looker.requests.idle();
    expect(looker.seen).toEqual([{ all: false, paths: new Set(['a', 'b']) }, EVERYTHING]);
  });

  test('for everything do not give way twice', async () => {
    const looker = new Looker({ holds: true });
    looker.requests.ask();
    for (const number of [1, 2, 3, 4]) {
      looker.requests.ask([String(number)]);
      await looker.begun(number);
      if (number === 2) looker.requests.ask();
      looker.requests.ask([`${number} too`]);
      looker.letGo();
    }
    await looker.begun(5);
    looker.letGo();
    await looker.requests.idle();
    expect(looker.seen.map(({ all }) => all)).toEqual([false, true, false, true, false]);
    // What came during a look at everything is looked at by name: it may have been asked for behind its back.
    expect(paths(looker.seen[4])).toEqual(['3 too', '4', '4 too']);
  });

  test('are a look at everything if they name very many paths', async () => {
    const looker = new Looker({ holds: false });
    const names = Array.from({ length: 20_001 }, (_, i) => String(i));
    looker.requests.ask(names.slice(0, 20_000));
    await looker.requests.idle();
    looker.requests.ask(names);
    await looker.requests.idle();
    expect(looker.seen.map(({ all }) => all)).toEqual([false, true]);
    expect(looker.seen[0]!.paths.size).toBe(20_000);
  });

  test('for later are made then', async () => {
    const looker = new Looker({ holds: false });
    const start = performance.now();
    looker.requests.askIn(50, ['a']);
    await looker.begun(1);
    // Timers count whole milliseconds.
    expect(performance.now() - start).toBeGreaterThan(48);
    expect(looker.seen.map(paths)).toEqual([['a']]);
  });

  test('that name no path are a look all the same', async () => {
    const looker = new Looker({ holds: false });
    looker.requests.ask([]);
    await looker.requests.idle();
    expect(looker.seen).toEqual([{ all: false, paths: new Set() }]);
  });
});

describe('requests made during a look', () => {
  test('wait as long as it took, so that a burst is few looks', async () => {
    const looks: number[] = [];
    const requests = new LookRequests(async () => {
      looks.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, 100));
      looks.push(performance.now());
      return false;
    }, 1);
    requests.ask(['a']);
    await until(() => looks.length === 1 || undefined);
    requests.ask(['b']);
    await requests.idle();
    const [start, end, next] = looks as [number, number, number];
    // Timers count whole milliseconds.
    expect(next - end).toBeGreaterThan(end - start - 5);
  });

  test('wait until it has ended, and none is lost', async () => {
    const looker = new Looker({ holds: true });
    looker.requests.ask(['a']);
    await looker.begun(1);
    looker.requests.ask(['b']);
    looker.requests.ask(['a']);
    looker.letGo();
    await looker.begun(2);
    looker.requests.ask();
    looker.letGo();
    await looker.begun(3);
    looker.letGo();
    await looker.requests.idle();
    expect(looker.seen.map(paths)).toEqual([['a'], ['a', 'b'], []]);
    expect(looker.seen.map(({ all }) => all)).toEqual([false, false, true]);
  });

  test('never run beside it', async () => {
    const looker = new Looker({ holds: true });
    for (let look = 1; look <= 5; look += 1) {
      looker.requests.ask([String(look)]);
      await looker.begun(look);
      looker.requests.ask([String(look)]);
      // Longer than requests are collected for.
      await new Promise((resolve) => setTimeout(resolve, 15));
      looker.letGo();
    }
    await looker.begun(6);
    looker.letGo();
    await looker.requests.idle();
    expect(looker.atOnceMax).toBe(1);
  });

  test('do not change what it looks at', async () => {
    const looker = new Looker({ holds: true });
    looker.requests.ask(['a']);
    await looker.begun(1);
    looker.requests.ask(['b']);
    expect(looker.seen.map(paths)).toEqual([['a']]);
    looker.letGo();
    await looker.begun(2);
    looker.letGo();
  });
});

describe('a look at everything that is waited for', () => {
  test('has ended, however many paths are asked for without end', async () => {
    const looker = new Looker({ holds: true });
    let ended = false;
    looker.requests.ask(['0']);
    await looker.begun(1);
    void looker.requests.everything().then(() => (ended = true));
    for (const look of [1, 2]) {
      looker.requests.ask([String(look)]);
      looker.letGo();
      await looker.begun(look + 1);
      expect(ended).toBe(false);
    }
    expect(looker.seen.map(({ all }) => all)).toEqual([false, false, true]);
    looker.requests.ask(['3']);
    looker.letGo();
    await until(() => ended || undefined);
    await looker.begun(4);
    looker.letGo();
  });

  test('is not waited for when none will be begun any more', async () => {
    const looker = new Looker({ holds: true });
    looker.requests.ask(['0']);
    await looker.begun(1);
    const everything = looker.requests.everything();
    const stopped = looker.requests.stop();
    looker.letGo();
    await Promise.all([everything, stopped, looker.requests.everything()]);
    expect(looker.seen).toHaveLength(1);
  });
});

describe('a look at everything that gives way', () => {
  test('goes on behind what it gave way to, until it has ended', async () => {
    const looker = new Looker({ holds: true });
    looker.goesOn = 3;
    let ended = false;
    void looker.requests.everything().then(() => (ended = true));
    for (const look of [1, 2, 3, 4]) {
      await looker.begun(look);
      // As if each slice of it had given way to this.
      if (look % 2 === 1) looker.requests.ask([String(look)]);
      looker.letGo();
    }
    await looker.begun(5);
    expect(ended).toBe(false);
    looker.letGo();
    await looker.requests.idle();
    expect(ended).toBe(true);
    expect(looker.seen.map(({ all }) => all)).toEqual([true, false, true, false, true]);
    expect([looker.seen[1], looker.seen[3]].map(paths)).toEqual([['1'], ['3']]);
  });

  test('is followed by another, if that was asked for meanwhile', async () => {
    const looker = new Looker({ holds: true });
    looker.goesOn = 2;
    looker.requests.ask();
    await looker.begun(1);
    let ended = false;
    void looker.requests.everything().then(() => (ended = true));
    for (const look of [1, 2]) {
      looker.letGo();
      await looker.begun(look + 1);
      expect(ended).toBe(false);
    }
    looker.letGo();
    await looker.requests.idle();
    expect(ended).toBe(true);
    expect(looker.seen).toHaveLength(3);
  });

  test('is not waited for when it will not go on any more', async () => {
    const looker = new Looker({ holds: true });
    looker.goesOn = 2;
    const everything = looker.requests.everything();
    await looker.begun(1);
    const stopped = looker.requests.stop();
    looker.letGo();
    await Promise.all([everything, stopped]);
    expect(looker.seen).toHaveLength(1);
  });
});

describe('idle', () => {
  test('is at once if nothing was asked for', async () => {
    const looker = new Looker({ holds: false });
    await looker.requests.idle();
    expect(looker.seen).toEqual([]);
  });

  test('waits for a look that begins because of one that ends', async () => {
    const looker = new Looker({ holds: true });
    looker.requests.ask(['a']);
    await looker.begun(1);
    looker.requests.ask(['b']);
    let idle = false;
    const waited = looker.requests.idle().then(() => (idle = true));
    looker.letGo();
    await looker.begun(2);
    expect(idle).toBe(false);
    looker.letGo();
    await waited;
    expect(looker.atOnce).toBe(0);
  });
});

describe('stop', () => {
  test('waits until the look has ended, and begins no other', async () => {
    const looker = new Looker({ holds: true });
    looker.requests.ask(['a']);
    await looker.begun(1);
    looker.requests.ask(['b']);
    let stopped = false;
    const stopping = looker.requests.stop().then(() => (stopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    looker.letGo();
    await stopping;
    looker.requests.ask(['c']);
    await looker.requests.idle();
    expect(looker.seen.map(paths)).toEqual([['a']]);
  });

  test('drops what has not begun', async () => {
    const looker = new Looker({ holds: false });
    looker.requests.askIn(5, ['later']);
    looker.requests.ask(['a']);
    await looker.requests.stop();
    // Longer than requests are collected for.
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(looker.seen).toEqual([]);
  });
});
