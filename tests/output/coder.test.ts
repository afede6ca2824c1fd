import { describe, expect, it } from 'vitest';
import { Coder } from '../../src/output/coder.ts';

describe('Coder', () => {
  it('begins with the merged feed, and with gzip of all before any other coding', async () => {
    const begun: string[] = [];
    const coder = new Coder(async (path, coding) => {
      begun.push(`${coding} ${path}`);
      await new Promise((resolve) => setImmediate(resolve));
    });
    coder.ask(['outlets/a.atom', 'feed.atom']);
    coder.ask(['outlets/b.atom', 'feed.json']);
    coder.start();
    await coder.idle();
    const paths = ['feed.json', 'feed.atom', 'outlets/a.atom', 'outlets/b.atom'];
    expect(begun).toEqual(
      ['gzip', 'zstd', 'br'].flatMap((coding) => paths.map((path) => `${coding} ${path}`)),
    );
  });

  it('begins nothing more once it has been told to end', async () => {
    const end = new AbortController();
    const begun: string[] = [];
    const coder = new Coder(async (path) => {
      begun.push(path);
      await new Promise((resolve) => setImmediate(resolve));
      end.abort();
    }, end.signal);
    coder.ask(Array.from({ length: 20 }, (_, i) => `outlets/${i}.atom`));
    coder.start();
    await coder.idle();
    // Two at a time.
    expect(begun).toEqual(['outlets/0.atom', 'outlets/1.atom']);
  });
});
