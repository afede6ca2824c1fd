// From every schema that has been in use to today's: what its own program left (scripts/write-ledger-fixture.ts),
// upgraded by the real program.
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/intake/walk.ts';
import { MIGRATIONS } from '../../src/ledger/schema.ts';
import { readEntries } from '../end-to-end/atom.ts';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { PROJECT, runFeedmill } from '../support/process.ts';

const FIXTURES = join(PROJECT, 'tests', 'fixtures', 'ledgers');
const SCHEMAS = readdirSync(FIXTURES)
  .map((name) => /^schema-(\d+)\.sql$/.exec(name)?.[1])
  .filter((version) => version !== undefined)
  .map(Number);
/** Each migration is a transaction of its own, and a process can be killed between any two. */
const STARTS = SCHEMAS.flatMap((from) =>
  Array.from({ length: MIGRATIONS.length - from + 1 }, (_, done) => ({ from, reached: from + done })),
);
const EDITED = new Date('2026-03-11T12:30:00Z');
const WRITTEN = new Date('2026-03-10T12:30:00Z');
const GONE = '2671f35c-2457-58b8-8812-53a771528cad';

/** A site as the program of schema `from` left it, its ledger already upgraded to `reached`. */
async function siteWithLedger(from: number, reached: number): Promise<TestSite> {
  const settings = { baseUrl: 'https://feeds.example/', window: { entries: 3 } };
  const site = await createSite({}, settings);
  await cp(join(FIXTURES, 'seeds'), site.seeds, { recursive: true });
  let sql = readFileSync(join(FIXTURES, `schema-${from}.sql`), 'utf8');
  for (const name of readdirSync(site.seeds)) {
    const time = name === 'edited.txt' ? EDITED : WRITTEN;
    await utimes(join(site.seeds, name), time, time);
    sql = sql.replaceAll(`{${name}}`, fingerprint(await stat(join(site.seeds, name))));
  }
  await mkdir(site.data);
  using database = new DatabaseSync(ledgerOf(site));
  database.exec(`PRAGMA journal_mode = WAL; BEGIN; ${sql} COMMIT;`);
  for (let next = from; next < reached; next += 1) {
    database.exec(`BEGIN; ${MIGRATIONS[next]!} PRAGMA user_version = ${next + 1}; COMMIT;`);
  }
  return site;
}

const ledgerOf = (site: TestSite): string => join(site.data, 'ledger.sqlite');

function rowsOf(site: TestSite, sql: string): Record<string, unknown>[] {
  using database = new DatabaseSync(ledgerOf(site));
  return database.prepare(sql).all();
}

const ARTICLES = `
  SELECT article.id, hex(article.key) AS key, uuid, canonical, outlet, article.time, path, withdrawn
  FROM article LEFT JOIN seed ON seed.id = article.seed ORDER BY article.id`;
const SEEDS = `
  SELECT id, path, fingerprint, header_time, time, url, hex(key) AS key, missing_since, reason, line, detail
  FROM seed ORDER BY path`;
/** What readers were told; where nothing was, what they are to be: the first copy's time. */
const TOLD = `
  SELECT uuid, coalesce(published, min(seed.time)) AS published, coalesce(updated, max(seed.time)) AS updated
  FROM article JOIN seed ON seed.key = article.key LEFT JOIN rendition ON rendition.article = article.id
  GROUP BY article.id ORDER BY uuid`;

/** Everything a reader finds from the merged feed back to the first article, by the files. */
function publishedIn(site: TestSite): { uuid: string; published: number; updated: number }[] {
  const folder = join(site.data, 'public');
  const archive = readdirSync(join(folder, 'archive')).filter((name) => name.endsWith('.atom'));
  const entries = ['feed.atom', ...archive.map((name) => `archive/${name}`)].flatMap((path) =>
    readEntries(readFileSync(join(folder, path), 'utf8')),
  );
  // One may stand in feed and archive, since another was withdrawn: readers know it by its id.
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()]
    .map(({ id, published, updated }) => ({
      uuid: id.replace('urn:uuid:', ''),
      published: Date.parse(published),
      updated: Date.parse(updated),
    }))
    .sort((one, other) => (one.uuid < other.uuid ? -1 : 1));
}

describe('a ledger of an earlier program', () => {
  it.each(STARTS)(
    'of schema $from, upgraded to $reached before a kill, loses nothing and tells nothing as new',
    async ({ from, reached }) => {
      const site = await siteWithLedger(from, reached);
      const [articles, seeds, told] = [ARTICLES, SEEDS, TOLD].map((sql) => rowsOf(site, sql));
      expect(articles).toHaveLength(8);
      const { status, stdout } = await runFeedmill(['build', '--archive', ...site.flags]);
      expect({ status, passes: stdout.match(/"added":\d+,|"withdrawn":\d+,/g) }).toEqual({
        status: 0,
        passes: ['"added":0,', '"withdrawn":0,'],
      });
      expect(rowsOf(site, 'PRAGMA user_version')).toEqual([{ user_version: MIGRATIONS.length }]);
      expect(rowsOf(site, ARTICLES)).toEqual(articles);
      expect(rowsOf(site, SEEDS)).toEqual(seeds);
      expect(publishedIn(site)).toEqual(told);
      const feed = readFileSync(join(site.data, 'public', 'feed.atom'), 'utf8');
      expect(feed).toContain(`ref="urn:uuid:${GONE}"`);
      const again = await runFeedmill(['build', ...site.flags, '--log-level', 'debug']);
      expect(again.stdout).toContain('"documents":0');
    },
  );
});

describe('a ledger', () => {
  it('of today’s schema is among those that later programs will be tested with', () => {
    expect(SCHEMAS).toContain(MIGRATIONS.length);
  });

  it('that has subscribers has them after an upgrade', async () => {
    const site = await siteWithLedger(5, 5);
    await runFeedmill(['build', ...site.flags]);
    expect(rowsOf(site, 'SELECT topic, callback, secret, delivered FROM subscription')).toEqual([
      {
        topic: 'feed.atom',
        callback: 'https://reader.example/own?secret=1',
        secret: 'word',
        delivered: '"version"',
      },
    ]);
  });

  it('of a newer program is refused with status 78, and left as it is', async () => {
    const site = await siteWithLedger(5, MIGRATIONS.length);
    rowsOf(site, 'PRAGMA user_version = 99');
    const before = readFileSync(ledgerOf(site));
    const { status, stderr } = await runFeedmill(['build', ...site.flags]);
    expect(status).toBe(78);
    expect(stderr).toContain(
      `${ledgerOf(site)} was written by a newer feedmill (schema 99, this one knows ${MIGRATIONS.length})`,
    );
    expect(readFileSync(ledgerOf(site))).toEqual(before);
  });
});
