// Which page a path means, by the languages that a client accepts, and what a browser is told of it.
import { describe, expect, it } from 'vitest';
import { LANGUAGE_TAGS, PAGE_LANGUAGES, preferredLanguage } from '../../src/output/languages.ts';
import { type Response } from '../../src/output/answers.ts';
import { type Request, respond } from '../../src/output/respond.ts';
import { represent, type Snapshot } from '../../src/output/snapshot.ts';
import { LANGUAGES, WORDS } from '../../src/pages/words.ts';
import { servedOf } from './served.ts';

const NOW = Date.UTC(2026, 2, 10, 12);

function snapshotOf(...paths: string[]): Snapshot {
  return new Map(paths.map((path) => [path, represent({ path, body: Buffer.from(path) }, NOW)]));
}

const CHINESE = snapshotOf(
  'index.html',
  'index.en.html',
  'outlets/voa/index.html',
  'outlets/voa/index.en.html',
  'outlets/voa.atom',
  'feed.rss',
  'feed.json',
);
const ENGLISH = snapshotOf('index.html', 'index.zh.html');

function ask(target: string, headers: Request['headers'] = {}, snapshot = CHINESE): Response {
  const served = servedOf({ snapshot });
  return respond({ method: 'GET', target, headers }, served, () => ({ status: 'ok' }), NOW) as Response;
}

it('a header of 200,000 languages is read: compared each with each they would take minutes', () => {
  const many = `${'*;q=0.5,'.repeat(200_000)}en`;
  expect(ask('/', { 'accept-language': many }).headers['content-language']).toBe('en');
});

it('a document goes before a page that would stand in a folder of its name', () => {
  const snapshot = snapshotOf('outlets/voa.atom', 'outlets/voa.atom/index.html', 'outlets/bbc/index.html');
  expect(ask('/outlets/voa.atom', {}, snapshot).status).toBe(200);
  expect(ask('/outlets/bbc', {}, snapshot).status).toBe(308);
});

describe('of a Chinese and an English page', () => {
  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en-GB,en;q=0.9', 'en'],
    ['en;q=0.3, zh-TW;q=0.5', 'zh'],
    ['zh;q=0.3, EN-us;q=0.5', 'en'],
    ['zh-Hant', 'zh'],
    ['cmn-Hans-CN', 'zh'],
    ['yue', 'zh'],
    ['fr, de;q=0.9, en;q=0.1', 'en'],
    ['zh, en', 'zh'],
    ['en, zh', 'en'],
    ['en;q=0, *', 'zh'],
    ['zh;q=0, *;q=0.5', 'en'],
    ['zh;q=0.5, *', 'en'],
    ['en ; q=0.5 ,zh;q=0.7', 'zh'],
    ['*;q=0.5, zh;q=0.1, en;q=0.2', 'en'],
    ['en;q=1.5, zh;q=0.001', 'zh'],
    ['english', 'other'],
    ['zho', 'other'],
    ['fr', 'other'],
    ['*', 'other'],
    ['', 'other'],
    ['zh;q=0, en;q=0', 'other'],
    [',;=, ;;q', 'other'],
    [undefined, 'other'],
  ])('%j asks for %s', (accept, expected) => {
    for (const own of PAGE_LANGUAGES) {
      expect(preferredLanguage(accept, own)).toBe(expected === 'other' ? own : expected);
    }
  });
});

describe('a folder', () => {
  it.each([
    ['/', 'zh', 'index.html'],
    ['/', 'en', 'index.en.html'],
    ['/', 'fr', 'index.html'],
    ['/outlets/voa/', 'zh', 'outlets/voa/index.html'],
    ['/outlets/voa/?x', 'en', 'outlets/voa/index.en.html'],
  ])('%s in %s is %s', (target, accept, path) => {
    const { status, headers, body } = ask(target, { 'accept-language': accept });
    expect([status, body.toString()]).toEqual([200, path]);
    expect(headers['content-language']).toBe(path.includes('.en.') ? 'en' : 'zh-Hans');
    expect(headers['vary']).toBe('Accept-Encoding, Accept-Language');
  });

  it('is in the site’s own language where a client has no wish', () => {
    const { headers, body } = ask('/', {}, ENGLISH);
    expect([body.toString(), headers['content-language']]).toEqual(['index.html', 'en']);
    const chinese = ask('/', { 'accept-language': 'zh' }, ENGLISH);
    expect([chinese.body.toString(), chinese.headers['content-language']]).toEqual([
      'index.zh.html',
      'zh-Hans',
    ]);
  });

  it('is known by the tag of its page in that language only', () => {
    const { etag } = CHINESE.get('index.en.html')!;
    const asked = { 'if-none-match': etag };
    const again = ask('/', { ...asked, 'accept-language': 'en' });
    expect(again.status).toBe(304);
    expect(again.headers['vary']).toBe('Accept-Encoding, Accept-Language');
    expect(again.headers['content-language']).toBe('en');
    expect(ask('/', { ...asked, 'accept-language': 'zh' }).status).toBe(200);
  });

  it('without its slash leads to it, below a prefix too', () => {
    const { status, headers } = ask('/outlets/voa?utm_source=x');
    expect(status).toBe(308);
    const location = headers['location'] as string;
    expect(new URL(location, 'https://x.example/prefix/outlets/voa').href).toBe(
      'https://x.example/prefix/outlets/voa/',
    );
  });

  it.each(['/outlets/', '/outlets', '/outlets/none/', '//outlets/voa', '/outlets/voa//', '/%2e%2e/', '//'])(
    '%s is none',
    (target) => {
      expect(ask(target).status).toBe(404);
    },
  );
});

describe('a page that is asked for by its name', () => {
  it.each([
    ['/index.html', 'zh-Hans'],
    ['/index.en.html', 'en'],
    ['/outlets/voa/index.html', 'zh-Hans'],
  ])('%s is that page whatever a client accepts, and says its language', (target, tag) => {
    for (const accept of ['zh', 'en']) {
      const { headers, body } = ask(target, { 'accept-language': accept });
      expect(body.toString()).toBe(target.slice(1));
      expect(headers['content-language']).toBe(tag);
      expect(headers['vary']).toBe('Accept-Encoding');
    }
  });

  it('that stands alone, as an earlier version left it, says no language and is served', () => {
    const { status, headers } = ask('/', { 'accept-language': 'en' }, snapshotOf('index.html'));
    expect([status, headers['content-language']]).toEqual([200, undefined]);
  });
});

describe('a feed', () => {
  const typeOf = (target: string, headers: Request['headers']): unknown =>
    ask(target, headers).headers['content-type'];

  it('that a person opens is of a type that browsers show by its style sheet', () => {
    for (const target of ['/outlets/voa.atom', '/feed.rss']) {
      expect(typeOf(target, { 'sec-fetch-dest': 'document' })).toBe('application/xml; charset=utf-8');
    }
    expect(typeOf('/feed.json', { 'sec-fetch-dest': 'document' })).toBe(
      'application/feed+json; charset=utf-8',
    );
  });

  it('that anything else asks for is of its own type, and caches keep the two apart', () => {
    for (const headers of [{}, { 'sec-fetch-dest': 'empty' }]) {
      expect(typeOf('/outlets/voa.atom', headers)).toBe('application/atom+xml; charset=utf-8');
      expect(typeOf('/feed.rss', headers)).toBe('application/rss+xml; charset=utf-8');
    }
    expect(ask('/feed.rss').headers['vary']).toBe('Accept-Encoding, Sec-Fetch-Dest');
    expect(ask('/feed.json').headers['vary']).toBe('Accept-Encoding');
  });
});

it('the languages that are negotiated are those that pages are written in', () => {
  expect([...PAGE_LANGUAGES]).toEqual([...LANGUAGES]);
  for (const language of LANGUAGES) expect(LANGUAGE_TAGS[language]).toBe(WORDS[language].tag);
});
