// Whatever bytes stand below a header: a document that every reader can read, and nothing in it that is not
// allowed.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/article.ts';
import { type FeedHead, renderDocument, renderEntry } from '../../src/mill/render/render.ts';
import { FAMILIES } from '../browser/hostile/families.ts';
import { cleaned, forbidden } from './html.ts';
import { child, children, type Element, parseXml } from './xml.ts';

const HEAD: FeedHead = {
  previous: null,
  current: null,
  deleted: [],
  about: { icon: null, logo: null, rights: null, categories: [], ttl: 1 },
  id: 'urn:uuid:00000000-0000-5000-8000-000000000001',
  title: '磨坊志',
  self: {
    atom: 'https://feeds.example/outlets/mill.atom',
    rss: 'https://feeds.example/outlets/mill.rss',
    json: 'https://feeds.example/outlets/mill.json',
  },
  hubs: [],
  alternate: 'https://mill.example/',
  language: 'zh-Hans',
  updated: 0,
  stylesheet: 'feed.css',
  version: '1.0.0',
};

/** The entry in a document of its own, as a strict parser reads it. */
function published(body: string): { html: string; entry: Element } {
  const content = cleaned(body);
  const entry: Entry = {
    ...content,
    id: 'urn:uuid:00000000-0000-5000-8000-000000000002',
    link: 'https://mill.example/a/b/1.html',
    published: 0,
    updated: 0,
    outlet: '磨坊',
  };
  const document = renderDocument('atom', HEAD, [{ key: '', entry: renderEntry(entry) }]).body.toString(
    'utf8',
  );
  return { html: content.html, entry: child(parseXml(document), 'entry') };
}

/** As a seed is read: what is no UTF-8 is replaced. */
const bytes = fc
  .uint8Array({ maxLength: 300, size: 'max' })
  .map((each) => Buffer.from(each).toString('utf8'));
/** Bytes that mean something to a parser of HTML more often than others. */
const markup = fc
  .array(fc.constantFrom(...Buffer.from('<>/!-?&;=#"\'`[] \n\t\r\0\u001b\u0085\ufeffapsx风\u{1f4a8}')), {
    maxLength: 200,
    size: 'max',
  })
  .map((each) => Buffer.from(each).toString('utf8'));
const BODIES = Object.values(FAMILIES).flatMap((cases) =>
  cases.map(([, html]) => html).filter((html) => html.length < 1000),
);
/** A hostile body, or what is left of one that was cut through. */
const hostile = fc
  .tuple(fc.constantFrom(...BODIES), fc.option(fc.nat(200)), fc.boolean())
  .map(([html, at, end]) => (at === null ? html : end ? html.slice(at) : html.slice(0, at)));
const mixed = fc
  .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 20 }), bytes, markup), { maxLength: 6 })
  .map((parts) => parts.join(''));

describe('whatever bytes a body is made of', () => {
  test.for([
    ['bytes at random', bytes, 600],
    ['bytes of markup', markup, 600],
    ['characters at random', fc.string({ unit: 'binary', maxLength: 300 }), 400],
    ['hostile bodies among them', mixed, 1000],
  ] as const)('its entry is well-formed and holds only what is allowed: %s', ([, bodies, numRuns]) => {
    fc.assert(
      fc.property(bodies, (body) => {
        const { html, entry } = published(body);
        expect(forbidden(html)).toEqual([]);
        expect(children(entry, 'content').map(({ text }) => text)).toEqual(html === '' ? [] : [html]);
      }),
      { numRuns },
    );
  });
});
