// What a program of today, or of then, leaves in its ledger, as SQL that a person can read:
// node scripts/write-ledger-fixture.ts [main.ts] writes tests/fixtures/ledgers/schema-N.sql. To be run when a migration
// has been appended, so that the way from there is tested for good.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fingerprint } from '../src/intake/walk.ts';
import type * as Open from '../src/ledger/open.ts';

const PROJECT = join(import.meta.dirname, '..');
const FIXTURES = join(PROJECT, 'tests', 'fixtures', 'ledgers');
const main = resolve(process.argv[2] ?? join(PROJECT, 'src', 'main.ts'));

/** When the files were last written, save the one that was edited later. */
const WRITTEN = new Date('2026-03-10T12:30:00Z');
const EDITED = new Date('2026-03-11T12:30:00Z');

const directory = mkdtempSync(join(tmpdir(), 'feedmill-fixture-'));
try {
  const [seeds, data, config] = ['seeds', 'data', 'config.yaml'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  const build = (): void => {
    const flags = ['--config', config, '--seeds', seeds, '--data', data];
    execFileSync(process.execPath, [main, 'build', ...flags, '--log-level', 'error'], { stdio: 'inherit' });
  };
  cpSync(join(FIXTURES, 'seeds'), seeds, { recursive: true });
  writeFileSync(config, 'baseUrl: https://feeds.example/\nwindow: { entries: 3 }\nsettleMs: 100\n');
  const names = ['1', '2', '3', '4', '5', '6', 'copy-of-2', 'rejected', 'edited'].map(
    (name) => `${name}.txt`,
  );
  const [edited, gone] = [join(seeds, 'edited.txt'), join(seeds, 'gone.txt')];
  const text = readFileSync(edited, 'utf8');
  writeFileSync(edited, text.replace(' It was corrected in place.', ''));
  writeFileSync(gone, text.replaceAll('news/7', 'news/8').replace('1773144007000', '1773144008000'));
  for (const name of [...names, 'gone.txt']) utimesSync(join(seeds, name), WRITTEN, WRITTEN);
  build();
  writeFileSync(edited, text);
  utimesSync(edited, EDITED, EDITED);
  rmSync(gone);
  build();
  build();
  const file = join(data, 'ledger.sqlite');
  const { openLedger } = (await import(join(main, '..', 'ledger', 'open.ts'))) as typeof Open;
  {
    await using ledger = openLedger(file);
    // From schema 4 on.
    await (ledger as Partial<typeof ledger>).subscriptions?.save(
      {
        topic: 'feed.atom',
        callback: 'https://reader.example/own?secret=1',
        host: 'reader.example',
        secret: 'word',
        expires: Date.parse('2999-01-01T00:00:00Z'),
        delivered: '"version"',
      },
      { all: 1, perHost: 1 },
    );
  }
  const prints = new Map(names.map((name) => [fingerprint(statSync(join(seeds, name))), `{${name}}`]));
  using database = new DatabaseSync(file, { readOnly: true });
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const target = join(FIXTURES, `schema-${version}.sql`);
  writeFileSync(target, dump(database, version, prints));
  console.log(target);
} finally {
  rmSync(directory, { recursive: true });
}

/** @param prints what stands for what no other machine would have: fingerprints of files */
function dump(database: DatabaseSync, version: number, prints: ReadonlyMap<string, string>): string {
  const things = database
    .prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
    .all() as { type: string; name: string; sql: string }[];
  const lines = [`PRAGMA user_version = ${version};`, ...things.map(({ sql }) => `${sql};`)];
  for (const { name } of things.filter(({ type }) => type === 'table')) {
    for (const row of database.prepare(`SELECT * FROM ${name}`).iterate()) {
      lines.push(`INSERT INTO ${name} VALUES (${Object.values(row).map(literal).join(', ')});`);
    }
  }
  let sql = `${lines.join('\n')}\n`;
  for (const [print, placeholder] of prints) sql = sql.replaceAll(print, placeholder);
  return sql;
}

function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  const bytes = Buffer.from(value as Uint8Array);
  const text = bytes.toString();
  // An entry as text, so that it can be read.
  return Buffer.from(text).equals(bytes) && /^[<{]/.test(text)
    ? `CAST(${literal(text)} AS BLOB)`
    : `X'${bytes.toString('hex')}'`;
}
