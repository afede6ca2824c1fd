// What a sanitised body may hold, said a second time: the tests do not take the program's word for it.
import { load } from 'cheerio';
import type { Content } from '../../src/article.ts';
import { clean, publishable } from '../../src/mill/clean/clean.ts';
import { bodyOf, parseBody } from '../../src/mill/clean/dom.ts';
import { createOutlets } from '../../src/mill/outlet.ts';

export const ARTICLE = 'https://mill.example/a/b/1.html';

/** A body as an outlet without a recipe would have it cleaned. */
export function cleaned(body: string): Content {
  const outlet = createOutlets([]).ofUrl(ARTICLE);
  return clean({ title: '标题', url: ARTICLE, time: 0 }, body, outlet, { images: 'keep', archived: 0 });
}

/** A body as only the last step leaves it. */
export function sanitised(body: string): string {
  return publishable(bodyOf(parseBody(body)).children, { base: ARTICLE, recipe: null }).html;
}

const ELEMENTS = new Set(
  (
    'a abbr address article aside b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em ' +
    'figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q rp rt ruby s samp ' +
    'section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr audio video'
  ).split(' '),
);
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'title'],
  abbr: ['title'],
  audio: ['src', 'controls', 'preload'],
  details: ['open'],
  img: ['src', 'alt', 'title', 'width', 'height', 'referrerpolicy'],
  li: ['value'],
  ol: ['start', 'reversed', 'type'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan', 'scope'],
  time: ['datetime'],
  video: ['src', 'poster', 'controls', 'preload'],
};
const ADDRESSES: Readonly<Record<string, RegExp>> = {
  href: /^(?:https?:\/\/[^/]|mailto:)/,
  src: /^https?:\/\/[^/]/,
  poster: /^https?:\/\/[^/]/,
};
const CODE = /[^\P{Cc}\t\n]|\p{Surrogate}/u;

/** What in `html`, parsed as a browser would, is not allowed in a feed. */
export function forbidden(html: string): string[] {
  const found: string[] = [];
  if (html.includes(']]>')) found.push(']]>');
  if (CODE.test(html)) found.push(`a control character in ${JSON.stringify(html)}`);
  for (const scriptingEnabled of [true, false]) {
    const $ = load(`<!doctype html><body>${html}`, { scriptingEnabled });
    if ($('head').children().length > 0) found.push(`in the head: ${$('head').html()}`);
    for (const node of $('body').contents().toArray()) found.push(...forbiddenIn(node));
  }
  return found;
}

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly Node[];
}

function forbiddenIn(node: Node): string[] {
  if (node.type === 'text') return [];
  const { name = node.type, attribs = {}, children = [] } = node;
  if (!ELEMENTS.has(name) || node.namespace !== 'http://www.w3.org/1999/xhtml') return [`<${name}>`];
  const allowed = new Set([...(ATTRIBUTES[name] ?? []), 'lang', 'dir']);
  const attributes = Object.entries(attribs)
    .filter(([attribute, value]) => !allowed.has(attribute) || ADDRESSES[attribute]?.test(value) === false)
    .map(([attribute, value]) => `<${name} ${attribute}="${value}">`);
  return [...attributes, ...children.flatMap(forbiddenIn)];
}
