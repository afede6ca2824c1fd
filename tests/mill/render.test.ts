import * as fc from 'fast-check';
import { parseAtomFeed } from 'feedsmith';
import RssParser from 'rss-parser';
import { describe, expect, test } from 'vitest';
import { type Entry, type Format, FORMATS, type RenderedEntry } from '../../src/article.ts';
import {
  type FeedHead,
  headSize,
  renderDocument,
  renderEntry,
  SEPARATOR_SIZE,
  sizeOf,
  renderSource,
  withSource,
} from '../../src/mill/render/render.ts';
import { printable, titleText } from '../../src/mill/text.ts';
import { cleaned } from './html.ts';
import { ATOM, child, children, type Element, parseXml } from './xml.ts';
import { renderOpml } from '../../src/mill/render/opml.ts';

const HEAD: FeedHead = {
  id: 'urn:uuid:00000000-0000-5000-8000-000000000001',
  title: '磨坊志 & Co. <1>',
  self: {
    atom: 'https://feeds.example/outlets/mill.atom?a=1&b=2',
    rss: 'https://feeds.example/outlets/mill.rss?a=1&b=2',
    json: 'https://feeds.example/outlets/mill.json?a=1&b=2',
  },
  hubs: [],
  alternate: 'https://mill.example/?a=1&b=2',
  language: 'zh-Hans',
  updated: Date.UTC(2026, 2, 10, 12),
  stylesheet: 'feed.css',
  version: '1.2.3-beta+4',
  previous: null,
  current: null,
  deleted: [],
  about: { icon: null, logo: null, rights: null, categories: [], ttl: 5 },
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
  authors: [],
  picture: null,
  outlet: '磨坊 & Söhne <x>',
};
const bytesOf = renderEntry;
const keyed = (entries: readonly RenderedEntry[]): { key: string; entry: RenderedEntry }[] =>
  entries.map((entry, i) => ({ key: String(i), entry }));
const documentOf = (head: FeedHead, ...entries: readonly RenderedEntry[]): string =>
  renderDocument('atom', head, keyed(entries)).body.toString('utf8');
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
    expect(documentOf(HEAD)).toMatch(
      /^<\?xml version="1.0" encoding="utf-8"\?>\n<\?xml-stylesheet type="text\/css" href="feed\.css"\?>\n<feed /,
    );
  });

  test('names its style sheet as RSS too, in an attribute that nothing breaks out of', () => {
    const stylesheet = '../a"&b.css';
    for (const format of ['atom', 'rss'] as const) {
      const document = renderDocument(format, { ...HEAD, stylesheet }, []).body.toString();
      expect(document.match(/<\?xml-stylesheet .*/g)).toEqual([
        '<?xml-stylesheet type="text/css" href="../a&quot;&amp;b.css"?>',
      ]);
    }
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
    expect(links(feed)).toContainEqual({ rel: 'self', type: 'application/atom+xml', href: HEAD.self.atom });
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
      {
        self: { ...HEAD.self, atom: 'https://feeds.example/?a=1&amp;b' },
        alternate: 'https://mill.example/?&lt;',
      },
    ],
  ] as const)('may have a %s', ([, changes]) => {
    const head = { ...HEAD, ...changes };
    const other = parseXml(documentOf(head));
    expect(text(other, 'title')).toBe(head.title);
    expect(child(other, 'generator').attributes).toEqual({ version: head.version });
    expect(links(other)).toContainEqual({ rel: 'self', type: 'application/atom+xml', href: head.self.atom });
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
    const expected = entries.reduce((sum, entry) => sum + sizeOf(entry) + SEPARATOR_SIZE, headSize(HEAD));
    for (const format of FORMATS) {
      expect(renderDocument(format, HEAD, keyed(entries)).body.length).toBeLessThanOrEqual(expected);
    }
    const source = withSource(entries[0]!, renderSource(HEAD));
    expect(sizeOf(source)).toBeLessThanOrEqual(sizeOf(entries[0]!) + sizeOf(renderSource(HEAD)));
  });
});

describe('an entry', () => {
  const entry = entryOf(ENTRY);

  test('says what it is', () => {
    expect(entry.namespace).toBe(ATOM);
    expect(text(entry, 'id')).toBe(ENTRY.id);
    expect(entry.attributes['xml:lang']).toBe('zh-Hant');
    expect(text(child(entry, 'author'), 'name')).toBe(ENTRY.outlet);
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

  test('names the authors, and its outlet behind them', () => {
    const named = entryOf({ ...ENTRY, authors: ['麦青', 'A & B'] });
    expect(children(named, 'author').map((author) => text(author, 'name'))).toEqual([
      '麦青',
      'A & B',
      ENTRY.outlet,
    ]);
  });

  test('has its picture, to be shown beside it and to be fetched', () => {
    const url = 'https://mill.example/1.jpg?a=1&b="';
    const pictured = entryOf({ ...ENTRY, picture: { url, type: 'image/jpeg', width: 640, height: null } });
    expect(links(pictured)).toEqual([links(entry)[0], { rel: 'enclosure', type: 'image/jpeg', href: url }]);
    const media = pictured.children.filter(({ namespace }) => namespace === 'http://search.yahoo.com/mrss/');
    expect(media).toMatchObject([{ name: 'thumbnail', attributes: { url, width: '640' } }]);
    expect(media[0]!.attributes).not.toHaveProperty('height');
  });

  test('says no type of a picture of which none is known', () => {
    const picture = { url: 'https://mill.example/1', type: null, width: null, height: null };
    expect(links(entryOf({ ...ENTRY, picture }))[1]).toEqual({ rel: 'enclosure', href: picture.url });
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
      { rel: 'self', type: 'application/atom+xml', href: HEAD.self.atom },
      { rel: 'alternate', type: 'text/html', href: HEAD.alternate },
    ]);
  });

  test('has its own author, and its source has none', () => {
    expect(text(child(entry, 'author'), 'name')).toBe(ENTRY.outlet);
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
        expect(text(child(entry, 'author'), 'name')).toBe(ENTRY.outlet);
        expect(links(entry)).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  test('so is its outlet’s name', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const name = printable(raw).replaceAll('\r', '');
        const entry = withSource(bytesOf({ ...ENTRY, outlet: name }), renderSource({ ...HEAD, title: name }));
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

/** The only child of this name, in no namespace. */
function childOf(element: Element, name: string): Element {
  const found = element.children.filter((each) => each.name === name && each.namespace === '');
  if (found.length !== 1) throw new Error(`${found.length} of ${name} in ${element.name}`);
  return found[0]!;
}

describe('the other formats', () => {
  const ENTRIES = [
    {
      ...ENTRY,
      authors: ['麦青'],
      picture: { url: 'https://mill.example/1.jpg', type: 'image/jpeg', width: 9, height: 8 },
    },
    { ...ENTRY, id: 'urn:uuid:3', html: '', summary: '' },
  ];
  const document = (format: Format, ...entries: readonly RenderedEntry[]): string =>
    renderDocument(format, HEAD, keyed(entries)).body.toString('utf8');
  const rss = document('rss', ...ENTRIES.map(bytesOf));
  const json = JSON.parse(document('json', ...ENTRIES.map(bytesOf))) as Record<string, unknown>;

  test('RSS is read as it is meant', () => {
    const channel = childOf(parseXml(rss), 'channel');
    expect(parseXml(rss).attributes['version']).toBe('2.0');
    const said = (name: string): string => childOf(channel, name).text;
    expect([said('title'), said('link'), said('language')]).toEqual([HEAD.title, HEAD.alternate, 'zh-Hans']);
    expect(
      channel.children.find(({ name, namespace }) => name === 'link' && namespace === ATOM)?.attributes,
    ).toEqual({
      href: HEAD.self.rss,
      rel: 'self',
      type: 'application/rss+xml',
    });
    const [item, bare] = channel.children.filter(({ name }) => name === 'item');
    expect(item!.children.map(({ name, text: value, attributes }) => [name, value, attributes])).toEqual([
      ['title', ENTRY.title, {}],
      ['link', ENTRY.link, {}],
      ['guid', ENTRY.id, { isPermaLink: 'false' }],
      ['pubDate', 'Sun, 08 Mar 2026 07:06:05 GMT', {}],
      // HTML, as readers take it.
      ['description', '1 &lt; 2 &amp;amp; &quot;水车&quot;', {}],
      ['encoded', ENTRY.html, {}],
      ['creator', '麦青', {}],
      ['creator', ENTRY.outlet, {}],
      ['language', 'zh-Hant', {}],
      ['updated', '2026-03-09T08:07:06.543Z', {}],
      ['enclosure', '', { url: 'https://mill.example/1.jpg', length: '0', type: 'image/jpeg' }],
      ['thumbnail', '', { url: 'https://mill.example/1.jpg', width: '9', height: '8' }],
    ]);
    expect(bare!.children.map(({ name }) => name)).toEqual([
      'title',
      'link',
      'guid',
      'pubDate',
      'creator',
      'language',
      'updated',
    ]);
  });

  test('JSON Feed is read as it is meant', () => {
    expect(json).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      title: HEAD.title,
      home_page_url: HEAD.alternate,
      feed_url: HEAD.self.json,
      language: 'zh-Hans',
    });
    expect(json['items']).toEqual([
      {
        id: ENTRY.id,
        url: ENTRY.link,
        title: ENTRY.title,
        summary: ENTRY.summary,
        content_html: ENTRY.html,
        image: 'https://mill.example/1.jpg',
        date_published: '2026-03-08T07:06:05.000Z',
        date_modified: '2026-03-09T08:07:06.543Z',
        language: 'zh-Hant',
        authors: [{ name: '麦青' }, { name: ENTRY.outlet }],
      },
      expect.objectContaining({ id: 'urn:uuid:3', content_html: '' }),
    ]);
    expect((json['items'] as object[])[1]).not.toHaveProperty('summary');
  });

  test('each says where its entries stand', () => {
    const rendered = ENTRIES.map(bytesOf);
    for (const format of FORMATS) {
      const { body, entries } = renderDocument(format, HEAD, keyed(rendered));
      expect(entries.map(({ key }) => key)).toEqual(['0', '1']);
      expect(entries.map(({ start, end }) => body.subarray(start, end))).toEqual(
        rendered.map((entry) => entry[format]),
      );
    }
  });

  test('without entries they are whole too', () => {
    expect(childOf(parseXml(document('rss')), 'channel').children.map(({ name }) => name)).not.toContain(
      'item',
    );
    expect(JSON.parse(document('json'))).toMatchObject({ items: [] });
  });

  test('an entry that was never rendered in a format is left out there', () => {
    const old = { ...bytesOf(ENTRY), rss: Buffer.alloc(0), json: Buffer.alloc(0) };
    expect(document('rss', old, bytesOf(ENTRY))).toBe(document('rss', bytesOf(ENTRY)));
    expect(document('json', bytesOf(ENTRY), old)).toBe(document('json', bytesOf(ENTRY)));
    expect(document('rss', withSource(old, renderSource(HEAD)))).toBe(document('rss'));
  });

  test('a merged feed names where its entries come from', () => {
    const entry = withSource(bytesOf(ENTRY), renderSource(HEAD));
    const item = childOf(childOf(parseXml(document('rss', entry)), 'channel'), 'item');
    expect(childOf(item, 'source')).toMatchObject({ text: HEAD.title, attributes: { url: HEAD.self.rss } });
    expect(JSON.parse(document('json', entry))).toMatchObject({
      items: [
        { _feedmill: { source: { title: HEAD.title, url: HEAD.alternate, feed_url: HEAD.self.json } } },
      ],
    });
  });

  test('are well-formed whatever an article says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (raw, body) => {
        const { html, summary } = cleaned(`${body}]]&gt;<author>x</author>`);
        const title = titleText(raw) || 'x';
        const entry = bytesOf({ ...ENTRY, title, html, summary, authors: [title] });
        const item = childOf(childOf(parseXml(document('rss', entry)), 'channel'), 'item');
        expect(childOf(item, 'title').text).toBe(title);
        expect(item.children.find(({ name }) => name === 'creator')!.text).toBe(title);
        expect(item.children.find(({ name }) => name === 'encoded')?.text ?? '').toBe(html);
        expect(JSON.parse(document('json', entry))).toMatchObject({ items: [{ title, content_html: html }] });
      }),
      { numRuns: 300 },
    );
  });

  test('a list of feeds is an outline of each', () => {
    const opml = parseXml(renderOpml('磨坊 & Co.', [HEAD, { ...HEAD, title: '2' }]).toString());
    expect([opml.name, opml.attributes['version']]).toEqual(['opml', '2.0']);
    expect(childOf(childOf(opml, 'head'), 'title').text).toBe('磨坊 & Co.');
    expect(childOf(opml, 'body').children.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'outline',
        {
          type: 'rss',
          text: HEAD.title,
          title: HEAD.title,
          xmlUrl: HEAD.self.atom,
          htmlUrl: HEAD.alternate,
          language: 'zh-Hans',
        },
      ],
      ['outline', expect.objectContaining({ text: '2' })],
    ]);
  });
});

describe('what a recipe knows of its outlet', () => {
  const about = {
    icon: 'https://mill.example/i.ico?a=1&b=2',
    logo: 'https://mill.example/l.png',
    rights: '© 磨坊 & Söhne <c>',
    categories: ['时事', 'a & b'],
    ttl: 5,
  };
  const document = (format: Format): string =>
    renderDocument(format, { ...HEAD, about }, keyed([bytesOf(ENTRY)])).body.toString('utf8');

  test('its Atom feed says', () => {
    const feed = parseXml(document('atom'));
    expect(['icon', 'logo', 'rights'].map((name) => text(feed, name))).toEqual([
      about.icon,
      about.logo,
      about.rights,
    ]);
    expect(children(feed, 'category').map(({ attributes }) => attributes['term'])).toEqual(about.categories);
  });

  test('its RSS feed says', () => {
    const channel = childOf(parseXml(document('rss')), 'channel');
    expect(childOf(childOf(channel, 'image'), 'url').text).toBe(about.logo);
    expect(childOf(channel, 'copyright').text).toBe(about.rights);
    expect(childOf(channel, 'ttl').text).toBe('5');
    expect(channel.children.filter(({ name }) => name === 'category').map((each) => each.text)).toEqual(
      about.categories,
    );
    const syndication = channel.children.filter(({ namespace }) => namespace.endsWith('/syndication/'));
    expect(syndication.map((each) => [each.name, each.text])).toEqual([
      ['updatePeriod', 'hourly'],
      ['updateFrequency', '12'],
    ]);
  });

  test('its JSON feed says', () => {
    expect(JSON.parse(document('json'))).toMatchObject({ icon: about.logo, favicon: about.icon });
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
        authors: [{ name: ENTRY.outlet }],
        links: [{ href: ENTRY.link, rel: 'alternate', type: 'text/html' }],
        source: { id: HEAD.id, title: { value: HEAD.title } },
      },
    ]);
  });

  test('by rss-parser', async () => {
    const feed = await new RssParser().parseString(MERGED);
    expect(feed).toMatchObject({ title: HEAD.title, link: HEAD.alternate, feedUrl: HEAD.self.atom });
    expect(feed.items).toMatchObject([
      {
        id: ENTRY.id,
        title: ENTRY.title,
        link: ENTRY.link,
        author: ENTRY.outlet,
        content: ENTRY.html,
        summary: ENTRY.summary,
        pubDate: '2026-03-08T07:06:05.000Z',
      },
    ]);
  });
});
