// Header fields that are worked out once and said again.
import { expect, test } from 'vitest';
import { Access } from '../../src/output/access.ts';
import type { Response } from '../../src/output/answers.ts';
import { type Request, respond, type Served } from '../../src/output/respond.ts';
import { represent, type Snapshot, withCodings } from '../../src/output/snapshot.ts';
import { inMemory } from '../../src/output/store.ts';
import { servedOf } from './served.ts';

const CHANGED = Date.UTC(2026, 2, 10, 12);

/** Documents that nobody has asked for yet. */
function untouched(): Snapshot {
  const coded = [{ coding: 'gzip' as const, ...inMemory(Buffer.from('g')) }];
  const paths = ['feed.atom', 'feed.json', 'index.html', 'index.en.html'];
  return new Map(
    paths.map((path) => [path, withCodings(represent({ path, body: Buffer.from(path) }, CHANGED), coded)]),
  );
}

const OPEN = servedOf({ snapshot: new Map() });
/** One after the other, each beside the first. */
const CONFIGURED: readonly Served[] = [
  { ...OPEN, baseUrl: 'https://other.example' },
  { ...OPEN, maxAge: 300 },
  { ...OPEN, hubs: ['https://hub.example/'] },
  { ...OPEN, access: new Access([{ name: 'anna', secret: 'a'.repeat(20) }]) },
].flatMap((changed) => [OPEN, changed]);
const TARGETS = ['/feed.atom', '/feed.json', '/', '/index.html', '/index.en.html'];
const ASKED: readonly Request['headers'][] = [
  {},
  { 'accept-encoding': 'gzip' },
  { 'sec-fetch-dest': 'document' },
  { 'accept-encoding': 'gzip', 'sec-fetch-dest': 'document' },
  { 'accept-language': 'en' },
  { 'if-none-match': '*' },
  { 'accept-encoding': 'gzip', 'if-none-match': '*' },
];
const MOMENTS = [CHANGED - 1, CHANGED];

test('are those that would be worked out anew, whoever was answered before', () => {
  const snapshot = untouched();
  const answerOf = (served: Served, target: string, headers: Request['headers'], now: number): Response => {
    const authorization = `Basic ${Buffer.from(`anna:${'a'.repeat(20)}`).toString('base64')}`;
    const request = { method: 'GET', target, headers: { ...headers, authorization } };
    return respond(request, served, () => ({ status: 'ok' }), now) as Response;
  };
  const different = new Set<string>();
  for (const served of CONFIGURED) {
    for (const target of TARGETS) {
      for (const headers of ASKED) {
        for (const now of MOMENTS) {
          const { headers: said } = answerOf({ ...served, snapshot }, target, headers, now);
          const { headers: anew } = answerOf({ ...served, snapshot: untouched() }, target, headers, now);
          expect([target, headers, now, said]).toEqual([target, headers, now, anew]);
          different.add(JSON.stringify(said));
        }
      }
    }
  }
  // There is something to mix up.
  expect(different.size).toBeGreaterThan(100);
});

test('name the other formats and the languages that there are with the document, which may be of an earlier snapshot', () => {
  const all = untouched();
  const fewer = new Map([...all].filter(([path]) => path !== 'feed.json' && path !== 'index.en.html'));
  const saidOf = (snapshot: Snapshot, target: string): Response['headers'] =>
    (
      respond(
        { method: 'GET', target, headers: {} },
        { ...OPEN, snapshot },
        () => ({ status: 'ok' }),
        CHANGED,
      ) as Response
    ).headers;
  for (const snapshot of [fewer, all, fewer]) {
    const has = snapshot === all;
    expect(String(saidOf(snapshot, '/feed.atom')['link']).includes('feed.json')).toBe(has);
    expect('content-language' in saidOf(snapshot, '/index.html')).toBe(has);
  }
});
