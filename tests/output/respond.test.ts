// A request and a snapshot → a response.
import { describe, expect, it } from 'vitest';
import { type Health, type Response } from '../../src/output/answers.ts';
import { type Request, respond } from '../../src/output/respond.ts';
import { represent, type Snapshot } from '../../src/output/snapshot.ts';
import { inMemory } from '../../src/output/store.ts';
import { servedOf } from './served.ts';

const CHANGED = Date.UTC(2026, 2, 10, 12);
const NOW = CHANGED + 3_600_000;
const WELL: Health = { status: 'ok' };
const httpDate = (time: number): string => new Date(time).toUTCString();

const BODIES = { 'feed.atom': '<feed/>', 'outlets/voa.atom': '<feed>美</feed>', 'index.html': '<html>' };
const SNAPSHOT: Snapshot = new Map(
  Object.entries(BODIES).map(([path, body]) => [path, represent({ path, body: Buffer.from(body) }, CHANGED)]),
);
const ETAG = SNAPSHOT.get('feed.atom')!.etag;

function ask(
  target: string,
  headers: Request['headers'] = {},
  { method = 'GET', now = NOW, snapshot = SNAPSHOT, health = WELL } = {},
): Response {
  const served = servedOf({ snapshot });
  return respond({ method, target, headers }, served, () => health, now) as Response;
}

describe('a document', () => {
  it('is answered with its bytes and what a client needs to ask again', () => {
    const { status, headers, body } = ask('/feed.atom');
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: '<feed/>' });
    expect(headers).toEqual({
      etag: ETAG,
      'last-modified': 'Tue, 10 Mar 2026 12:00:00 GMT',
      'cache-control': 'public, max-age=60, stale-while-revalidate=600, stale-if-error=86400',
      vary: 'Accept-Encoding, Sec-Fetch-Dest',
      link: '<https://feeds.example/feed.atom>; rel="self"',
      'content-type': 'application/atom+xml; charset=utf-8',
      'content-length': 7,
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  it('has a length in bytes, not in characters', () => {
    expect(ask('/outlets/voa.atom').headers['content-length']).toBe(16);
  });

  it('has an entity tag that is strong and its own', () => {
    const tags = [...SNAPSHOT.values()].map(({ etag }) => etag);
    expect(new Set(tags).size).toBe(tags.length);
    for (const tag of tags) expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);
    const tagOf = (body: string): string =>
      represent({ path: 'feed.atom', body: Buffer.from(body) }, NOW).etag;
    expect(tagOf('<feed/>')).toBe(ETAG);
    expect(tagOf('<feed />')).not.toBe(ETAG);
  });

  it('that is a page for people may run no script but its own, and nothing that is written into it', () => {
    const { headers } = ask('/');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|nonce|data:/);
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  it('has the same headers for HEAD as for GET', () => {
    const head = ask('/feed.atom', {}, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers).toEqual(ask('/feed.atom').headers);
  });

  it('says no date that is later than the answer, nor one that is not its own', () => {
    const { status, headers } = ask('/feed.atom', {}, { now: CHANGED - 5000 });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('last-modified');
    expect(headers['etag']).toBe(ETAG);
  });
});

describe('a target', () => {
  it.each([
    ['/feed.atom', 'feed.atom'],
    ['/feed.atom?', 'feed.atom'],
    ['/feed.atom?page=2&x=/../y', 'feed.atom'],
    ['/outlets/voa.atom', 'outlets/voa.atom'],
    ['/', 'index.html'],
    ['/?utm_source=x', 'index.html'],
    ['http://feeds.example.org/feed.atom', 'feed.atom'],
    ['HTTPS://feeds.example.org:8080/feed.atom?x', 'feed.atom'],
    ['http://feeds.example.org', 'index.html'],
    ['http://feeds.example.org?x', 'index.html'],
  ] as const)('%s means %s', (target, path) => {
    const { status, body } = ask(target);
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: BODIES[path] });
  });

  it.each([
    '/nothing.atom',
    '/feed',
    '/FEED.ATOM',
    '/feed.atom/',
    '/feed.atom%00',
    '//feed.atom',
    '//outlets/voa.atom',
    '/outlets',
    '/outlets/',
    '/./feed.atom',
    '/outlets/../feed.atom',
    '/..%2ffeed.atom',
    '/../ledger.sqlite',
    '/..%2fledger.sqlite',
    '/%2e%2e/ledger.sqlite',
    '/..\\ledger.sqlite',
    '/%',
    '/%zz/%c3',
    '/ledger.sqlite',
    '/__proto__',
    '/constructor',
    'http://feeds.example.org/../ledger.sqlite',
  ])('%s means nothing', (target) => {
    const { status, headers, body } = ask(target);
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(Object.values(BODIES)).not.toContain(body.toString());
  });

  it.each(['*', 'feed.atom', '', 'ftp://example.org/feed.atom', 'feeds.example.org:443'])(
    '%j is not a path',
    (target) => {
      expect(ask(target).status).toBe(400);
    },
  );
});

describe('a method other than GET and HEAD', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'get'])(
    '%s is refused, and told which are not',
    (method) => {
      for (const target of ['/feed.atom', '/healthz', '/nothing']) {
        const { status, headers } = ask(target, {}, { method });
        expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow: 'GET, HEAD' });
      }
    },
  );
});

describe('a conditional request', () => {
  const OTHER = '"other"';
  it.each([
    ['that names the tag', 304, { 'if-none-match': ETAG }],
    ['that names it as weak', 304, { 'if-none-match': `W/${ETAG}` }],
    ['that names it among others', 304, { 'if-none-match': `${OTHER}, ${ETAG}` }],
    [
      'that names it among others, weak and without spaces',
      304,
      { 'if-none-match': `W/${OTHER},W/${ETAG},""` },
    ],
    ['that names any', 304, { 'if-none-match': ' * ' }],
    ['that names another tag', 200, { 'if-none-match': OTHER }],
    ['that names a part of the tag', 200, { 'if-none-match': `${ETAG.slice(0, -2)}"` }],
    ['that names the tag without its quotes', 200, { 'if-none-match': ETAG.slice(1, -1) }],
    ['that names none', 200, { 'if-none-match': '' }],
    ['with the date of the document', 304, { 'if-modified-since': httpDate(CHANGED) }],
    ['with a later date', 304, { 'if-modified-since': httpDate(CHANGED + 1000) }],
    ['with an earlier date', 200, { 'if-modified-since': httpDate(CHANGED - 1000) }],
    ['with the date as RFC 850 wrote it', 304, { 'if-modified-since': 'Tuesday, 10-Mar-26 12:00:00 GMT' }],
    ['with the date as C writes it', 304, { 'if-modified-since': 'Tue Mar 10 12:00:00 2026' }],
    ['with an earlier date as C writes it', 200, { 'if-modified-since': 'Tue Mar 10 11:59:59 2026' }],
    ['with a date of no day', 200, { 'if-modified-since': 'Tue, 99 Mar 2099 12:00:00 GMT' }],
    ['with words for a date', 200, { 'if-modified-since': 'yesterday' }],
    ['with nothing for a date', 200, { 'if-modified-since': '' }],
    ['with a number for a date', 200, { 'if-modified-since': '9999' }],
    ['with a date that HTTP does not know', 200, { 'if-modified-since': '2099-01-01T00:00:00Z' }],
    [
      'with another tag and the right date',
      200,
      { 'if-none-match': OTHER, 'if-modified-since': httpDate(CHANGED) },
    ],
    [
      'with the tag and an earlier date',
      304,
      { 'if-none-match': ETAG, 'if-modified-since': httpDate(CHANGED - 1000) },
    ],
  ] as readonly (readonly [string, number, Request['headers']])[])('%s gets %i', (_, status, headers) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = ask('/feed.atom', headers, { method });
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        etag: ETAG,
        'last-modified': httpDate(CHANGED),
        'cache-control': 'public, max-age=60, stale-while-revalidate=600, stale-if-error=86400',
        vary: 'Accept-Encoding, Sec-Fetch-Dest',
        link: '<https://feeds.example/feed.atom>; rel="self"',
      });
      expect(answer.body.toString()).toBe(status === 304 || method === 'HEAD' ? '' : BODIES['feed.atom']);
    }
  });

  it('for what is not there gets 404', () => {
    expect(ask('/nothing.atom', { 'if-none-match': '*' }).status).toBe(404);
  });

  it('by the date of the first of two changes within a second gets the second', () => {
    const first = represent({ path: 'feed.atom', body: Buffer.from('1') }, CHANGED + 100);
    const second = represent({ path: 'feed.atom', body: Buffer.from('2') }, CHANGED + 200, first);
    const before = ask('/feed.atom', {}, { snapshot: new Map([['feed.atom', first]]), now: CHANGED + 150 });
    const snapshot = new Map([['feed.atom', second]]);
    const after = ask(
      '/feed.atom',
      { 'if-modified-since': before.headers['last-modified'] as string },
      { snapshot, now: CHANGED + 300 },
    );
    expect({ status: after.status, body: after.body.toString() }).toEqual({ status: 200, body: '2' });
  });
});

describe('/healthz', () => {
  it.each([
    ['ok', 200],
    ['degraded', 200],
    ['starting', 503],
  ] as const)('answers %s with %i, never from a cache', (status, expected) => {
    const answer = ask('/healthz?verbose', {}, { health: { status, articles: 3 } });
    expect(answer.status).toBe(expected);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(answer.headers['retry-after']).toBe(status === 'starting' ? '1' : undefined);
    expect(JSON.parse(answer.body.toString())).toEqual({ status, articles: 3 });
  });

  it('takes no condition', () => {
    expect(ask('/healthz', { 'if-none-match': '*' }).status).toBe(200);
  });
});

describe('a document in other codings', () => {
  const GZIP = { coding: 'gzip' as const, ...inMemory(Buffer.from('g')) };
  const ZSTD = { coding: 'zstd' as const, ...inMemory(Buffer.from('zz')) };
  const before = SNAPSHOT.get('feed.atom')!;
  const snapshot: Snapshot = new Map([['feed.atom', { ...before, codings: [ZSTD, GZIP] }]]);
  const coding = (accept?: string): unknown =>
    ask('/feed.atom', accept === undefined ? {} : { 'accept-encoding': accept }, { snapshot }).headers[
      'content-encoding'
    ];

  it.each([
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP, deflate', 'gzip'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip;q=1.0, zstd;q=0.5', 'gzip'],
    ['gzip;q=0.2, identity;q=0.1', 'gzip'],
    ['*', 'zstd'],
    ['zstd;q=0, *', 'gzip'],
    ['gzip; q=0.5', 'gzip'],
  ])('is sent in the one that the client likes best: %s, %s', (accept, expected) => {
    expect(coding(accept)).toBe(expected);
  });

  it.each([
    [undefined],
    [''],
    ['identity'],
    ['br'],
    ['gzip;q=0'],
    ['gzip;q=0.3, identity'],
    ['*;q=0'],
    ['gzip;q=2'],
    [';;,,;q='],
  ])('is sent as it is to a client that likes none: %s', (accept) => {
    expect(coding(accept)).toBeUndefined();
  });

  it('has in each its own bytes, length and entity tag', () => {
    const { headers, body } = ask('/feed.atom', { 'accept-encoding': 'gzip' }, { snapshot });
    expect(body).toBe(GZIP.read());
    expect(headers).toMatchObject({
      'content-length': 1,
      etag: GZIP.etag,
      vary: 'Accept-Encoding, Sec-Fetch-Dest',
      'content-type': 'application/atom+xml; charset=utf-8',
    });
    expect(new Set([before.etag, GZIP.etag, ZSTD.etag]).size).toBe(3);
  });

  it('is known by the tag of any that the client accepts, and of none other', () => {
    for (const { etag } of [before, GZIP, ZSTD]) {
      const answer = ask(
        '/feed.atom',
        { 'accept-encoding': 'gzip, zstd;q=0.1', 'if-none-match': `W/${etag}` },
        { snapshot },
      );
      expect([answer.status, answer.headers['etag'], answer.headers['vary']]).toEqual([
        304,
        etag,
        'Accept-Encoding, Sec-Fetch-Dest',
      ]);
      expect(answer.headers).not.toHaveProperty('content-encoding');
    }
    expect(ask('/feed.atom', { 'if-none-match': '"other"' }, { snapshot }).status).toBe(200);
    const tags = { 'if-none-match': `${GZIP.etag}, ${ZSTD.etag}` };
    for (const accept of [{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'gzip;q=0, br' }])
      expect(ask('/feed.atom', { ...accept, ...tags }, { snapshot }).status).toBe(200);
  });

  it('names its other formats', () => {
    const rss = represent({ path: 'feed.rss', body: Buffer.from('<rss/>') }, CHANGED);
    const { headers } = ask('/feed.atom', {}, { snapshot: new Map([...snapshot, ['feed.rss', rss]]) });
    expect(headers['link']).toBe(
      '<https://feeds.example/feed.atom>; rel="self", <https://feeds.example/feed.rss>; rel="alternate"; type="application/rss+xml"',
    );
  });
});

describe('a document of which nothing is in memory', () => {
  const unread = { ...SNAPSHOT.get('feed.atom')!, read: () => expect.fail('was read') };
  const snapshot: Snapshot = new Map([['feed.atom', unread]]);

  it('is not read for a client that has it, or that wants its head alone', () => {
    expect(ask('/feed.atom', { 'if-none-match': ETAG }, { snapshot }).status).toBe(304);
    expect(ask('/feed.atom', {}, { snapshot, method: 'HEAD' }).headers).toMatchObject({
      'content-length': 7,
    });
  });
});
