// Backups of a ledger that another process writes to all the time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { becomeLedger, writeBackup } from '../../src/ledger/backup.ts';
import { query } from '../support/databases.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { AMPLE, everythingIn, indexed, ledgerFile, newLedger, subscription } from './changes.ts';

const BACKUPS = 10;
/** More than is copied in one go. */
const LEDGER_CHARACTERS = 10_000_000;

/** Writes the same number into two notes, in one transaction, without a pause. */
const WRITER = `
  import { DatabaseSync } from 'node:sqlite';
  const database = new DatabaseSync(process.argv[1], { timeout: 5000 });
  const write = database.prepare('INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)');
  for (let number = 0; ; number += 1) {
    database.exec('BEGIN IMMEDIATE');
    write.run('one', String(number));
    write.run('other', String(number));
    database.exec('COMMIT');
    if (number === 0) process.stdout.write('writing');
  }`;

test('backups of a ledger that is written to without a pause are each of one moment', async () => {
  const file = ledgerFile();
  await newLedger(file).setNote('much', 'x'.repeat(LEDGER_CHARACTERS));
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const directory = temporaryDirectory();
  const moments: number[] = [];
  for (let number = 0; number < BACKUPS; number += 1) {
    const target = join(directory, `${number}`);
    expect(await writeBackup(file, target, null)).toBe(0);
    expect(['-wal', '-shm', '-journal'].filter((end) => existsSync(target + end))).toEqual([]);
    const [one, other] = query(target, "SELECT value FROM note WHERE name IN ('one', 'other')");
    expect(one).toEqual(other);
    moments.push(Number(one!['value']));
  }
  expect(child.exitCode).toBe(null);
  // A busy machine may not let the writer have its turn between two of them.
  expect(moments).toEqual(moments.toSorted((a, b) => a - b));
  expect(new Set(moments).size).toBeGreaterThan(1);
  child.kill('SIGKILL');
  await closed;
});

test('a backup is of the moment at which it began, whatever is written before it ends', async () => {
  const file = ledgerFile();
  const ledger = newLedger(file);
  await ledger.setNote('much', 'x'.repeat(LEDGER_CHARACTERS));
  await ledger.setNote('note', 'before');
  const target = join(temporaryDirectory(), 'backup');
  const made = writeBackup(file, target, null);
  await ledger.setNote('note', 'after');
  await made;
  expect(query(target, "SELECT value FROM note WHERE name = 'note'")).toEqual([{ value: 'before' }]);
});

test('a backup becomes a ledger that knows all that the other knew, and nothing else', async () => {
  const file = ledgerFile();
  const ledger = newLedger(file);
  await ledger.record([indexed('1.txt'), indexed('2.txt', { url: 'https://b.example/2' })], 1);
  const [article] = await ledger.newest(null, 1);
  await ledger.archive(null, article!.id);
  await ledger.subscriptions.save(subscription(), AMPLE);
  await ledger.setNote('note', 'value');
  const target = join(temporaryDirectory(), 'backup');
  expect(await writeBackup(file, target, 'site')).toBe(2);
  expect(query(target, "SELECT value FROM note WHERE name = 'site-id'")).toEqual([{ value: 'site' }]);
  // Whole by itself, also where it may only be read.
  expect(query(target, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }]);
  expect(becomeLedger(target, target)).toEqual({ siteId: 'site', articles: 2 });
  expect(query(target, 'SELECT name FROM note')).toEqual([{ name: 'note' }]);
  expect(query(target, 'PRAGMA application_id')).toEqual([{ application_id: 0 }]);
  await using restored = openLedger(target);
  expect(await everythingIn(restored)).toEqual(await everythingIn(ledger));
});
