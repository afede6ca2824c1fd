import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Tally } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { indexed, ledgerFile } from './changes.ts';

const WRITER = join(import.meta.dirname, 'writer.ts');
const BATCH = 1000;

/** Kills a writer `afterMs` after it has recorded a first batch. @returns the batches that it knows to be recorded */
async function killedWriter(file: string, afterMs: number, how = 'alone'): Promise<number> {
  const child = spawn(process.execPath, [WRITER, file, String(BATCH), how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  let batches = 0;
  lines.on('line', (line) => (batches = Number(line)));
  await once(lines, 'line');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await closed;
  return batches;
}

/** By other queries than the ledger's. */
function recount(file: string): { tally: Tally; integrity: unknown } {
  const database = new DatabaseSync(file);
  const rows = <T>(sql: string): T[] => database.prepare(sql).all() as T[];
  const seeds = rows<{ reason: string | null; missing_since: number | null }>('SELECT * FROM seed');
  const articles = rows<{ outlet: string; seed: number | null }>('SELECT * FROM article');
  const integrity = database.prepare('PRAGMA integrity_check').all();
  database.close();
  const outlets = new Map(articles.map(({ outlet }) => [outlet, 0]));
  const live = articles.filter(({ seed }) => seed !== null);
  for (const { outlet } of live) outlets.set(outlet, outlets.get(outlet)! + 1);
  return {
    integrity,
    tally: {
      outlets,
      articles: live.length,
      seeds: seeds.length,
      rejected: seeds.filter(({ reason }) => reason !== null).length,
      missing: seeds.filter(({ missing_since }) => missing_since !== null).length,
    },
  };
}

test.for([0, 7, 23, 60])(
  'a process killed %d ms into its work leaves a ledger of whole batches, none of them lost',
  async (afterMs) => {
    const file = ledgerFile();
    const told = await killedWriter(file, afterMs);
    await using ledger = openLedger(file);
    const tally = await ledger.tally();
    expect(recount(file)).toEqual({ tally, integrity: [{ integrity_check: 'ok' }] });
    // One seed of each batch but the last has been withdrawn again.
    const batches = (tally.seeds - 1) / (BATCH - 1);
    expect(batches).toBeOneOf([told, told + 1]);
    expect(tally.missing).toBe((batches * BATCH) / 10);
    expect(tally.articles).toBe((batches * BATCH) / 2);
  },
);

test.for([0, 300, 900])(
  'a process killed %d ms into what it records together leaves a ledger of whole batches',
  async (afterMs) => {
    const file = ledgerFile();
    const told = await killedWriter(file, afterMs, 'together');
    await using ledger = openLedger(file);
    const tally = await ledger.tally();
    expect(recount(file)).toEqual({ tally, integrity: [{ integrity_check: 'ok' }] });
    using database = new DatabaseSync(file);
    expect(
      database
        .prepare("SELECT name FROM sqlite_schema WHERE name IN ('article_newest', 'article_outlet')")
        .all(),
    ).toHaveLength(2);
    const batches = Math.max(0, (tally.seeds - 1) / (BATCH - 1));
    expect(batches).toBeOneOf(Array.from({ length: told + 2 }, (_, i) => i));
    expect(await ledger.record([indexed('new', { url: 'https://new.example/' })], 1)).toMatchObject({
      added: 1,
    });
  },
);

test('a ledger whose writer was killed can be written to', async () => {
  const file = ledgerFile();
  await killedWriter(file, 5);
  await using ledger = openLedger(file);
  const before = await ledger.tally();
  expect(await ledger.record([indexed('new', { url: 'https://new.example/' })], 1)).toMatchObject({
    added: 1,
  });
  expect(await ledger.tally()).toMatchObject({ seeds: before.seeds + 1, articles: before.articles + 1 });
});

test('a disk that is full is told as what it is, and leaves a ledger of whole batches', async () => {
  const file = ledgerFile();
  // The file size that a process may write stands for the disk's.
  const limited = ['-c', 'ulimit -f 2000; exec "$0" "$@"', process.execPath, WRITER, file, String(BATCH)];
  const child = spawn('sh', limited, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stderr, [status]] = await Promise.all([child.stderr.toArray(), once(child, 'close')]);
  expect(status).toBe(1);
  expect(stderr.join('')).toMatch(/disk/);
  await using ledger = openLedger(file);
  expect(((await ledger.tally()).seeds - 1) % (BATCH - 1)).toBe(0);
});
