import * as fc from 'fast-check';
import { parseAtomFeed } from 'feedsmith';
import RssParser from 'rss-parser';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/article.ts';
import {
  type FeedHead,
  renderDocument,
  renderEntry,
  renderSource,
  withSource,
} from '../../src/mill/render.ts';
import { printable, titleText } from '../../src/mill/text.ts';
import { cleaned } from './html.ts';
import { ATOM, child, children, type Element, parseXml } from './xml.ts';

const HEAD: FeedHead = {
  id: 'urn:uuid:00000000-0000-5000-8000-000000000001',
  title: '磨坊志 & Co. <1>',
  self: 'https://feeds.example/outlets/mill.atom?a=1&b=2',
  alternate: 'https://mill.example/?a=1&b=2',
  language: 'zh-Hans',
  updated: Date.UTC(2026, 2, 10, 12),
  version: '1.2.3-beta+4',
};
const ENTRY: Entry = {
  id: 'urn:uuid:00000000-0000-5000-8000-000000000002',
  title: '1 < 2 & "风车"',
  link: 'https://mill.example/a?b=1&c=%3C#d',
  html: '<p>1 &lt; 2 &amp;amp; &quot;水车&quot;</p>',
  summary: '1 < 2 &amp; "水车"',
  language: 'zh-Hant',
  published: Date.UTC(2026, 2, 8, 7, 6, 5),
  updated: Date.UTC(2026, 2, 9, 8, 7, 6, 543),
  author: '磨坊 & Söhne <x>',
};
const bytesOf = (entry: Entry): Buffer => Buffer.from(renderEntry(entry));
const documentOf = (head: FeedHead, ...entries: readonly Buffer[]): string =>
  renderDocument(head, entries).toString('utf8');
const MERGED = documentOf(HEAD, withSource(bytesOf(ENTRY), renderSource(HEAD)));

const links = (element: Element): Element['attributes'][] =>
  children(element, 'link').map(({ attributes }) => attributes);
const text = (element: Element, name: string): string => child(element, name).text;
const entryOf = (entry: Entry, head = HEAD): Element =>
  child(parseXml(documentOf(head, bytesOf(entry))), 'entry');

describe('a feed', () => {
  const feed = parseXml(documentOf(HEAD));

  test('is an Atom feed', () => {
    expect(feed).toMatchObject({ name: 'feed', namespace: ATOM });
    expect(documentOf(HEAD)).toMatch(/^<\?xml version="1.0" encoding="utf-8"\?>\n<feed /);
  });

  test('says what it is', () => {
    expect(text(feed, 'id')).toBe(HEAD.id);
    expect(text(feed, 'title')).toBe(HEAD.title);
    expect(child(feed, 'title').attributes['type'] ?? 'text').toBe('text');
    expect(feed.attributes['xml:lang']).toBe('zh-Hans');
  });

  test('is as new as it is told', () => {
    expect(text(feed, 'updated')).toBe('2026-03-10T12:00:00.000Z');
    expect(text(parseXml(documentOf({ ...HEAD, updated: 0 })), 'updated')).toBe('1970-01-01T00:00:00.000Z');
  });

  test('names itself and the page that it is another form of', () => {
    expect(links(feed)).toHaveLength(2);
    expect(links(feed)).toContainEqual({ rel: 'self', type: 'application/atom+xml', href: HEAD.self });
    expect(links(feed)).toContainEqual({ rel: 'alternate', type: 'text/html', href: HEAD.alternate });
  });

  test('names the program that made it, and its version', () => {
    expect(text(feed, 'generator')).toBe('feedmill');
    expect(child(feed, 'generator').attributes).toEqual({ version: HEAD.version });
  });

  test('has no author: each entry has its own', () => {
    expect(children(feed, 'author')).toEqual([]);
  });

  test.for([
    ['title that reads like its links', { title: 'rel="self" rel="alternate"' }],
    ['title that reads like its generator', { title: '<generator> &lt;generator&gt;' }],
    ['title that reads like its end', { title: '</feed><entry>' }],
    ['title that reads like a pattern', { title: "$& $1 $` $'" }],
    ['version that reads like a pattern', { version: '1$&2' }],
    [
      'address with an entity in it',
      { self: 'https://feeds.example/?a=1&amp;b', alternate: 'https://mill.example/?&lt;' },
    ],
  ] as const)('may have a %s', ([, changes]) => {
    const head = { ...HEAD, ...changes };
    const other = parseXml(documentOf(head));
    expect(text(other, 'title')).toBe(head.title);
    expect(child(other, 'generator').attributes).toEqual({ version: head.version });
    expect(links(other)).toContainEqual({ rel: 'self', type: 'application/atom+xml', href: head.self });
    expect(links(other)).toContainEqual({ rel: 'alternate', type: 'text/html', href: head.alternate });
  });

  test('has its entries in the order given', () => {
    const entries = ['b', 'a', 'c'].map((title) => bytesOf({ ...ENTRY, title }));
    const titles = children(parseXml(documentOf(HEAD, ...entries)), 'entry').map((each) =>
      text(each, 'title'),
    );
    expect(titles).toEqual(['b', 'a', 'c']);
  });

  test('is as long as its head, its entries and a line end for each', () => {
    const entries = [bytesOf(ENTRY), bytesOf({ ...ENTRY, title: '更长的标题' })];
    const head = renderDocument(HEAD, []).length;
    const expected = entries.reduce((sum, entry) => sum + entry.length + 1, head);
    expect(renderDocument(HEAD, entries)).toHaveLength(expected);
  });
});

describe('an entry', () => {
  const entry = entryOf(ENTRY);

  test('says what it is', () => {
    expect(entry.namespace).toBe(ATOM);
    expect(text(entry, 'id')).toBe(ENTRY.id);
    expect(entry.attributes['xml:lang']).toBe('zh-Hant');
    expect(text(child(entry, 'author'), 'name')).toBe(ENTRY.author);
  });

  test('has its title and its summary as plain text', () => {
    expect(text(entry, 'title')).toBe(ENTRY.title);
    expect(child(entry, 'title').attributes['type'] ?? 'text').toBe('text');
    expect(text(entry, 'summary')).toBe(ENTRY.summary);
    expect(child(entry, 'summary').attributes['type'] ?? 'text').toBe('text');
  });

  test('has its content as HTML', () => {
    expect(text(entry, 'content')).toBe(ENTRY.html);
    expect(child(entry, 'content').attributes).toEqual({ type: 'html' });
  });

  test('says when it was published and updated', () => {
    expect(text(entry, 'published')).toBe('2026-03-08T07:06:05.000Z');
    expect(text(entry, 'updated')).toBe('2026-03-09T08:07:06.543Z');
  });

  test('names the page of its article', () => {
    expect(links(entry)).toEqual([{ rel: 'alternate', type: 'text/html', href: ENTRY.link }]);
  });

  test('has no source in the feed that it comes from', () => {
    expect(children(entry, 'source')).toEqual([]);
  });

  test('may have no content and no summary', () => {
    const bare = entryOf({ ...ENTRY, html: '', summary: '' });
    expect([...children(bare, 'content'), ...children(bare, 'summary')]).toEqual([]);
  });
});

describe('an entry in a merged feed', () => {
  const entry = child(parseXml(MERGED), 'entry');
  const source = child(entry, 'source');

  test('names the feed that it comes from', () => {
    expect(text(source, 'id')).toBe(HEAD.id);
    expect(text(source, 'title')).toBe(HEAD.title);
    expect(text(source, 'updated')).toBe('2026-03-10T12:00:00.000Z');
    expect(source.attributes).toEqual({ 'xml:lang': 'zh-Hans' });
    expect(links(source)).toEqual([
      { rel: 'self', type: 'application/atom+xml', href: HEAD.self },
      { rel: 'alternate', type: 'text/html', href: HEAD.alternate },
    ]);
  });

  test('has its own author, and its source has none', () => {
    expect(text(child(entry, 'author'), 'name')).toBe(ENTRY.author);
    expect(children(source, 'author')).toEqual([]);
  });

  test('is otherwise as it is in the feed that it comes from', () => {
    const others = (element: Element): Element[] => element.children.filter(({ name }) => name !== 'source');
    expect(others(entry)).toEqual(others(entryOf(ENTRY)));
  });
});

describe('whatever an article says', () => {
  const part = fc.oneof(
    fc.constantFrom(
      ']]>',
      ']]',
      '>',
      '<![CDATA[',
      '<',
      '&',
      '&amp;',
      '&amp;amp;',
      '&lt;',
      '&#13;',
      '&#0;',
      '&#x1b;',
    ),
    fc.constantFrom(
      '$&',
      '$1',
      "$'",
      '$`',
      '"',
      "'",
      '\n',
      '\r\n',
      '\t',
      ' ',
      '\u0000',
      '\u0008',
      '\u0085',
      '\u2028',
    ),
    fc.constantFrom('\ud83d', '\udca8', '💨', '\ufffe', '\uffff', '\ufeff', '风', 'a', '\u202e', '\u{1fffe}'),
    fc.constantFrom(
      '<p>',
      '</p>',
      '<b>',
      '<script>',
      '</script>',
      '<!--',
      '-->',
      '<?xml',
      '<pre>',
      '<br>',
      '<a href="1?&amp;">',
    ),
    fc.constantFrom(
      '</title>',
      '</content>',
      '</entry>',
      '<entry>',
      '</feed>',
      '<link href=',
      '<title type="html"><![CDATA[',
    ),
  );
  const anything = fc.oneof(
    fc.array(part, { maxLength: 20, size: 'max' }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  );

  test('its entry is well-formed and says so', () => {
    fc.assert(
      fc.property(anything, anything, (raw, body) => {
        const { html, summary } = cleaned(body);
        const title = titleText(raw);
        const entry = entryOf({ ...ENTRY, title, html, summary });
        expect(text(entry, 'title')).toBe(title);
        expect(children(entry, 'content').map((each) => each.text)).toEqual(html ? [html] : []);
        expect(children(entry, 'summary').map((each) => each.text)).toEqual(summary ? [summary] : []);
        expect(text(child(entry, 'author'), 'name')).toBe(ENTRY.author);
        expect(links(entry)).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  test('so is its outlet’s name', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const name = printable(raw).replaceAll('\r', '');
        const source = renderSource({ ...HEAD, title: name });
        const entry = withSource(bytesOf({ ...ENTRY, author: name }), source);
        const feed = parseXml(documentOf({ ...HEAD, title: name }, entry));
        expect(text(feed, 'title')).toBe(name);
        expect(text(child(child(feed, 'entry'), 'author'), 'name')).toBe(name);
        expect(text(child(child(feed, 'entry'), 'source'), 'title')).toBe(name);
      }),
      { numRuns: 500 },
    );
  });

  test('so is its address', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), anything, (url, query) => {
        const link = new URL(`?${query}`, url).href;
        expect(links(entryOf({ ...ENTRY, link }))[0]?.['href']).toBe(link);
      }),
    );
  });
});

describe('a merged feed is read as it is meant', () => {
  test('by feedsmith', () => {
    const feed = parseAtomFeed(MERGED);
    expect(feed).toMatchObject({ id: HEAD.id, title: { value: HEAD.title }, xml: { lang: 'zh-Hans' } });
    expect(feed.entries).toMatchObject([
      {
        id: ENTRY.id,
        title: { value: ENTRY.title },
        content: { value: ENTRY.html, type: 'html' },
        summary: { value: ENTRY.summary },
        authors: [{ name: ENTRY.author }],
        links: [{ href: ENTRY.link, rel: 'alternate', type: 'text/html' }],
        source: { id: HEAD.id, title: { value: HEAD.title } },
      },
    ]);
  });

  test('by rss-parser', async () => {
    const feed = await new RssParser().parseString(MERGED);
    expect(feed).toMatchObject({ title: HEAD.title, link: HEAD.alternate, feedUrl: HEAD.self });
    expect(feed.items).toMatchObject([
      {
        id: ENTRY.id,
        title: ENTRY.title,
        link: ENTRY.link,
        author: ENTRY.author,
        content: ENTRY.html,
        summary: ENTRY.summary,
        pubDate: '2026-03-08T07:06:05.000Z',
      },
    ]);
  });
});
