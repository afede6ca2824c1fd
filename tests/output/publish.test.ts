// Documents → files and the snapshot of the same bytes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Document } from '../../src/article.ts';
import type { Publisher } from '../../src/output/publish.ts';
import { entityTag, LostError } from '../../src/output/store.ts';
import { publisherIn, tagsFileOf } from './publisher.ts';
import { temporaryDirectory, writeFiles } from '../support/directories.ts';

const T = Date.UTC(2026, 2, 10, 12);

function documents(bodies: Readonly<Record<string, string | Buffer>>): Document[] {
  return Object.entries(bodies).map(([path, body]) => ({ path, body: Buffer.from(body) }));
}

function files(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => !entry.isDirectory());
  return found.map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1)).sort();
}

async function textOf({ snapshot }: Publisher, path: string): Promise<string> {
  return String(await snapshot.get(path)!.read());
}

describe('publishing', () => {
  it('writes each document under its path and serves the same bytes', async () => {
    const directory = join(temporaryDirectory(), 'made', 'for', 'it');
    const publisher = publisherIn(directory);
    const changed = await publisher.publish(documents({ 'feed.atom': 'all', 'outlets/voa.atom': '美' }), T);
    expect(changed.sort()).toEqual(['feed.atom', 'outlets/voa.atom']);
    expect(files(directory)).toEqual(['feed.atom', 'outlets/voa.atom']);
    for (const [path, { read }] of publisher.snapshot) {
      expect(readFileSync(join(directory, path))).toEqual(await read());
    }
    expect(await textOf(publisher, 'outlets/voa.atom')).toBe('美');
  });

  it('never shows a reader a file that is torn or missing', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'feed.atom');
    const size = 2_000_000;
    const version = (n: number): Document[] => documents({ 'feed.atom': Buffer.alloc(size, 65 + (n % 26)) });
    const publisher = publisherIn(directory);
    await publisher.publish(version(0), T);
    const reader = spawn(process.execPath, ['--eval', READER, file, String(size)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void reader.kill('SIGKILL'));
    let said = '';
    reader.stdout.on('data', (chunk) => (said += String(chunk)));
    await expect.poll(() => said, { timeout: 15_000 }).toContain('reading');
    for (let n = 1; n <= 40; n += 1) await publisher.publish(version(n), T + n * 1000);
    reader.stdin.end();
    await once(reader, 'close');
    const { reads, faults, versions } = JSON.parse(said.split('\n')[1]!) as {
      reads: number;
      faults: string[];
      versions: number;
    };
    expect(faults).toEqual([]);
    expect(reads).toBeGreaterThan(1);
    expect(versions).toBeGreaterThan(1);
  });

  it('leaves a file alone whose bytes do not change', async () => {
    const directory = temporaryDirectory();
    const publisher = publisherIn(directory);
    await publisher.publish(documents({ 'a.atom': 'a', 'b.atom': 'b' }), T);
    const before = statSync(join(directory, 'a.atom'), { bigint: true });
    const kept = publisher.snapshot.get('a.atom');
    expect(await publisher.publish(documents({ 'a.atom': 'a', 'b.atom': 'B' }), T + 9000)).toEqual([
      'b.atom',
    ]);
    const after = statSync(join(directory, 'a.atom'), { bigint: true });
    expect([after.ino, after.mtimeNs, after.ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs]);
    expect(publisher.snapshot.get('a.atom')).toBe(kept);
    expect(readFileSync(join(directory, 'b.atom'), 'utf8')).toBe('B');
  });

  it('gives two changes within one second different dates, in the file too', async () => {
    const directory = temporaryDirectory();
    const publisher = publisherIn(directory);
    const dates: number[] = [];
    for (const [index, body] of ['1', '2', '3'].entries()) {
      await publisher.publish(documents({ 'feed.atom': body }), T + 100 * index);
      dates.push(publisher.snapshot.get('feed.atom')!.lastModified);
      expect(statSync(join(directory, 'feed.atom')).mtimeMs).toBe(dates[index]);
    }
    expect(dates).toEqual([T, T + 1000, T + 2000]);
  });

  it('dates a change by when it was made, to the second, and never back', async () => {
    const publisher = publisherIn(temporaryDirectory());
    await publisher.publish(documents({ 'feed.atom': '1' }), T + 999);
    expect(publisher.snapshot.get('feed.atom')!.lastModified).toBe(T);
    await publisher.publish(documents({ 'feed.atom': '2' }), T + 60_001);
    expect(publisher.snapshot.get('feed.atom')!.lastModified).toBe(T + 60_000);
    await publisher.publish(documents({ 'feed.atom': '3' }), T - 86_400_000);
    expect(publisher.snapshot.get('feed.atom')!.lastModified).toBeGreaterThan(T + 60_000);
  });

  it('removes what is not to be kept, and nothing else', async () => {
    const directory = temporaryDirectory();
    await writeFiles(directory, { 'robots.txt': 'the operator’s own' });
    const publisher = publisherIn(directory);
    await publisher.publish(documents({ 'feed.atom': '1', 'outlets/gone.atom': '1' }), T);
    expect(await publisher.publish(documents({ 'feed.atom': '2' }), T)).toEqual(['feed.atom']);
    expect(files(directory)).toEqual(['feed.atom', 'outlets/gone.atom', 'robots.txt']);
    expect([...publisher.snapshot.keys()].sort()).toEqual(['feed.atom', 'outlets/gone.atom']);
    expect(await publisher.retain(new Set(['feed.atom']))).toEqual(['outlets/gone.atom']);
    expect(files(directory)).toEqual(['feed.atom', 'robots.txt']);
    expect([...publisher.snapshot.keys()]).toEqual(['feed.atom']);
  });

  it('leaves a snapshot that was taken before as it was', async () => {
    const publisher = publisherIn(temporaryDirectory());
    await publisher.publish(documents({ 'feed.atom': '1', 'a.atom': '1' }), T);
    const taken = publisher.snapshot;
    await publisher.publish(documents({ 'feed.atom': '2', 'b.atom': '2' }), T);
    await publisher.publish(documents({ 'feed.atom': '3' }), T);
    await publisher.retain(new Set(['feed.atom']));
    const one = entityTag(Buffer.from('1'));
    expect([...taken].map(([path, { etag }]) => [path, etag])).toEqual([
      ['feed.atom', one],
      ['a.atom', one],
    ]);
  });

  it('serves what it cannot write, writes the rest, and tries again the next time', async () => {
    const directory = temporaryDirectory();
    const publisher = publisherIn(directory);
    await mkdir(join(directory, 'feed.atom', 'in-the-way'), { recursive: true });
    const both = documents({ 'feed.atom': '1', 'a.atom': '1' });
    await expect(publisher.publish(both, T)).rejects.toThrow(AggregateError);
    expect(await textOf(publisher, 'feed.atom')).toBe('1');
    expect(files(directory)).toEqual(['a.atom']);
    await rm(join(directory, 'feed.atom'), { recursive: true });
    await publisher.publish(both, T);
    expect(readFileSync(join(directory, 'feed.atom'), 'utf8')).toBe('1');
  });

  it('never writes through a link that stands where it puts its unfinished files', async () => {
    const [directory, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
    const victim = join(elsewhere, 'victim');
    await writeFile(victim, 'kept');
    const publisher = publisherIn(directory);
    await publisher.publish(documents({ 'feed.atom': '1' }), T);
    await symlink(victim, join(directory, '.feed.atom.feedmill-tmp'));
    await publisher.publish(documents({ 'feed.atom': '2' }), T).catch(() => {});
    expect(readFileSync(victim, 'utf8')).toBe('kept');
    await publisher.publish(documents({ 'feed.atom': '3' }), T);
    expect(readFileSync(join(directory, 'feed.atom'), 'utf8')).toBe('3');
  });
});

describe('a published file that somebody else', () => {
  const bodies = { 'feed.atom': 'all', 'outlets/voa.atom': 'one' };

  it.each([
    ['deletes', (directory: string) => rm(join(directory, 'outlets'), { recursive: true })],
    ['cuts short', (directory: string) => writeFile(join(directory, 'outlets/voa.atom'), '')],
  ])('%s is there again once it has been looked for', async (_, spoil) => {
    const directory = temporaryDirectory();
    const publisher = publisherIn(directory);
    await publisher.publish(documents(bodies), T);
    await spoil(directory);
    await publisher.publish([], T);
    publisher.verify();
    expect(await publisher.publish([], T)).toEqual([]);
    expect(readFileSync(join(directory, 'outlets/voa.atom'), 'utf8')).toBe('one');
  });

  it('leaves alone is not written again', async () => {
    const directory = temporaryDirectory();
    const publisher = publisherIn(directory);
    await publisher.publish(documents(bodies), T);
    const { ino } = statSync(join(directory, 'feed.atom'));
    publisher.verify();
    await publisher.publish([], T);
    expect(statSync(join(directory, 'feed.atom')).ino).toBe(ino);
  });
});

describe('a published file of which nothing is in memory', () => {
  it('and which is damaged is lost, and is written anew with the next publication of the same document', async () => {
    const directory = temporaryDirectory();
    await publisherIn(directory).publish(documents({ 'feed.atom': 'all' }), T);
    const publisher = publisherIn(directory);
    const before = publisher.snapshot.get('feed.atom')!;
    await writeFile(join(directory, 'feed.atom'), 'ill');
    await expect(async () => before.read()).rejects.toThrow(LostError);
    expect([...publisher.lost]).toEqual(['feed.atom']);
    expect(await publisher.publish(documents({ 'feed.atom': 'all' }), T + 9000)).toEqual([]);
    expect([...publisher.lost]).toEqual([]);
    expect(readFileSync(join(directory, 'feed.atom'), 'utf8')).toBe('all');
    expect(publisher.snapshot.get('feed.atom')!.lastModified).toBe(before.lastModified);
  });

  it('and which is gone is lost once it has been looked for', async () => {
    const directory = temporaryDirectory();
    await publisherIn(directory).publish(documents({ 'feed.atom': 'all' }), T);
    const publisher = publisherIn(directory);
    await rm(join(directory, 'feed.atom'));
    publisher.verify();
    expect([...publisher.lost]).toEqual(['feed.atom']);
    await publisher.retain(new Set());
    expect([...publisher.lost]).toEqual([]);
  });

  it('and which lacks a coding is sent as it is, until it has been prepared again', async () => {
    const directory = temporaryDirectory();
    const body = Buffer.from('风'.repeat(1000));
    const first = publisherIn(directory);
    await first.publish([{ path: 'feed.atom', body }], T);
    await first.encoded();
    const publisher = publisherIn(directory);
    const gzip = publisher.snapshot.get('feed.atom')!.codings.find(({ coding }) => coding === 'gzip')!;
    await writeFile(join(directory, 'feed.atom.gz'), 'no gzip at all');
    await expect(async () => gzip.read()).rejects.toThrow(LostError);
    expect(publisher.snapshot.get('feed.atom')!.codings).toEqual([]);
    expect([...publisher.lost]).toEqual([]);
    await publisher.encoded();
    expect(publisher.snapshot.get('feed.atom')!.codings).toHaveLength(3);
    expect(gunzipSync(readFileSync(join(directory, 'feed.atom.gz')))).toEqual(body);
  });

  it('and which is replaced meanwhile is not lost', async () => {
    const directory = temporaryDirectory();
    await publisherIn(directory).publish(documents({ 'feed.atom': '1' }), T);
    const publisher = publisherIn(directory);
    const before = publisher.snapshot.get('feed.atom')!;
    await publisher.publish(documents({ 'feed.atom': '2' }), T + 9000);
    await expect(async () => before.read()).rejects.toThrow(LostError);
    expect([...publisher.lost]).toEqual([]);
    expect(await textOf(publisher, 'feed.atom')).toBe('2');
  });
});

describe('what could not be written', () => {
  it('stays in memory until it is, however much is asked for meanwhile', async () => {
    const directory = temporaryDirectory();
    await mkdir(join(directory, 'feed.atom', 'in-the-way'), { recursive: true });
    const publisher = publisherIn(directory);
    const many = Array.from({ length: 8 }, (_, i) => ({
      path: `outlets/${i}.atom`,
      body: Buffer.alloc(5_000_000, String(i)),
    }));
    const all = [...documents({ 'feed.atom': '1' }), ...many];
    await expect(publisher.publish(all, T)).rejects.toThrow(AggregateError);
    for (const { path } of many) await publisher.snapshot.get(path)!.read();
    expect(await textOf(publisher, 'feed.atom')).toBe('1');
    await rm(join(directory, 'feed.atom'), { recursive: true });
    await publisher.publish([], T);
    expect(readFileSync(join(directory, 'feed.atom'), 'utf8')).toBe('1');
  });
});

describe('a publisher that starts', () => {
  it('takes the tags of files as they were kept, and reads a file only when it is asked for', async () => {
    const directory = temporaryDirectory();
    const first = publisherIn(directory);
    await first.publish(documents({ 'feed.atom': '1' }), T);
    await first.encoded();
    // A tag that is not the file's shows where it comes from.
    const kept = readFileSync(tagsFileOf(directory), 'utf8');
    const other = entityTag(Buffer.from('2'));
    await writeFile(
      tagsFileOf(directory),
      kept.replace(first.snapshot.get('feed.atom')!.etag.slice(1, -1), other.slice(1, -1)),
    );
    const publisher = publisherIn(directory);
    expect(publisher.snapshot.get('feed.atom')!.etag).toBe(other);
    await expect(async () => publisher.snapshot.get('feed.atom')!.read()).rejects.toThrow(LostError);
    expect(await publisher.publish(documents({ 'feed.atom': '1' }), T + 9000)).toEqual(['feed.atom']);
    expect(await textOf(publisher, 'feed.atom')).toBe('1');
  });

  it.each<[string, string, number]>([
    ['that has another size', '22', T],
    ['that has another time', '2', T + 1000],
  ])('reads a file %s', async (_, text, time) => {
    const directory = temporaryDirectory();
    const first = publisherIn(directory);
    await first.publish(documents({ 'feed.atom': '1' }), T);
    await first.encoded();
    await writeFile(join(directory, 'feed.atom'), text);
    await utimes(join(directory, 'feed.atom'), time / 1000, time / 1000);
    const { etag } = publisherIn(directory).snapshot.get('feed.atom')!;
    expect(etag).toBe(entityTag(readFileSync(join(directory, 'feed.atom'))));
  });

  it.each([
    '',
    'no JSON',
    'null',
    '[]',
    '{"feed.atom":[1,1773144000000,"\\"1\\""]}',
    '{"documents":null,"codings":{}}',
    '{"documents":{"feed.atom":null},"codings":{}}',
    '{"documents":{"feed.atom":[1,1773144000000,"1"]},"codings":{}}',
    '{"documents":{"__proto__":[1]},"codings":{"__proto__":[1]}}',
  ])('reads all files if the tags are damaged: %s', async (damaged) => {
    const directory = temporaryDirectory();
    const first = publisherIn(directory);
    await first.publish(documents({ 'feed.atom': '1' }), T);
    await first.encoded();
    await writeFile(tagsFileOf(directory), damaged);
    expect(publisherIn(directory).snapshot.get('feed.atom')!.etag).toBe(entityTag(Buffer.from('1')));
  });

  it('serves what was published last, with the same validators', async () => {
    const directory = temporaryDirectory();
    const first = publisherIn(directory);
    await first.publish(documents({ 'feed.atom': '1', 'outlets/voa.atom': '1', 'index.html': '1' }), T);
    await first.publish(documents({ 'feed.atom': '2' }), T + 10);
    const second = publisherIn(directory);
    const factsOf = ({ snapshot }: Publisher): object =>
      Object.fromEntries([...snapshot].map(([path, facts]) => [path, JSON.stringify(facts)]));
    expect(factsOf(second)).toEqual(factsOf(first));
  });

  it('takes what it would have published for its own, and nothing beside it', async () => {
    const directory = temporaryDirectory();
    await writeFiles(directory, { 'robots.txt': '1', 'feed.atom': '1', 'notes.atom.bak': '1' });
    expect([...publisherIn(directory).snapshot.keys()]).toEqual(['feed.atom']);
  });

  it('clears away what a killed one had not finished', async () => {
    const directory = temporaryDirectory();
    await writeFiles(directory, {
      '.feed.atom.feedmill-tmp': 'half',
      'outlets/.voa.atom.feedmill-tmp': 'half',
      'feed.atom': 'whole',
      '.keep': '',
    });
    expect([...publisherIn(directory).snapshot.keys()]).toEqual(['feed.atom']);
    expect(files(directory)).toEqual(['.keep', 'feed.atom']);
    expect(existsSync(join(directory, 'outlets'))).toBe(true);
  });
});

/** Reads a file over and over until its standard input ends, then says what it has met. */
const READER = `
  const { readFileSync } = require('node:fs');
  const [file, size] = process.argv.slice(1);
  const faults = new Set(), versions = new Set();
  let reads = 0, more = true;
  process.stdin.on('end', () => (more = false)).resume();
  const read = () => {
    try {
      const bytes = readFileSync(file);
      if (bytes.length !== Number(size)) faults.add('cut to ' + bytes.length);
      else if (!bytes.equals(Buffer.alloc(bytes.length, bytes[0]))) faults.add('mixed');
      versions.add(bytes[0]);
    } catch (error) {
      faults.add(error.code);
    }
    reads += 1;
    if (reads === 1) console.log('reading');
    if (more) setImmediate(read);
    else console.log(JSON.stringify({ reads, faults: [...faults], versions: versions.size }));
  };
  read();
`;

describe('what is said of all that is published', () => {
  async function stamped(): Promise<{ directory: string; publisher: Publisher }> {
    const directory = temporaryDirectory();
    const publisher = publisherIn(directory);
    await publisher.publish(documents({ 'feed.atom': '1', 'a.atom': '1' }), T);
    publisher.stamp({ by: 'me' }, T);
    await publisher.encoded();
    return { directory, publisher };
  }

  it('holds over a restart, and when the same is published again', async () => {
    const { directory } = await stamped();
    const publisher = publisherIn(directory);
    expect(publisher.imprint).toEqual({ by: 'me' });
    await publisher.publish(documents({ 'feed.atom': '1' }), T + 5000);
    await publisher.retain(new Set(['feed.atom', 'a.atom']));
    expect(publisher.imprint).toEqual({ by: 'me' });
  });

  it('does not when a document has changed, nor after a restart', async () => {
    const { directory, publisher } = await stamped();
    await publisher.publish(documents({ 'feed.atom': '2' }), T + 5000);
    expect(publisher.imprint).toBeNull();
    await publisher.encoded();
    expect(publisherIn(directory).imprint).toBeNull();
  });

  it('does not when a document has gone, nor after a restart', async () => {
    const { directory, publisher } = await stamped();
    await publisher.retain(new Set(['feed.atom']));
    expect(publisher.imprint).toBeNull();
    expect(publisherIn(directory).imprint).toBeNull();
  });
});
