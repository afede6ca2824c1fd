// Entries and heads → Atom (RFC 4287). Owns the `feed` package, and makes up for what it lacks.
//
// An entry is rendered once per version of it, a document is its head and its entries joined: the
// package is therefore given one entry at a time, or none, and its one document taken apart.
//
// What is made up for, and how (feed 6.0.0):
//   - `]]>` in CDATA, control characters: no text comes here unescaped or unprintable (text.ts, sanitise.ts)
//   - titles and summaries as HTML: they leave their CDATA section, escaped once, as plain text
//   - no rel and type on links, no xml:lang, no version on the generator, no atom:source: put in below
//   - `updated` defaults to the clock, a bad URL throws: both are always given, as parsed URLs
import { Feed } from 'feed';
import type { Entry } from '../article.ts';
import { escapeMarkup } from './text.ts';

export const ATOM_TYPE = 'application/atom+xml';
const ATOM_XMLNS = 'http://www.w3.org/2005/Atom';

export interface FeedHead {
  /** An absolute URI, permanent. */
  readonly id: string;
  readonly title: string;
  /** Absolute URL of the feed itself. */
  readonly self: string;
  /** Absolute URL of the page that the feed is another form of. */
  readonly alternate: string;
  /** BCP 47. */
  readonly language: string;
  readonly updated: number;
  /** Of this program. */
  readonly version: string;
}

/** One `<entry>`, without the white space around it. */
export function renderEntry(entry: Entry): string {
  const feed = new Feed({ title: '', generator: false, updated: new Date(0) });
  feed.addItem({
    title: escapeMarkup(entry.title),
    id: entry.id,
    link: entry.link,
    date: new Date(entry.updated),
    published: new Date(entry.published),
    author: [{ name: escapeAmpersands(entry.author) }],
    ...(entry.summary && { description: escapeMarkup(entry.summary) }),
    ...(entry.html && { content: entry.html }),
  });
  const document = feed.atom1();
  const start = document.indexOf('<entry>') + '<entry>'.length;
  const inner = asPlainText(document.slice(start, document.lastIndexOf('</entry>')));
  const typed = inner.replace('<link href=', '<link rel="alternate" type="text/html" href=');
  return `<entry xml:lang="${escapeMarkup(entry.language)}">${typed}</entry>`;
}

/** `entry` as it stands in a feed that it does not come from: with the atom:source it comes from (§4.2.11). */
export function withSource(entry: Buffer, source: string): Buffer {
  return Buffer.concat([entry.subarray(0, -ENTRY_END.length), Buffer.from(source), ENTRY_END]);
}
const ENTRY_END = Buffer.from('</entry>');

/** The atom:source that names a feed; its authors are left out, for each entry names its own. */
export function renderSource(head: FeedHead): string {
  return (
    `<source xml:lang="${escapeMarkup(head.language)}"><id>${escapeMarkup(head.id)}</id>` +
    `<title>${escapeMarkup(head.title)}</title><updated>${new Date(head.updated).toISOString()}</updated>` +
    `<link rel="self" type="${ATOM_TYPE}" href="${escapeMarkup(head.self)}"/>` +
    `<link rel="alternate" type="text/html" href="${escapeMarkup(head.alternate)}"/></source>`
  );
}

/** A document's head and foot; entries go between them. */
function renderHead(head: FeedHead): { open: string; close: string } {
  const document = new Feed({
    id: head.id,
    title: escapeAmpersands(head.title),
    updated: new Date(head.updated),
    generator: 'feedmill',
    feed: head.self,
    link: head.alternate,
  }).atom1();
  const open = document
    .slice(0, document.lastIndexOf('</feed>'))
    .replace(
      `<feed xmlns="${ATOM_XMLNS}"`,
      `<feed xmlns="${ATOM_XMLNS}" xml:lang="${escapeMarkup(head.language)}"`,
    )
    .replace('<generator>', () => `<generator version="${escapeMarkup(head.version)}">`)
    .replace('<link rel="self"', `<link rel="self" type="${ATOM_TYPE}"`)
    .replace('<link rel="alternate"', '<link rel="alternate" type="text/html"');
  return { open, close: '</feed>\n' };
}

/** The bytes of a feed: entries are joined as they are, and never become strings again. */
export function renderDocument(head: FeedHead, entries: readonly Buffer[]): Buffer {
  const { open, close } = renderHead(head);
  const lines = entries.flatMap((entry) => [entry, NEWLINE]);
  return Buffer.concat([Buffer.from(open), ...lines, Buffer.from(close)]);
}
const NEWLINE = Buffer.from('\n');

/** Titles and summaries: `type="html"` in CDATA → text. They were escaped, so what the section held is XML as it stands. */
function asPlainText(entry: string): string {
  return entry.replace(
    /<(title|summary) type="html"><!\[CDATA\[(.*?)\]\]><\/\1>/gs,
    (_, name: string, text: string) => `<${name}>${text}</${name}>`,
  );
}

/** The package's writer takes `&amp;` in a text for an ampersand already escaped. */
function escapeAmpersands(text: string): string {
  return text.replaceAll('&amp;', '&amp;amp;');
}
