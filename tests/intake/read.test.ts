import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SeedReader } from '../../src/intake/read.ts';
import { fingerprint } from '../../src/intake/walk.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { asOrdinaryUser, headLength, makePipe, seedAt } from './files.ts';

const MAX = 10_000;

/** A root with the file `a.txt` in it. */
function rootWith(content: string): { root: string; path: string; reader: SeedReader } {
  const root = temporaryDirectory();
  const path = join(root, 'a.txt');
  writeFileSync(path, content);
  return { root, path, reader: new SeedReader(root, MAX) };
}

describe('how much is read', () => {
  test('a head is the beginning of a file, or all of it, and says which', () => {
    const head = headLength();
    expect(head).toBeLessThanOrEqual(4096);
    for (const [size, length, whole] of [
      [0, 0, true],
      [head, head, true],
      [head + 1, head, false],
    ] as const) {
      const { root, reader } = rootWith('x'.repeat(size));
      expect(reader.head(seedAt(root, 'a.txt'))).toEqual({
        kind: 'text',
        text: 'x'.repeat(length),
        encoding: 'utf-8',
        whole,
      });
    }
  });

  test.for([
    ['a short file', 100, 100, true],
    ['a file of just the length allowed', MAX, MAX, true],
    ['no more than is allowed', MAX + 1, MAX, false],
  ] as const)('the whole of %s', ([, size, length, whole]) => {
    const { root, reader } = rootWith('x'.repeat(size));
    expect(reader.whole(seedAt(root, 'a.txt'))).toEqual({
      kind: 'text',
      text: 'x'.repeat(length),
      encoding: 'utf-8',
      whole,
    });
  });

  test('a head has its length even where less than that is allowed', () => {
    const { root } = rootWith('x'.repeat(headLength()));
    expect(new SeedReader(root, 1).head(seedAt(root, 'a.txt'))).toMatchObject({
      encoding: 'utf-8',
      whole: true,
    });
  });

  test('of a short file read behind a long one, nothing of the long one is seen', () => {
    const { root, reader } = rootWith('long '.repeat(1000));
    writeFileSync(join(root, 'b.txt'), '短');
    const first = reader.whole(seedAt(root, 'a.txt'));
    expect(reader.whole(seedAt(root, 'b.txt'))).toEqual({
      kind: 'text',
      text: '短',
      encoding: 'utf-8',
      whole: true,
    });
    expect(first).toMatchObject({ text: 'long '.repeat(1000) });
  });
});

describe('a file that is not the one that was looked at', () => {
  test.for([
    ['written to', (path: string) => writeFileSync(path, 'something else')],
    ['touched', (path: string) => utimesSync(path, new Date(5), new Date(5))],
    [
      'replaced by another of the same size and time',
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(`${path}.new`, 'text');
        utimesSync(`${path}.new`, atime, mtime);
        renameSync(`${path}.new`, path);
      },
    ],
    ['gone', (path: string) => rmSync(path)],
    [
      'replaced by a directory',
      (path: string) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ] as const)('%s: it has changed', ([, change]) => {
    const { root, path, reader } = rootWith('text');
    const file = seedAt(root, 'a.txt');
    change(path);
    expect(reader.head(file)).toEqual({ kind: 'changed' });
    expect(reader.whole(file)).toEqual({ kind: 'changed' });
  });

  test('a pipe put in its place is not waited for', () => {
    const { root, path, reader } = rootWith('text');
    const file = seedAt(root, 'a.txt');
    rmSync(path);
    makePipe(root, 'a.txt');
    expect(reader.whole(file)).toEqual({ kind: 'changed' });
  });

  test('a link to another file inside, put in its place, has changed', () => {
    const { root, path, reader } = rootWith('text');
    const file = seedAt(root, 'a.txt');
    rmSync(path);
    writeFileSync(join(root, 'b.txt'), 'other');
    symlinkSync('b.txt', path);
    expect(reader.whole(file)).toEqual({ kind: 'changed' });
  });

  test('a link to the outside, put in its place, is refused, even to the very same file', () => {
    const { path, reader } = rootWith('text');
    const outside = join(temporaryDirectory(), 'outside.txt');
    linkSync(path, outside);
    rmSync(path);
    symlinkSync(outside, path);
    const same = { path: 'a.txt', fingerprint: fingerprint(statSync(outside)) };
    expect(reader.whole(same)).toEqual({
      kind: 'unreadable',
      error: expect.objectContaining({ code: 'ELOOP' }) as Error,
    });
  });
});

describe('links and permissions', () => {
  test('a link that stays inside is read', () => {
    const { root, reader } = rootWith('text');
    symlinkSync('a.txt', join(root, 'link.txt'));
    expect(reader.whole(seedAt(root, 'link.txt'))).toEqual({
      kind: 'text',
      text: 'text',
      encoding: 'utf-8',
      whole: true,
    });
  });

  test('a file that may not be read is unreadable, and says why', () => {
    const { root, path, reader } = rootWith('text');
    chmodSync(root, 0o755);
    chmodSync(path, 0o000);
    const file = seedAt(root, 'a.txt');
    const error = expect.objectContaining({ code: 'EACCES' }) as Error;
    expect(asOrdinaryUser(() => reader.whole(file))).toEqual({ kind: 'unreadable', error });
  });

  test('no file is left open, whatever came of it', () => {
    const { root, path, reader } = rootWith('text');
    const open = (): number => readdirSync('/proc/self/fd').length;
    const file = seedAt(root, 'a.txt');
    const before = open();
    reader.whole(file);
    utimesSync(path, new Date(5), new Date(5));
    reader.whole(file);
    rmSync(path);
    reader.whole(file);
    expect(open()).toBe(before);
  });
});
