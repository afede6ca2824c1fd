import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SeedFile } from '../../src/article.ts';
import { walk } from '../../src/intake/walk.ts';
import type { LedgerArticle } from '../../src/ledger/ledger.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { Reader, type ReaderOptions } from '../../src/readers/reader.ts';
import { Readers } from '../../src/readers/readers.ts';
import { loadRules } from '../../src/recipes.ts';
import type { RenditionJob } from '../../src/rendition.ts';
import { temporaryDirectory, writeFiles } from '../support/directories.ts';
import { PROJECT, until } from '../support/process.ts';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';

/** More than the main thread reads alone. */
const MANY = 6_000;
const BATCH = 256;
const LARGE = `<p>${'很长的一句话。'.repeat(20_000)}</p>`;

/** Why threads ended before they should. */
let failures: string[] = [];

async function site(
  files: Record<string, string>,
): Promise<{ here: Reader; readers: Readers; files: SeedFile[]; options: ReaderOptions }> {
  failures = [];
  const seeds = temporaryDirectory();
  await writeFiles(seeds, files);
  const outlets = createOutlets([]);
  const options = { seeds, seedBytesMax: 1_000_000, images: 'keep', entryBytesMax: 1_000_000 };
  const readers = new Readers(options, [], outlets, (why) => void failures.push(why));
  onTestFinished(() => readers[Symbol.dispose]());
  const found = [...walk({ root: seeds, extensions: ['.txt'] })];
  return {
    options,
    here: new Reader(options, outlets),
    readers,
    files: found.flatMap((each) => (each.kind === 'file' ? [each.file] : [])),
  };
}

function jobOf(here: Reader, file: SeedFile): RenditionJob {
  const indexed = here.identify(file);
  if (indexed === null || 'rejection' in indexed) throw new Error(`${file.path} is no article`);
  const { uuid, canonical, outlet } = indexed.identity;
  const { path, fingerprint } = file;
  const article: LedgerArticle = {
    id: 1,
    uuid,
    canonical,
    outlet,
    path,
    fingerprint,
    time: NOON,
    copies: fingerprint,
    broken: null,
    rendition: null,
  };
  return { article, copies: [], source: path, rules: 'rules', now: NOON };
}

/** Those of this process that run JavaScript: what else there is was there before. */
function threads(): number {
  return readdirSync(join('/proc', String(process.pid), 'task')).length;
}

describe('much to read', () => {
  test('is read by other threads as by this one, and they end when there is no more', async () => {
    const numbers = Array.from({ length: MANY }, (_, i) => i + 1);
    const seeds = Object.fromEntries(
      numbers.map((i) => [`${i}.txt`, i % 100 === 0 ? 'no header' : numberedSeed(i)]),
    );
    const { here, readers, files } = await site(seeds);
    const before = threads();
    let most = 0;
    for (let start = 0; start < MANY; start += BATCH) {
      const batch = files.slice(start, start + BATCH);
      expect(await readers.identify(batch)).toEqual(batch.map((file) => here.identify(file)));
      most = Math.max(most, threads());
    }
    const jobs = files.filter((_, i) => i % 50 === 0).map((file) => here.identify(file) && file);
    const readable = jobs.flatMap((file) =>
      file === null || 'rejection' in here.identify(file)! ? [] : [file],
    );
    for (const file of readable) {
      const job = jobOf(here, file);
      expect(await readers.render(job)).toEqual(await here.render(job));
    }
    expect(most).toBeGreaterThan(before);
    await until(() => threads() <= before || undefined);
  });

  test('that changes while it is read is told from what is an article', async () => {
    const { readers, files } = await site({ '1.txt': numberedSeed(1), '2.txt': 'no header' });
    const changed = { ...files[0]!, fingerprint: 'another' };
    expect(await readers.identify([changed, files[1]!])).toEqual([
      null,
      { rejection: expect.objectContaining({ reason: 'header-missing' }) },
    ]);
  });
});

test('a large seed is cleaned while this thread has its turns', async () => {
  const { here, readers, files } = await site({ '1.txt': seedText({ body: LARGE }) });
  const job = jobOf(here, files[0]!);
  let turns = 0;
  const count = (): void => {
    turns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const outcome = await readers.render(job);
  clearImmediate(immediate);
  expect(turns).toBeGreaterThan(100);
  expect(outcome).toEqual(await here.render(job));
});

test('a thread of a process that keeps no compiled code takes none from where others may have put it', async () => {
  const { here, readers, files } = await site({ '1.txt': seedText({ body: LARGE }) });
  const open = temporaryDirectory();
  const before = process.env['TMPDIR'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  process.env['TMPDIR'] = open;
  await readers.render(jobOf(here, files[0]!));
  expect(readdirSync(open)).toEqual([]);
});

test('a thread that cannot start leaves all its work to the main one, and says why; soon none is tried', async () => {
  const numbers = Array.from({ length: MANY }, (_, i) => i + 1);
  const seeds = Object.fromEntries(numbers.map((i) => [`${i}.txt`, numberedSeed(i)]));
  const { here, files, options } = await site(seeds);
  const recipe = loadRules(join(PROJECT, 'config/outlets'), 'keep').recipes[0]!;
  // No two outlets have a host.
  const impossible = [recipe, { ...recipe, id: 'another' }];
  using readers = new Readers(options, impossible, createOutlets([]), (why) => void failures.push(why));
  for (let start = 0; start < MANY; start += BATCH) {
    const batch = files.slice(start, start + BATCH);
    expect(await readers.identify(batch)).toEqual(batch.map((file) => here.identify(file)));
  }
  const jobs = files.slice(0, 50).map((file) => jobOf(here, file));
  const outcomes = await Promise.all(jobs.map(async (job) => readers.render(job)));
  expect(outcomes).toEqual(await Promise.all(jobs.map(async (job) => here.render(job))));
  expect(failures).toHaveLength(4);
  expect(failures[0]).toContain('is claimed by both');
});

test('nothing is read by readers that are disposed of', async () => {
  const { readers, files } = await site({ '1.txt': numberedSeed(1) });
  readers[Symbol.dispose]();
  await expect(readers.identify(files)).rejects.toThrow('nothing is read any more');
});

test('who waits for a thread that ends is told', async () => {
  const { here, readers, files } = await site({ '1.txt': seedText({ body: LARGE }) });
  const outcome = readers.render(jobOf(here, files[0]!));
  readers[Symbol.dispose]();
  await expect(outcome).rejects.toThrow('a thread that reads seeds ended');
});
