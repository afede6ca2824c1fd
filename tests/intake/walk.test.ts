import { once } from 'node:events';
import { chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { comparePaths, type Found, lookAt, walk, type WalkOptions } from '../../src/intake/walk.ts';
import { temporaryDirectory, writeFiles } from '../support/directories.ts';
import { asOrdinaryUser, makeDevice, makePipe, seedAt, TXT } from './files.ts';

function walked(root: string, options: Partial<WalkOptions> = {}): Found[] {
  return [...walk({ root, extensions: TXT, ...options })];
}

/** The paths of what may be seeds. */
function filesIn(root: string, options: Partial<WalkOptions> = {}): string[] {
  return walked(root, options).flatMap((found) => (found.kind === 'file' ? [found.file.path] : []));
}

/** path → why it is ignored */
function ignoredIn(root: string): Record<string, string> {
  const ignored = walked(root).flatMap((found) => (found.kind === 'ignored' ? [found] : []));
  return Object.fromEntries(ignored.map(({ path, why }) => [path, why]));
}

async function directoryWith(...paths: string[]): Promise<string> {
  const root = temporaryDirectory();
  await writeFiles(root, Object.fromEntries(paths.map((path) => [path, path])));
  return root;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

describe('a directory of many names', () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `${(i * 7919) % 10_000}-第.txt`);

  async function many(): Promise<string> {
    const root = await directoryWith();
    for (const name of names) writeFileSync(join(root, name), '');
    mkdirSync(join(root, '5000'));
    return root;
  }

  test.each([false, true])('is listed a little at a time, in order (backwards: %s)', async (descending) => {
    const found = walked(await many(), { descending });
    const paths = found.flatMap((each) => (each.kind === 'file' ? [each.file.path] : []));
    const inOrder = [...names].sort(byBytes);
    expect(paths).toEqual(descending ? inOrder.reverse() : inOrder);
    // Two while it is read, and three each time that what has been read is put in order.
    expect(found.findIndex(({ kind }) => kind === 'file')).toBe(8);
    expect(found.filter(({ kind }) => kind === 'pause')).toHaveLength(8);
  });
});

describe('order', () => {
  const paths = [
    'a/b.txt',
    'a.txt',
    'a b.txt',
    'a-/c.txt',
    'a0.txt',
    'a/b/c.txt',
    'B.txt',
    'é.txt',
    '标题.txt',
    '\uE000.txt',
    '\uFF21.txt',
    '\u{1F600}.txt',
    '\u{1F600}/a.txt',
  ];

  test('files come in the order of the UTF-8 bytes of their paths', async () => {
    const root = await directoryWith(...paths);
    expect(filesIn(root)).toEqual(paths.toSorted(byBytes));
  });

  test('a directory takes its place by its name and the slash behind it', async () => {
    const root = await directoryWith('a/b.txt', 'a.txt', 'a0.txt');
    expect(filesIn(root)).toEqual(['a.txt', 'a/b.txt', 'a0.txt']);
  });

  test('an astral name stands behind one of U+FFxx, though its UTF-16 units are smaller', async () => {
    const root = await directoryWith('\u{1F600}.txt', '\uFF21.txt');
    expect(filesIn(root)).toEqual(['\uFF21.txt', '\u{1F600}.txt']);
  });

  test('comparePaths agrees with the comparison of bytes', () => {
    const characters = fc.constantFrom('', 'a', '.', '/', 'é', '\uD7FF', '\uE000', '\uFFFD', '\u{10000}');
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: characters }));
    const pair = fc.tuple(fc.string({ unit: characters }), text, text);
    fc.assert(
      fc.property(pair, ([common, a, b]) => {
        expect(Math.sign(comparePaths(common + a, common + b))).toBe(byBytes(common + a, common + b));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is followed', () => {
  test('subdirectories, however deep', async () => {
    const root = await directoryWith('a/b/c/d/e.txt', 'f.txt');
    expect(filesIn(root)).toEqual(['a/b/c/d/e.txt', 'f.txt']);
  });

  test('only what lies below, if a start is given', async () => {
    const root = await directoryWith('a/b.txt', 'a/c/d.txt', 'e.txt');
    const found = [...walk({ root, extensions: TXT }, 'a')];
    expect(found.map((each) => each.kind === 'file' && each.file.path)).toEqual(['a/b.txt', 'a/c/d.txt']);
  });

  test('a link that stays inside is the file that it leads to', async () => {
    const root = await directoryWith('sub/original.txt');
    symlinkSync('sub/original.txt', join(root, 'link.txt'));
    expect(seedAt(root, 'link.txt')).toEqual({ ...seedAt(root, 'sub/original.txt'), path: 'link.txt' });
    expect(filesIn(root)).toEqual(['link.txt', 'sub/original.txt']);
  });

  test('links inside of a root that is itself reached by a link', async () => {
    const directory = await directoryWith('real/original.txt');
    symlinkSync('original.txt', join(directory, 'real/link.txt'));
    symlinkSync('real', join(directory, 'root'));
    expect(filesIn(join(directory, 'root'))).toEqual(['link.txt', 'original.txt']);
  });

  test('every extension that is asked for', async () => {
    const root = await directoryWith('a.txt', 'b.md', 'c.html');
    expect(filesIn(root, { extensions: ['.txt', '.md'] })).toEqual(['a.txt', 'b.md']);
  });

  test('each directory is announced before it is listed', async () => {
    const root = await directoryWith('a/b.txt', 'c.txt');
    const announced: string[] = [];
    const files = filesIn(root, {
      onDirectory: (path) => {
        announced.push(path);
        writeFileSync(join(root, path, 'late.txt'), '');
      },
    });
    expect(announced).toEqual(['', 'a']);
    expect(files).toEqual(['a/b.txt', 'a/late.txt', 'c.txt', 'late.txt']);
  });
});

describe('what is ignored, and why', () => {
  const LEAVES = 'a symbolic link that leaves the seeds directory';
  const NO_FILE = 'neither a file nor a directory';

  test('files whose names end otherwise', async () => {
    const root = await directoryWith('a.html', 'txt', 'b.txt.bak');
    const why = 'its name does not end in .txt';
    expect(ignoredIn(root)).toEqual({ 'a.html': why, txt: why, 'b.txt.bak': why });
  });

  test('hidden files, and all that lies in hidden directories', async () => {
    const root = await directoryWith('.hidden.txt', '.git/a.txt', 'sub/.b.txt', 'c.txt');
    expect(filesIn(root)).toEqual(['c.txt']);
    for (const path of ['.hidden.txt', '.git/a.txt', 'sub/.b.txt']) {
      expect(lookAt({ root, extensions: TXT }, path)).toEqual({ kind: 'ignored', path, why: 'a dot-file' });
    }
  });

  test('pipes', () => {
    const root = temporaryDirectory();
    makePipe(root, 'pipe.txt');
    expect(ignoredIn(root)).toEqual({ 'pipe.txt': NO_FILE });
  });

  test('sockets', async () => {
    const root = temporaryDirectory();
    const server = createServer().listen(join(root, 'socket.txt'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    expect(ignoredIn(root)).toEqual({ 'socket.txt': NO_FILE });
  });

  test('devices', ({ skip }) => {
    const root = temporaryDirectory();
    skip(!makeDevice(root, 'null.txt'), 'this user may make no devices');
    expect(ignoredIn(root)).toEqual({ 'null.txt': NO_FILE });
  });

  test.for([
    ['to a file outside', '../outside/secret.txt'],
    ['to a directory outside', '../outside'],
    ['to a sibling whose name begins like the root’s', '../root-too/secret.txt'],
    ['to the root itself', '.'],
    ['to nowhere', 'nowhere.txt'],
    ['to itself', 'link.txt'],
    ['to a link that leads outside', 'second.txt'],
  ])('links %s', async ([, target]) => {
    const directory = await directoryWith('outside/secret.txt', 'root-too/secret.txt');
    const root = join(directory, 'root');
    mkdirSync(root);
    symlinkSync('../outside/secret.txt', join(root, 'second.txt'));
    symlinkSync(target!, join(root, 'link.txt'));
    expect(ignoredIn(root)).toEqual({ 'link.txt': LEAVES, 'second.txt': LEAVES });
  });

  test('links to directories, inside or not, are not descended into', async () => {
    const directory = await directoryWith('outside/a.txt', 'root/sub/b.txt');
    const root = join(directory, 'root');
    symlinkSync('../outside', join(root, 'out'));
    symlinkSync('sub', join(root, 'in'));
    symlinkSync('sub', join(root, 'in.txt'));
    expect(filesIn(root)).toEqual(['sub/b.txt']);
    expect(ignoredIn(root)).toMatchObject({ 'in.txt': NO_FILE });
  });

  test('names that are not UTF-8', () => {
    const root = temporaryDirectory();
    const name = Buffer.from([0x61, 0xff, 0x2e, 0x74, 0x78, 0x74]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), '');
    const why = 'its name is not UTF-8: rename it';
    expect(ignoredIn(root)).toEqual({ 'a\uFFFD.txt': why });
    expect(lookAt({ root, extensions: TXT }, 'a\uFFFD.txt')).toMatchObject({ kind: 'ignored', why });
  });
});

describe('what cannot be listed', () => {
  test.for([
    ['a root that is missing', 'nothing', 'ENOENT'],
    ['a root that is a file', 'file.txt', 'ENOTDIR'],
  ])('%s is unlisted', async ([, name, code]) => {
    const directory = await directoryWith('file.txt');
    const expected = { kind: 'unlisted', path: '', error: expect.objectContaining({ code }) as Error };
    expect(walked(join(directory, name!))).toEqual([expected]);
  });

  test('a directory that may not be read is unlisted, and its neighbours are read', async () => {
    const root = await directoryWith('a.txt', 'closed/b.txt', 'd.txt');
    chmodSync(root, 0o755);
    chmodSync(join(root, 'closed'), 0o000);
    onTestFinished(() => chmodSync(join(root, 'closed'), 0o755));
    const found = asOrdinaryUser(() => walked(root));
    expect(found.map((each) => (each.kind === 'file' ? each.file.path : each))).toEqual([
      'a.txt',
      { kind: 'unlisted', path: 'closed', error: expect.objectContaining({ code: 'EACCES' }) as Error },
      'd.txt',
    ]);
  });

  test('a directory that may be listed and not entered is unlisted, too', async () => {
    const root = await directoryWith('a.txt', 'closed/b.txt', 'closed/c.txt', 'd.txt');
    chmodSync(root, 0o755);
    chmodSync(join(root, 'closed'), 0o444);
    onTestFinished(() => chmodSync(join(root, 'closed'), 0o755));
    const unlisted = {
      kind: 'unlisted',
      path: 'closed',
      error: expect.objectContaining({ code: 'EACCES' }) as Error,
    };
    const found = asOrdinaryUser(() => walked(root));
    expect(found.map((each) => (each.kind === 'file' ? each.file.path : each))).toEqual([
      'a.txt',
      unlisted,
      'd.txt',
    ]);
    for (const path of ['closed/b.txt', 'closed/nothing.txt']) {
      expect(asOrdinaryUser(() => lookAt({ root, extensions: TXT }, path))).toEqual(unlisted);
    }
  });

  test('a directory that goes while the walk comes to it is unlisted', async () => {
    const root = await directoryWith('a.txt', 'sub/b.txt');
    const onDirectory = (path: string): void => {
      if (path === 'sub') renameSync(join(root, 'sub'), join(root, 'moved'));
    };
    expect(walked(root, { onDirectory })).toMatchObject([
      { kind: 'file' },
      { kind: 'unlisted', path: 'sub' },
    ]);
  });
});

describe('lookAt', () => {
  test('tells files, directories and nothing apart', async () => {
    const root = await directoryWith('sub/a.txt');
    const options = { root, extensions: TXT };
    expect(lookAt(options, 'sub')).toBe('directory');
    expect(lookAt(options, 'sub/b.txt')).toBeNull();
    expect(lookAt(options, 'sub/a.txt/b.txt')).toBeNull();
    expect(lookAt(options, 'sub/a.txt')).toEqual(walked(root)[0]);
  });

  test('finds nothing behind a directory that is a link, as the walk does', async () => {
    const directory = await directoryWith('outside/secret.txt', 'root/a.txt');
    const root = join(directory, 'root');
    symlinkSync('../outside', join(root, 'out'));
    expect(filesIn(root)).toEqual(['a.txt']);
    expect(lookAt({ root, extensions: TXT }, 'out/secret.txt')).not.toMatchObject({ kind: 'file' });
  });

  test('says of a file whether it was last written, or put in place', async () => {
    const root = await directoryWith('written.txt', 'placed.txt');
    utimesSync(join(root, 'placed.txt'), new Date(1000), new Date(1000));
    expect(seedAt(root, 'written.txt').renamed).toBe(false);
    expect(seedAt(root, 'placed.txt')).toMatchObject({ renamed: true, modifiedMs: 1000, size: 10 });
  });

  test.for([
    ['written to', (path: string) => writeFileSync(path, 'longer than before')],
    ['given another time', (path: string) => utimesSync(path, new Date(5), new Date(5))],
    ['given another mode', (path: string) => chmodSync(path, 0o600)],
    [
      'replaced by another of the same size and time',
      (path: string) => {
        writeFileSync(`${path}.new`, 'a.txt');
        utimesSync(`${path}.new`, new Date(1000), new Date(1000));
        renameSync(`${path}.new`, path);
      },
    ],
  ] as const)('a file has another fingerprint once it is %s', async ([, change]) => {
    const root = await directoryWith('a.txt');
    utimesSync(join(root, 'a.txt'), new Date(1000), new Date(1000));
    const before = seedAt(root, 'a.txt').fingerprint;
    expect(seedAt(root, 'a.txt').fingerprint).toBe(before);
    change(join(root, 'a.txt'));
    expect(seedAt(root, 'a.txt').fingerprint).not.toBe(before);
  });
});
