// The example configurations, run by the servers that they are for.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { titles } from '../end-to-end/atom.ts';
import { type Answer, get } from '../end-to-end/http.ts';
import { createSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, runFeedmill, until } from '../support/process.ts';
import { NOON, seedText } from '../support/seeds.ts';
import { isInstalled, type Running, startWebServer, WEB_SERVERS, type WebServer } from './web-server.ts';

const DECODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gunzipSync(body),
  br: (body) => brotliDecompressSync(body),
  zstd: (body) => zstdDecompressSync(body),
};
const EXTENSIONS: Readonly<Record<string, string>> = { gzip: '.gz', br: '.br', zstd: '.zst' };
const TYPES: Readonly<Record<string, string>> = {
  'feed.atom': 'application/atom+xml; charset=utf-8',
  'feed.rss': 'application/rss+xml; charset=utf-8',
  'feed.json': 'application/feed+json; charset=utf-8',
  'outlets/voa.atom': 'application/atom+xml; charset=utf-8',
  'feeds.opml': 'text/x-opml; charset=utf-8',
  '': 'text/html; charset=utf-8',
  'outlets/voa/': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
};
/** What both say of a document. */
const SAME_FIELDS = [
  'cache-control',
  'last-modified',
  'x-content-type-options',
  'content-security-policy',
  'referrer-policy',
];
/** Long enough to be worth a coding. */
const LONG = `<p>${'磨坊的水车转个不停。'.repeat(200)}</p>`;

/** By the schedule a daemon says how long its documents stay fresh; the examples say it for this one. */
const EVERY_MINUTE = '* * * * *';

interface Site extends Running {
  readonly daemon: string;
  readonly root: string;
  readonly seeds: string;
}

/** The same articles, as the daemon serves them and as `server` does. */
async function sameSite(server: WebServer): Promise<Site> {
  const seeds = Object.fromEntries([1, 2, 3].map((number) => [`${number}.txt`, article(number)] as const));
  const site = await createSite(seeds, {
    baseUrl: 'https://feeds.example',
    schedule: EVERY_MINUTE,
    window: { entries: 2 },
  });
  // The server is somebody else, and may only read.
  chmodSync(site.directory, 0o755);
  const { status, stderr } = await runFeedmill(['build', '--archive', ...site.flags]);
  expect([status, stderr]).toEqual([0, '']);
  const daemon = await Daemon.start(site.flags);
  const { listen } = await daemon.logged((line) => typeof line['page'] === 'string');
  const root = join(site.data, 'public');
  const running = await startWebServer(server, root, listen as string);
  return { ...running, daemon: `http://${listen as string}`, root, seeds: site.seeds };
}

function article(number: number): string {
  const url = `https://www.voachinese.com/a/${number}.html`;
  return seedText({ time: NOON + number * 60_000, title: `第 ${number} 篇`, url, body: LONG });
}

const tagOf = ({ headers }: Answer): string => headers.etag!;

for (const server of WEB_SERVERS) {
  const where = isInstalled(server)
    ? server.name
    : `${server.name} is not installed: apt-get install ${server.debian}`;

  // Where a server is to be had for certain, none is a mistake.
  describe.skipIf(!isInstalled(server) && !process.env['CI']).for([where])('%s', () => {
    test('serves documents with their types, and the bytes and freshness that the daemon gives them', async () => {
      const { files, daemon, root } = await sameSite(server);
      const archived = readdirSync(join(root, 'archive')).find((name) => name.endsWith('.atom'))!;
      const types = { ...TYPES, [`archive/${archived}`]: TYPES['feed.atom'], 'icon.svg': 'image/svg+xml' };
      for (const [path, type] of Object.entries(types)) {
        const [own, theirs] = await Promise.all([get(`${daemon}/${path}`), get(`${files}/${path}`)]);
        for (const { status, headers } of [own, theirs]) {
          expect([path, status, headers['content-type']]).toEqual([path, 200, type]);
        }
        expect(theirs.body.equals(own.body)).toBe(true);
        for (const name of SAME_FIELDS) {
          expect([path, name, theirs.headers[name]]).toEqual([path, name, own.headers[name]]);
        }
      }
    });

    test('serves each prepared coding to a client that wants it, and no other', async () => {
      const { files, root } = await sameSite(server);
      const body = readFileSync(join(root, 'feed.atom'));
      const tags = new Set<string>();
      for (const coding of ['zstd', 'br', 'gzip']) {
        const answer = await get(`${files}/feed.atom`, { headers: { 'accept-encoding': coding } });
        const { 'content-encoding': sent, 'content-type': type } = answer.headers;
        expect([answer.status, sent ?? 'identity']).toEqual([
          200,
          server.codings.includes(coding) ? coding : 'identity',
        ]);
        expect(type).toBe(TYPES['feed.atom']);
        expect(answer.headers.vary).toBe('Accept-Encoding');
        const file = sent === undefined ? body : readFileSync(join(root, `feed.atom${EXTENSIONS[sent]}`));
        expect(answer.body.equals(file)).toBe(true);
        const decoded = sent === undefined ? answer.body : DECODERS[sent]!(answer.body);
        expect(decoded.equals(body)).toBe(true);
        tags.add(tagOf(answer));
      }
      expect(tags.size).toBe(Math.max(2, server.codings.length));
    });

    test('answers 304 to a client that has the document, by its tag and by its date', async () => {
      const { files } = await sameSite(server);
      for (const coding of ['identity', ...server.codings]) {
        const accept = { 'accept-encoding': coding };
        const first = await get(`${files}/feed.rss`, { headers: accept });
        const byTag = await get(`${files}/feed.rss`, {
          headers: { ...accept, 'if-none-match': tagOf(first) },
        });
        expect([coding, byTag.status, byTag.body.length]).toEqual([coding, 304, 0]);
        const since = { 'if-modified-since': first.headers['last-modified']! };
        const byDate = await get(`${files}/feed.rss`, { headers: { ...accept, ...since } });
        expect([coding, byDate.status]).toEqual([coding, 304]);
        const other = await get(`${files}/feed.rss`, { headers: { ...accept, 'if-none-match': '"other"' } });
        expect([coding, other.status]).toEqual([coding, 200]);
      }
    });

    test('serves nothing but documents', async () => {
      const { files, root } = await sameSite(server);
      const hidden = ['.hidden', '.feed.atom.feedmill-tmp', 'outlets/.voa.atom.feedmill-tmp'];
      for (const path of hidden) writeFileSync(join(root, path), 'hidden', { mode: 0o644 });
      const others = [
        'feed.atom.gz',
        'feed.atom.br',
        'feed.atom.zst',
        'outlets/',
        'outlets',
        'nothing',
        '../ledger.sqlite',
      ];
      for (const path of [...hidden, ...others, '%2e%2e/ledger.sqlite', '%2ehidden']) {
        const { status, body } = await get(`${files}/${path}`);
        // What leads out of the folder is refused, each in its own way.
        expect([path, path.includes('ledger') ? status >= 400 : status === 404]).toEqual([path, true]);
        expect(body.toString()).not.toContain('hidden');
      }
    });

    test('before the daemon, passes on what it says', async () => {
      const { proxy, daemon } = await sameSite(server);
      for (const coding of ['identity', 'gzip', 'br', 'zstd']) {
        const headers = { 'accept-encoding': coding };
        const [own, theirs] = await Promise.all(
          [daemon, proxy].map((url) => get(`${url}/feed.atom`, { headers })),
        );
        const { date: _, connection: __, 'keep-alive': ___, ...said } = own!.headers;
        expect(theirs!.headers).toMatchObject(said);
        expect(theirs!.body.equals(own!.body)).toBe(true);
      }
      expect((await get(`${proxy}/nothing`)).status).toBe(404);
      expect((await get(`${proxy}/healthz`)).status).toBe(200);
    });

    test('before the daemon, passes deltas and 304 through', async () => {
      const { proxy, seeds } = await sameSite(server);
      const url = `${proxy}/feed.atom`;
      const first = await get(url);
      await renameInto(seeds, '4.txt', article(4));
      const whole = await until(async () => {
        const answer = await get(url);
        return tagOf(answer) === tagOf(first) ? undefined : answer;
      });
      expect(titles(whole.body.toString())).toHaveLength(2);
      const delta = await get(url, { headers: { 'a-im': 'feed', 'if-none-match': tagOf(first) } });
      expect([delta.status, delta.headers['im']]).toEqual([226, 'feed']);
      expect(titles(delta.body.toString())).toEqual(['第 4 篇']);
      const same = await get(url, { headers: { 'a-im': 'feed', 'if-none-match': tagOf(delta) } });
      expect([same.status, same.body.length, tagOf(same)]).toEqual([304, 0, tagOf(delta)]);
    });
  });
}
