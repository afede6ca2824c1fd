// What browsers are told of every answer.
import { describe, expect, it } from 'vitest';
import { BROKEN, BUSY, type Response } from '../../src/output/answers.ts';
import { Access } from '../../src/output/access.ts';
import { respond, type Served } from '../../src/output/respond.ts';
import { represent, type Snapshot } from '../../src/output/snapshot.ts';
import { servedOf } from '../output/served.ts';

const CHANGED = Date.UTC(2026, 2, 10);
const TOKEN = '0123456789abcdef0123';

/** A version of the feed with these entries, in which each has one byte. */
function feedOf(entries: string): {
  path: string;
  body: Buffer;
  entries: { key: string; start: number; end: number }[];
} {
  const body = Buffer.from(`<${entries}>`);
  return {
    path: 'feed.atom',
    body,
    entries: Array.from(entries, (key, i) => ({ key, start: i + 1, end: i + 2 })),
  };
}
const EARLIER = represent(feedOf('a'), CHANGED);
const FEED = represent(feedOf('ba'), CHANGED, EARLIER);
const SNAPSHOT: Snapshot = new Map(
  [
    FEED,
    ...['index.html', 'outlets/voa/index.html', 'feeds.opml', 'icon.svg'].map((path) =>
      represent({ path, body: Buffer.from('x') }, CHANGED),
    ),
  ].map((each) => [each.path, each]),
);
const OPEN = servedOf({ snapshot: SNAPSHOT });
const CLOSED = servedOf({ snapshot: SNAPSHOT, access: new Access([{ name: 'a', secret: TOKEN }]) });

function ask(
  target: string,
  served: Served = OPEN,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Response> {
  return Promise.resolve(
    respond({ method, target, headers }, served, () => ({ status: 'ok' }), CHANGED + 1_000),
  );
}

const GUARDS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
} as const;

describe('a browser guesses at no type, frames nothing and sends no Referer, whatever is answered:', () => {
  it.each<[string, number, () => Promise<Response>]>([
    ['a feed', 200, () => ask('/feed.atom')],
    ['a page', 200, () => ask('/')],
    ['the list of feeds', 200, () => ask('/feeds.opml')],
    ['a picture', 200, () => ask('/icon.svg')],
    [
      'what a client lacks of a feed',
      226,
      () => ask('/feed.atom', OPEN, { 'a-im': 'feed', 'if-none-match': EARLIER.etag }),
    ],
    ['how the service is', 200, () => ask('/healthz')],
    ['measures', 200, () => ask('/metrics')],
    ['a redirect', 308, () => ask('/outlets/voa')],
    ['nothing there', 404, () => ask('/none')],
    ['no path', 400, () => ask('*')],
    ['another method', 405, () => ask('/feed.atom', OPEN, {}, 'DELETE')],
    ['no token', 401, () => ask('/feed.atom', CLOSED)],
    ['nothing yet', 503, () => ask('/feed.atom', servedOf({ snapshot: new Map() }))],
    ['too much at once', 503, async () => BUSY],
    ['a defect', 500, async () => BROKEN],
  ])('%s', async (_, status, answer) => {
    const { headers, ...rest } = await answer();
    expect(rest.status).toBe(status);
    expect(headers).toMatchObject(GUARDS);
  });
});

describe('a page of another site', () => {
  it.each(['/feed.atom', '/feeds.opml', '/icon.svg', '/'])(
    'may read %s, new or not, where everybody may',
    async (path) => {
      const { headers } = await ask(path);
      const unchanged = await ask(path, OPEN, { 'if-none-match': '*' });
      expect(unchanged.status).toBe(304);
      for (const said of [headers, unchanged.headers]) {
        expect(said).toMatchObject({
          'access-control-allow-origin': '*',
          'cross-origin-resource-policy': 'cross-origin',
        });
        expect(said).not.toHaveProperty('access-control-allow-credentials');
      }
    },
  );

  it('may not read what a token opens', async () => {
    const { status, headers } = await ask(`/token/${TOKEN}/feed.atom`, CLOSED);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cross-origin-resource-policy': 'same-origin' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each(['/healthz', '/metrics', '/none'])('may not read %s', async (path) => {
    const { headers } = await ask(path);
    expect(headers).toMatchObject({ 'cross-origin-resource-policy': 'same-origin' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});
