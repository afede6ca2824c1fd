// `status`, by the real program, in each state that a daemon can be in.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { execute, query } from '../support/databases.ts';
import { Daemon, type Ended, PROJECT, runFeedmill } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { createSite, type TestSite } from './site.ts';

const SEEDS = {
  '1.txt': numberedSeed(1),
  '2.txt': numberedSeed(2, 'news.example.org'),
  'bad.txt': 'no header\n',
};

const status = (site: TestSite, listen: string, data = site.data): Promise<Ended> =>
  runFeedmill(['status', ...site.flags, '--listen', listen, '--data', data]);

/** Where nobody listens. */
const NOWHERE = '127.0.0.1:1';

async function running(
  site: TestSite,
  flags: readonly string[] = [],
): Promise<{ daemon: Daemon; listen: string }> {
  const daemon = await Daemon.start([...site.flags, ...flags]);
  const { listen } = await daemon.logged((line) => typeof line['listen'] === 'string');
  return { daemon, listen: listen as string };
}

/** Something that is no feedmill. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the status of a daemon that runs', () => {
  it('is told by itself, with 0 if all is well', async () => {
    const site = await createSite(SEEDS);
    const { listen } = await running(site);
    const ended = await status(site, listen);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const [head, articles, seeds, look, feeds, ledger, end] = ended.stdout.split('\n');
    expect(head).toMatch(new RegExp(`^ok: feedmill \\S+ is running at ${listen}`));
    expect(articles).toMatch(/^ {2}articles {3}2 of 2 outlets/);
    expect(seeds).toBe('  seeds      3 known, 1 rejected, 0 missing');
    expect(look).toMatch(
      /^ {2}last pass {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(.* ago\): 2 added, 0 changed, 0 withdrawn, 1 rejected, in \d+ ms$/,
    );
    expect(feeds).toMatch(/^ {2}feeds {6}last changed \d{4}-.*Z \(.* ago\)$/);
    expect(ledger).toMatch(/^ {2}ledger {5}\d+\.\d MB in /);
    expect(end).toBe('');
  });

  it('is found at a Unix socket, and needs no token', async () => {
    const site = await createSite(SEEDS);
    const tokens = join(site.directory, 'tokens');
    writeFileSync(tokens, 'reader 0123456789abcdef0123456789abcdef\n');
    writeFileSync(join(site.directory, 'config.yaml'), `access: ${tokens}\nschedule: '0 0 1 1 *'\n`);
    const listen = `unix:${join(site.directory, 'socket')}`;
    await running(site, ['--listen', listen]);
    const ended = await status(site, listen);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(ended.stdout).toContain(`is running at ${listen}`);
  });

  it('names each alarm, with 1', async () => {
    const site = await createSite(SEEDS);
    await runFeedmill(['build', ...site.flags]);
    rmSync(site.seeds, { recursive: true });
    const { listen } = await running(site);
    const ended = await status(site, listen);
    expect(ended).toMatchObject({ status: 1, stderr: '' });
    expect(ended.stdout).toMatch(/^degraded: feedmill /);
    expect(ended.stdout).toMatch(/^ {2}alarm {6}seeds-unlisted: cannot list the seeds directory/m);
  });

  it('says so if it uses another data directory', async () => {
    const site = await createSite(SEEDS);
    const { listen } = await running(site);
    const other = join(site.directory, 'other');
    const { stdout } = await status(site, listen, other);
    expect(stdout).toContain(`  data       ${other} is not the directory that it uses\n`);
    expect(stdout).not.toContain('  ledger ');
  });

  it('is told by what it has written if it answers elsewhere', async () => {
    const site = await createSite(SEEDS);
    await running(site);
    const ended = await status(site, NOWHERE);
    expect(ended).toMatchObject({ status: 1, stderr: '' });
    const [head, articles, seeds] = ended.stdout.split('\n');
    expect(head).toBe(`no answer: a feedmill uses ${site.data}, but at ${NOWHERE} nobody listens`);
    expect(articles).toMatch(/^ {2}articles {3}2 of 2 outlets, the newest of 2026-03-10T12:00:02Z \(/);
    expect(seeds).toBe('  seeds      3 known, 1 rejected, 0 missing');
    const { stdout } = await status(site, '127.0.0.1:0');
    expect(stdout).toContain('but at 127.0.0.1:0 a free port was to be taken, whichever it was');
  });
});

describe('the status where none runs', () => {
  it('is told by the ledger, with 1, and nothing is touched', async () => {
    const site = await createSite(SEEDS);
    await runFeedmill(['build', ...site.flags]);
    const before = readdirSync(site.data);
    const ended = await status(site, NOWHERE);
    expect(ended).toMatchObject({ status: 1, stderr: '' });
    const [head, articles, seeds, feeds, ledger] = ended.stdout.split('\n');
    expect(head).toBe(`not running: at ${NOWHERE} nobody listens`);
    expect(articles).toMatch(/^ {2}articles {3}2 of 2 outlets, the newest of 2026-03-10T12:00:02Z \(/);
    expect(seeds).toBe('  seeds      3 known, 1 rejected, 0 missing');
    expect([feeds, ledger].join()).toMatch(/last changed .* MB in /);
    expect(readdirSync(site.data)).toEqual(before);
  });

  it('counts what was in the journal of one that was killed', async () => {
    const site = await createSite(SEEDS);
    const { daemon } = await running(site);
    await daemon.kill();
    expect(readdirSync(site.data)).toContain('ledger.sqlite-wal');
    const { status: code, stdout } = await status(site, NOWHERE);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^not running: .*\n {2}articles {3}2 of 2 outlets/);
  });

  it('says so where there is no ledger, and makes none', async () => {
    const site = await createSite();
    const { status: code, stdout, stderr } = await status(site, NOWHERE);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toBe(
      `not running: at ${NOWHERE} nobody listens\n  ledger     there is none in ${site.data}; is --data another directory?\n`,
    );
    expect(readdirSync(site.directory).sort()).toEqual(['config.yaml', 'seeds']);
  });

  it('reads a ledger of an earlier program without upgrading it, and none of a newer one', async () => {
    const site = await createSite();
    await mkdir(site.data);
    const file = join(site.data, 'ledger.sqlite');
    const sql = readFileSync(join(PROJECT, 'tests/fixtures/ledgers/schema-1.sql'), 'utf8');
    for (const each of [`BEGIN; ${sql} COMMIT`, 'PRAGMA journal_mode = WAL']) execute(file, each);
    const earlier = await status(site, NOWHERE);
    expect(earlier).toMatchObject({ status: 1, stderr: '' });
    expect(earlier.stdout).toContain('7 of 2 outlets');
    expect(query(file, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
    execute(file, 'PRAGMA user_version = 99');
    const newer = await status(site, NOWHERE);
    expect(newer).toMatchObject({ status: 78, stdout: '' });
    expect(newer.stderr).toContain('was written by a newer feedmill (schema 99');
  });
});

describe('what answers in its place', () => {
  const HEALTH = {
    status: 'degraded',
    version: '9',
    startedAt: '2026-03-10T12:00:00.000Z',
    alarms: { red: { message: '\u001B[31mred\u001B[2J' } },
    articles: 1,
    newestArticle: null,
    outlets: 1,
    seeds: { known: 1, rejected: 0, missing: 0 },
    lastPass: null,
  };

  it.each([
    ['a page', 'text'],
    ['JSON of another kind', '{"status":"ok"}'],
    ['more than ever ends', null],
  ])('is not taken for a feedmill: %s', async (_, body) => {
    const site = await createSite();
    const listen = await answering((_request, response) => {
      if (body !== null) return void response.end(body);
      const more = (): void => {
        while (response.write('x'.repeat(100_000)));
      };
      response.on('drain', more);
      more();
    });
    const { status: code, stdout } = await status(site, listen);
    expect(code).toBe(1);
    expect(stdout).toContain(`not running: at ${listen} something else answers\n`);
  });

  const saying = (changes: object, code = 200): Promise<string> =>
    answering((_request, response) =>
      response.writeHead(code).end(JSON.stringify({ ...HEALTH, ...changes })),
    );

  it.each([
    ['a time that is none', { startedAt: '2026-01-02T00:00:00+23' }, 200],
    ['fewer articles than none', { articles: -1 }, 200],
    ['half a seed', { seeds: { known: 0.5, rejected: 0, missing: 0 } }, 200],
    ['more outlets than can be counted', { outlets: 1e300 }, 200],
    ['health in an answer that failed', { status: 'ok', alarms: {} }, 500],
    ['one that starts and has something to serve', { status: 'starting' }, 200],
    ['one that has nothing to serve and does not start', { status: 'ok', alarms: {} }, 503],
  ])('is not taken for a feedmill: %s', async (_, changes, code) => {
    const site = await createSite();
    const listen = await saying(changes, code);
    const ended = await status(site, listen);
    expect(ended).toMatchObject({ status: 1, stderr: '' });
    expect(ended.stdout).toContain(`not running: at ${listen} something else answers\n`);
  });

  it('is not waited for when it never comes to an end', async () => {
    const site = await createSite();
    const listen = await answering((_request, response) => void response.writeHead(200).write('{'));
    const { status: code, stdout } = await status(site, listen);
    expect(code).toBe(1);
    expect(stdout).toContain(`not running: at ${listen} nobody has answered within 5 s\n`);
  }, 20_000);

  it('is well only without alarms', async () => {
    const site = await createSite(SEEDS);
    await running(site);
    const { alarms } = HEALTH;
    expect((await status(site, await saying({ status: 'ok', alarms: {} }))).status).toBe(0);
    expect((await status(site, await saying({ status: 'ok', alarms }))).status).toBe(1);
    const starting = await status(site, await saying({ status: 'starting', alarms: {} }, 503));
    expect(starting.status).toBe(1);
    expect(starting.stdout).toMatch(/^starting: feedmill 9 is running/);
  });

  it('is shown with twenty alarms at most', async () => {
    const site = await createSite();
    const raised = Array.from({ length: 23 }, (_, n) => [`alarm-${n}`, { message: 'red' }]);
    const { stdout } = await status(site, await saying({ alarms: Object.fromEntries(raised) }));
    expect(stdout.match(/^ {2}alarm .*$/gm)).toHaveLength(20);
    expect(stdout).toContain('  alarm      alarm-19: red\n             and 3 more\n');
  });

  it('moves no cursor and turns no text around, whatever it says', async () => {
    const site = await createSite();
    const { status: code, stdout } = await status(site, await saying({ version: '9\u202E\u009B2J' }));
    expect(code).toBe(1);
    expect(stdout).toContain('feedmill 9\uFFFD\uFFFD2J is running');
    expect(stdout).toContain('  alarm      red: \uFFFD[31mred\uFFFD[2J\n');
  });
});
