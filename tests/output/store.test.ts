// Which bytes stay in memory, and where the others come from.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../src/memory.ts';
import { entityTag, LostError, Store, type Stored } from '../../src/output/store.ts';
import { temporaryDirectory } from '../support/directories.ts';

const MEGABYTE = 1_000_000;

class Stock {
  readonly directory = temporaryDirectory();
  readonly lost: string[] = [];
  readonly store = new Store(this.directory, (file) => void this.lost.push(file));

  path(file: string): string {
    return join(this.directory, file);
  }

  /** In its file, and used just now. */
  add(file: string, length = 1, wanted = true): Stored {
    const bytes = Buffer.alloc(length, file);
    const stored = this.store.put(file, { etag: entityTag(bytes), length }, bytes);
    writeFileSync(this.path(file), bytes);
    this.store.written(file, this.store.unwritten.get(file)!, wanted);
    return stored;
  }
}

/** What nobody holds is gone: references that were looked at last only until their job ends. */
async function collected(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
}

describe('bytes', () => {
  it('that were used last are in memory; others are let go, and read when they are asked for', async () => {
    const stock = new Stock();
    const [used, unused] = [stock.add('used', MEGABYTE), stock.add('unused', MEGABYTE)];
    for (let i = 0; i < 10; i += 1) stock.add(`more-${i}`, MEGABYTE);
    void used.read();
    for (let i = 10; i < 20; i += 1) stock.add(`more-${i}`, MEGABYTE);
    await collected();
    expect(stock.store.held('used', used.etag)).toBeDefined();
    expect(stock.store.held('unused', unused.etag)).toBeUndefined();
    expect(await unused.read()).toEqual(Buffer.alloc(MEGABYTE, 'unused'));
    expect(unused.read()).toBeInstanceOf(Buffer);
  });

  it('that nobody is expected to ask for are let go, and kept once somebody has', async () => {
    const stock = new Stock();
    const stored = stock.add('seldom', 3, false);
    await collected();
    expect(stock.store.held('seldom', stored.etag)).toBeUndefined();
    expect(await stored.read()).toEqual(Buffer.alloc(3, 'seldom'));
    await collected();
    expect(stock.store.held('seldom', stored.etag)).toBeDefined();
  });

  it('that are in no file yet are never let go', async () => {
    const stock = new Stock();
    const bytes = Buffer.from('new');
    const stored = stock.store.put('new', { etag: entityTag(bytes), length: 3 }, bytes);
    for (let i = 0; i < 40; i += 1) stock.add(`more-${i}`, MEGABYTE);
    await collected();
    expect(await stored.read()).toEqual(bytes);
  });

  it('that somebody is still being sent are not read a second time', async () => {
    const stock = new Stock();
    const stored = stock.add('slow', MEGABYTE);
    const lent = stored.read();
    for (let i = 0; i < 40; i += 1) stock.add(`more-${i}`, MEGABYTE);
    await collected();
    expect(stored.read()).toBe(lent);
  });

  it('that many ask for at once are read once', async () => {
    const stock = new Stock();
    const stored = stock.add('asked-for');
    stock.store.forget('asked-for');
    const [one, other] = await Promise.all([stored.read(), stored.read()]);
    expect(one).toBe(other);
  });

  it.each<[string, (path: string) => unknown]>([
    ['replaced by others', (path) => writeFileSync(path, 'y'.repeat(10))],
    ['cut short', (path) => truncateSync(path, 3)],
    ['made longer', (path) => truncateSync(path, 30)],
    ['deleted', (path) => rmSync(path)],
    ['replaced by a folder', (path) => (rmSync(path), mkdirSync(path))],
    ['replaced by a pipe', (path) => (rmSync(path), execFileSync('mkfifo', [path]))],
    [
      'replaced by a link to a copy',
      (path) => (renameSync(path, `${path}-copy`), symlinkSync(`${path}-copy`, path)),
    ],
  ])('that were %s are lost, and somebody is told', async (_, damage) => {
    const stock = new Stock();
    const stored = stock.add('x', 10);
    stock.store.forget('x');
    damage(stock.path('x'));
    await expect(stored.read()).rejects.toThrow(LostError);
    expect(stock.lost).toEqual(['x']);
  });
});
