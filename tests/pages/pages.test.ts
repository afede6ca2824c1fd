// What there is to read → the pages for people: well-formed, the same in both languages, nothing unescaped.
import { load } from 'cheerio';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/article.ts';
import {
  type FirstPage,
  type Headline,
  type OutletPage,
  renderFirstPage,
  renderOutletPage,
} from '../../src/pages/pages.ts';

const SITE = { title: '磨坊', language: 'zh-Hans', baseUrl: 'https://feeds.example/sub', version: '1.2.3' };
const T = Date.UTC(2026, 2, 10, 12, 34);
const TODAY = Math.floor(T / 86_400_000);
const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)> ' & <%= it %> \`\${1}\``;

const HEADLINE: Headline = {
  title: '标题',
  link: 'https://a.example/1',
  language: 'zh-Hans',
  published: T,
  picture: 'https://a.example/p.jpg',
  outlet: { id: 'voa', name: '美国之音', language: 'zh-Hans' },
};
const FIRST: FirstPage = {
  updated: T,
  headlines: [HEADLINE],
  days: {
    last: TODAY,
    days: [
      { day: TODAY - 1, articles: 5 },
      { day: TODAY, articles: 1 },
    ],
  },
  feed: { title: '磨坊', language: 'zh-Hans', path: 'feed', articles: 6 },
  outlets: [{ id: 'voa', title: '美国之音', language: 'zh-Hans', path: 'outlets/voa', articles: 6 }],
  rejected: [{ path: 'a.txt', reason: 'header-missing', line: 3, detail: 'why' }],
};
const OUTLET: OutletPage = {
  id: 'voa',
  home: 'https://www.voachinese.com/',
  feed: FIRST.outlets[0]!,
  updated: T,
  headlines: [HEADLINE],
  days: FIRST.days,
};

/** The page of a path. */
function page(documents: readonly Document[], path: string): ReturnType<typeof load> {
  return load(documents.find((document) => document.path === path)!.body.toString());
}

/** Elements and the names of their attributes, without what they say. */
function structure($: ReturnType<typeof load>): string[] {
  // What is current differs, that is what it is for.
  $('[aria-current]').removeAttr('aria-current');
  return $('*')
    .toArray()
    .map((node) => `${$(node).prop('tagName')} ${Object.keys($(node).attr() ?? {}).join(' ')}`);
}

describe('the documents', () => {
  test('are a page in each language, the site’s own under the name that web servers look for', () => {
    const pathsOf = (language: string): string[] =>
      renderOutletPage({ ...SITE, language }, OUTLET).map(({ path }) => path);
    expect(pathsOf('zh-Hant')).toEqual(['outlets/voa/index.html', 'outlets/voa/index.en.html']);
    expect(pathsOf('en-GB')).toEqual(['outlets/voa/index.zh.html', 'outlets/voa/index.html']);
    expect(pathsOf('de')).toEqual(['outlets/voa/index.zh.html', 'outlets/voa/index.html']);
    expect(renderFirstPage(SITE, FIRST).map(({ path }) => path)).toEqual(['index.html', 'index.en.html']);
  });

  test('are the same bytes of the same content', () => {
    expect(renderFirstPage(SITE, FIRST)).toEqual(renderFirstPage(SITE, structuredClone(FIRST)));
    expect(renderOutletPage(SITE, OUTLET)).toEqual(renderOutletPage(SITE, structuredClone(OUTLET)));
  });

  test('have the same structure in both languages, and say which they are in', () => {
    const render: [string, Document[]][] = [
      ['', renderFirstPage(SITE, FIRST)],
      ['outlets/voa/', renderOutletPage(SITE, OUTLET)],
    ];
    for (const [folder, documents] of render) {
      const [chinese, english] = ['index.html', 'index.en.html'].map((name) =>
        page(documents, folder + name),
      );
      expect(structure(chinese!)).toEqual(structure(english!));
      expect([chinese!('html').attr('lang'), english!('html').attr('lang')]).toEqual(['zh-Hans', 'en']);
      expect(chinese!('main').text()).not.toBe(english!('main').text());
    }
  });

  test('have no script or style in them, and nothing that stands for a missing word', () => {
    for (const { body } of [...renderFirstPage(SITE, FIRST), ...renderOutletPage(SITE, OUTLET)]) {
      const $ = load(body.toString());
      expect($('style, [style]').length).toBe(0);
      expect(
        $('script')
          .toArray()
          .map((element) => $(element).text()),
      ).toEqual(['']);
      expect(body.toString()).not.toMatch(/undefined|null|NaN|\[object/);
    }
  });
});

describe('addresses', () => {
  test('in a page are relative and lead to documents, but for those that are given to readers', () => {
    const known = new Set(
      [...renderFirstPage(SITE, FIRST), ...renderOutletPage(SITE, OUTLET)].map(({ path }) => path),
    );
    for (const name of ['page.css', 'page.js', 'icon.svg', 'feeds.opml']) known.add(name);
    for (const feed of ['feed', 'outlets/voa'])
      for (const format of ['atom', 'rss', 'json']) known.add(`${feed}.${format}`);
    for (const { path, body } of [...renderFirstPage(SITE, FIRST), ...renderOutletPage(SITE, OUTLET)]) {
      const $ = load(body.toString());
      const links = $('[href], [src]')
        .toArray()
        .map((element) => element.attribs['href'] ?? element.attribs['src']!);
      const local = links.filter(
        (link) => !/^(?:https:\/\/(?:a\.example|www\.voachinese\.com)\/|feed:|#)/.test(link),
      );
      const resolved = local.map((link) => new URL(link, `https://prefix.example/a/${path}`).href);
      expect(resolved.filter((url) => !known.has(url.replace('https://prefix.example/a/', '')))).toEqual([]);
      const given = [
        ...$('[data-copy]')
          .toArray()
          .map(({ attribs }) => attribs['data-copy']!),
        ...links.filter((link) => link.startsWith('feed:')).map((link) => link.slice('feed:'.length)),
      ];
      expect(given.length).toBeGreaterThan(5);
      for (const address of given)
        expect(address).toMatch(/^https:\/\/feeds\.example\/sub\/[\w/]+\.(?:atom|rss|json)$/);
    }
  });

  test('of the feed are what a reader finds in the page, in every format', () => {
    const $ = page(renderOutletPage(SITE, OUTLET), 'outlets/voa/index.html');
    const found = $('link[rel=alternate][title]')
      .toArray()
      .map(({ attribs }) => [attribs['type'], attribs['href']]);
    expect(found).toEqual([
      ['application/atom+xml', '../../outlets/voa.atom'],
      ['application/rss+xml', '../../outlets/voa.rss'],
      ['application/feed+json', '../../outlets/voa.json'],
    ]);
  });
});

describe('whatever titles, names and files are called', () => {
  test('they stand in the page as text, and nothing else comes of them', () => {
    const text = fc.oneof(
      fc.constant(HOSTILE),
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom('"', "'", '<!--', ']]>', '&lt;', '</h3>'),
    );
    const plain = structure(page(renderFirstPage(SITE, FIRST), 'index.html'));
    fc.assert(
      fc.property(text, (said) => {
        const hostile: FirstPage = {
          ...FIRST,
          headlines: [
            { ...HEADLINE, title: said, language: said, outlet: { ...HEADLINE.outlet, name: said } },
          ],
          feed: { ...FIRST.feed, title: said, language: said },
          outlets: [{ ...FIRST.outlets[0]!, title: said }],
          rejected: [{ path: said, reason: 'empty', line: 1, detail: said }],
        };
        const documents = renderFirstPage({ ...SITE, title: said }, hostile);
        const $ = page(documents, 'index.html');
        expect(structure($)).toEqual(plain);
        // What a parser does to line ends and zeroes is not the page's doing.
        const parsed = load(`<p>${said.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`)('p').text();
        expect($('.headlines h3 a').text()).toBe(parsed);
        expect($('h1').text()).toBe(parsed);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what a page shows', () => {
  test('times are for machines, and in UTC for people', () => {
    const $ = page(renderFirstPage(SITE, FIRST), 'index.en.html');
    expect($('.headlines time').attr('datetime')).toBe('2026-03-10T12:34:00.000Z');
    expect($('.headlines time').text()).toBe('2026-03-10 12:34 UTC');
  });

  test('pictures come late, tell nobody who asks, and take their place before they are there', () => {
    const $ = page(renderFirstPage(SITE, FIRST), 'index.html');
    expect($('.picture img').attr()).toEqual({
      src: 'https://a.example/p.jpg',
      alt: '',
      width: '120',
      height: '80',
      loading: 'lazy',
      decoding: 'async',
      referrerpolicy: 'no-referrer',
    });
  });

  test('the chart says in words what its bars say, and is not there where there is nothing to say', () => {
    const $ = page(renderFirstPage(SITE, FIRST), 'index.en.html');
    expect($('svg[role=img]').attr('aria-label')).toBe(
      'Articles per day from 2026-02-09 to 2026-03-10: 6 in all, at most 5, on 2026-03-09.',
    );
    const bars = $('rect')
      .toArray()
      .map(({ attribs: { x, height } }) => [Number(x), Number(height)]);
    expect(bars).toEqual([
      [281, 100],
      [291, 20],
    ]);
    const none = page(renderFirstPage(SITE, { ...FIRST, days: null }), 'index.en.html');
    expect(none('svg').length).toBe(0);
  });

  test('a day outside of the chart is not drawn', () => {
    const days = {
      last: TODAY,
      days: [
        { day: TODAY - 30, articles: 9 },
        { day: TODAY - 29, articles: 1 },
      ],
    };
    const $ = page(renderFirstPage(SITE, { ...FIRST, days }), 'index.en.html');
    expect(
      $('rect')
        .toArray()
        .map(({ attribs: { x } }) => x),
    ).toEqual(['1']);
  });

  test('rejected seeds come with reason and remedy in the page’s language', () => {
    const rejected = (path: string): string =>
      page(renderFirstPage(SITE, FIRST), path)('.rejected li').text().replace(/\s+/g, ' ');
    expect(rejected('index.en.html')).toMatch(/a\.txt No header \(line 3\): why start the file with/);
    expect(rejected('index.html')).toMatch(/a\.txt 没有文件头 \(第 3 行\): why 文件开头应为/);
  });

  test('nothing is said of rejected seeds where there are none, nor of a time where nothing was updated', () => {
    const $ = page(
      renderFirstPage(SITE, { ...FIRST, rejected: [], updated: 0, headlines: [] }),
      'index.en.html',
    );
    expect($('.rejected').length).toBe(0);
    expect($('time').length).toBe(0);
    expect($('.newest').text()).toContain('There are no articles yet.');
  });

  test('an outlet’s page leads to its site and back to all outlets, in the same language', () => {
    const $ = page(renderOutletPage(SITE, OUTLET), 'outlets/voa/index.en.html');
    expect($('.tagline a').attr('href')).toBe('https://www.voachinese.com/');
    expect($('a.brand').attr('href')).toBe('../../index.en.html');
    expect($('.headlines .facts a').length).toBe(0);
  });
});
