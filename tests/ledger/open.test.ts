import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { type Ledger, LedgerRefusedError, LedgerUnreadableError } from '../../src/ledger/ledger.ts';
import { openLedger, setLedgerAside } from '../../src/ledger/open.ts';
import { asOrdinaryUser } from '../intake/files.ts';
import { temporaryDirectory } from '../support/directories.ts';
import {
  AMPLE,
  everythingIn,
  indexed,
  ledgerFile,
  missing,
  rejected,
  rendition,
  subscription,
  withdrawn,
} from './changes.ts';

const SEEDS = 400;

/** A ledger with something of everything in it, on more than one page a table. */
async function fill(ledger: Ledger): Promise<void> {
  const numbers = Array.from({ length: SEEDS }, (_, i) => i);
  await ledger.record(
    numbers.map((i) => indexed(`${i}.txt`, { url: `https://${i % 3}.example/${i}`, time: i })),
    1,
  );
  const broken = numbers.filter((i) => i % 10 === 0).map((i) => rejected(`${i}.txt`));
  const gone = numbers.filter((i) => i % 7 === 0).map((i) => missing(`${i}.txt`, i));
  await ledger.record([...broken, ...gone, withdrawn('1.txt')], 7777);
  const articles = await ledger.newest(null, SEEDS);
  await ledger.saveRenditions(
    new Map(articles.map(({ id }) => [id, rendition({ source: 'x'.repeat(100) })])),
  );
  await ledger.archive(null, articles[50]!.id);
  await ledger.setNote('note', 'value');
  for (const i of numbers.slice(0, 20)) {
    await ledger.subscriptions.save(subscription({ callback: `https://reader.example/${i}` }), AMPLE);
  }
  await ledger.subscriptions.recordFailure(subscription({ callback: 'https://reader.example/0' }), 5);
}

async function filledFile(): Promise<string> {
  const file = ledgerFile();
  await using ledger = openLedger(file);
  await fill(ledger);
  return file;
}

/** Opens a ledger and does with it all that can be done. */
async function useAll(file: string): Promise<void> {
  await using ledger = openLedger(file);
  await everythingIn(ledger);
  for (const outlet of [null, '0.example', '1.example', '2.example']) {
    const [first] = await ledger.newest(outlet, SEEDS);
    if (first !== undefined) await ledger.archive(outlet, first.id);
  }
  await ledger.record(
    [indexed('2.txt', { url: 'https://2.example/2', time: 2, outlet: 'moved.example' })],
    1,
  );
  for (const { path } of await ledger.seeds('', SEEDS)) {
    await ledger.record([indexed(path, { url: 'https://new.example/' })], 1);
  }
  await ledger.subscriptions.save(subscription({ expires: 1 }), AMPLE);
  await ledger.subscriptions.expire(1);
}

describe('a ledger that is opened again', () => {
  test('knows all that it knew', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await fill(ledger);
    const before = await everythingIn(ledger);
    await ledger[Symbol.asyncDispose]();
    await using again = openLedger(file);
    expect(await everythingIn(again)).toEqual(before);
  });

  test('is made with the folders that lead to it', async () => {
    const file = join(temporaryDirectory(), 'not/there/yet/ledger.sqlite');
    await using ledger = openLedger(file);
    expect(await ledger.tally()).toMatchObject({ seeds: 0 });
    expect(existsSync(file)).toBe(true);
  });

  test('leaves no journal behind when it is closed', async () => {
    const file = await filledFile();
    expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([false, false]);
  });
});

describe('a ledger that is refused', () => {
  test('one of a newer program, and it is left as it was', async () => {
    const file = await filledFile();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openLedger(file)).toThrow(LedgerRefusedError);
    expect(() => openLedger(file)).toThrow(/newer feedmill \(schema 99/);
    const again = new DatabaseSync(file);
    expect(again.prepare('SELECT count(*) AS seeds FROM seed').get()).toEqual({ seeds: SEEDS - 1 });
    again.close();
  });

  test('one that may not be written to', async () => {
    const file = await filledFile();
    chmodSync(dirname(file), 0o755);
    chmodSync(file, 0o444);
    const refused = (): unknown => asOrdinaryUser(() => openLedger(file));
    expect(refused).toThrow(LedgerRefusedError);
    expect(refused).toThrow(/readable and writable/);
  });

  test('a directory in its place', () => {
    const file = ledgerFile();
    mkdirSync(file);
    expect(() => openLedger(file)).toThrow(LedgerRefusedError);
    expect(() => openLedger(file)).toThrow(file);
  });
});

describe('a damaged ledger is unreadable, and never silently wrong', () => {
  test('a file that is something else', async () => {
    const file = ledgerFile();
    writeFileSync(file, 'This is no database. '.repeat(1000));
    expect(() => openLedger(file)).toThrow(LedgerUnreadableError);
    expect(() => openLedger(file)).toThrow(file);
  });

  test('a database of something else', () => {
    const file = ledgerFile();
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE other (id INTEGER); PRAGMA user_version = 1');
    database.close();
    expect(() => openLedger(file)).toThrow(LedgerUnreadableError);
  });

  test('a database with tables of the same names', () => {
    const file = ledgerFile();
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE seed (id INTEGER)');
    database.close();
    expect(() => openLedger(file)).toThrow(LedgerUnreadableError);
  });

  test.for([0.9, 0.5, 0.1])('a file cut to %d of its length', async (share) => {
    const file = await filledFile();
    truncateSync(file, Math.floor(statSync(file).size * share));
    await expect(useAll(file)).rejects.toThrow(LedgerUnreadableError);
  });

  test('a file with any page of zeroes', async () => {
    const file = await filledFile();
    const bytes = readFileSync(file);
    const pageSize = bytes.readUInt16BE(16);
    const pages = bytes.length / pageSize;
    expect(pages).toBeGreaterThan(30);
    const outcomes: string[] = [];
    for (let page = 0; page < pages; page += 1) {
      const damaged = ledgerFile();
      copyFileSync(file, damaged);
      writeFileSync(damaged, Buffer.from(bytes).fill(0, page * pageSize, (page + 1) * pageSize));
      outcomes.push(
        await useAll(damaged).then(
          () => `page ${page}: nothing noticed`,
          (error: Error) => error.name,
        ),
      );
    }
    expect(outcomes).toEqual(outcomes.map(() => 'LedgerUnreadableError'));
  });
});

describe('a ledger that is set aside', () => {
  test('is where it is said to be, whole, and its place is free', async () => {
    const file = await filledFile();
    const bytes = readFileSync(file);
    const aside = setLedgerAside(file, 'damaged');
    expect(aside).toBe(`${file}.damaged`);
    expect(readFileSync(aside)).toEqual(bytes);
    await using fresh = openLedger(file);
    expect(await fresh.tally()).toMatchObject({ seeds: 0, articles: 0 });
  });

  test('takes its journal along, which would spoil the next', async () => {
    const file = ledgerFile();
    await using ledger = openLedger(file);
    await fill(ledger);
    const aside = setLedgerAside(file, 'damaged');
    expect([existsSync(`${aside}-wal`), existsSync(`${aside}-shm`)]).toEqual([true, true]);
    expect([file, `${file}-wal`, `${file}-shm`].map(existsSync)).toEqual([false, false, false]);
    await using found = openLedger(aside);
    expect(await found.tally()).toEqual(await ledger.tally());
  });
});
