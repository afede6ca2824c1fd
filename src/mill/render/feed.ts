// Entries and heads → documents of one or no entry, in each format. Owns the `feed` package.
//
// An entry is rendered once per version of it, a document is its head and its entries joined: the
// package is therefore given one entry at a time, or none, and what it makes is taken apart by the
// file of each format, which also makes up for what the package lacks there.
//
// What is made up for here (feed 6.0.0): `updated` defaults to the clock and a bad URL throws, so both
// are always given, as parsed URLs; `]]>` in CDATA and control characters would break the document,
// but no text comes here unescaped or unprintable (text.ts, sanitise.ts).
import { Feed } from 'feed';
import type { Entry, Format } from '../../article.ts';
import { escapeMarkup } from '../text.ts';

/** Absolute URLs of one document in each format. */
export type Addresses = Readonly<Record<Format, string>>;

export interface FeedHead {
  /** An absolute URI, permanent. */
  readonly id: string;
  readonly title: string;
  /** Of this document. */
  readonly self: Addresses;
  /** Of the newest document of the archive that lies behind this one (RFC 5005 §4); `null` if nothing does. */
  readonly previous: Addresses | null;
  /** In a document of an archive: the feed itself. `null` in that. */
  readonly current: Addresses | null;
  /** What was withdrawn (RFC 6721). */
  readonly deleted: readonly Tombstone[];
  /** Absolute URL of the page that the feed is another form of. */
  readonly alternate: string;
  /** Absolute URLs: who tells of changes (WebSub §4). */
  readonly hubs: readonly string[];
  /** BCP 47. */
  readonly language: string;
  readonly updated: number;
  /** What a browser shows the feed by, for people (a CSS style sheet); from where the feed stands. */
  readonly stylesheet: string;
  /** Of this program. */
  readonly version: string;
  readonly about: FeedAbout;
}

export interface Tombstone {
  /** Of the entry. */
  readonly id: string;
  /** ms */
  readonly when: number;
}

/** What else a feed says of itself, where it is known. */
export interface FeedAbout {
  /** Absolute URLs. */
  readonly icon: string | null;
  readonly logo: string | null;
  readonly rights: string | null;
  readonly categories: readonly string[];
  /** How long a reader may wait before it asks again. minutes */
  readonly ttl: number;
}

/** What the package makes of a feed: with one entry, or with none. */
interface Packaged {
  atom(): string;
  rss(): string;
  json(): string;
}

/**
 * Stands for an entry's content on its way through the package, whose writers copy every text several times.
 * No other text holds it: it is not a character of XML.
 */
const CONTENT = '\uFFFE';

/**
 * A document that holds `entry`, under a head that is of no use. Its title and summary are escaped, its content
 * is put in at the end, by {@link withContent}.
 */
export function packageEntry(entry: Entry, format: Format): Packaged {
  const feed = new Feed({ title: '', generator: false, updated: new Date(0) });
  feed.addItem({
    title: escapeMarkup(entry.title),
    id: entry.id,
    link: entry.link,
    date: new Date(entry.updated),
    published: new Date(entry.published),
    // The other formats have another place for names than the package's.
    ...(format === 'atom' && {
      author: [...entry.authors, entry.outlet].map((name) => ({ name: escapeAmpersands(name) })),
    }),
    ...(entry.summary && { description: escapeMarkup(entry.summary) }),
    ...(entry.html && { content: CONTENT }),
  });
  return packaged(feed);
}

/** A document without entries. */
export function packageHead(head: FeedHead, format: Format): Packaged {
  const { about } = head;
  const self = head.self[format];
  return packaged(
    new Feed({
      id: head.id,
      title: format === 'json' ? head.title : escapeAmpersands(head.title),
      // RSS asks for one.
      ...(format === 'rss' && { description: escapeAmpersands(head.title) }),
      updated: new Date(head.updated),
      generator: 'feedmill',
      feed: self,
      link: head.alternate,
      language: head.language,
      ttl: about.ttl,
      ...(about.logo && { image: about.logo }),
      ...(about.icon && { favicon: about.icon }),
      ...(about.rights && { copyright: format === 'json' ? about.rights : escapeAmpersands(about.rights) }),
    }),
  );
}

function packaged(feed: Feed): Packaged {
  return { atom: () => feed.atom1(), rss: () => feed.rss2(), json: () => feed.json1() };
}

/** The package's writer takes `&amp;` in a text for an ampersand already escaped. */
function escapeAmpersands(text: string): string {
  return text.replaceAll('&amp;', '&amp;amp;');
}

/** Titles and summaries: HTML in CDATA → text. They were escaped, so what the section held is XML as it stands. */
export function asPlainText(xml: string): string {
  return xml.replace(HTML_TEXT, '<$1>$2</$1>');
}
const HTML_TEXT = /<(title|summary)(?: type="html")?><!\[CDATA\[(.*?)\]\]><\/\1>/gs;

/** The entry's content, in the place that the package has made for it. */
export function withContent(xml: string, { html }: Entry): string {
  return xml.replace(`<![CDATA[${CONTENT}]]>`, () => `<![CDATA[${html}]]>`);
}

/** Names a style sheet for people who open a feed in a browser (xml-stylesheet 1.0 §3); stands before the root. */
export function styled(xml: string, root: string, { stylesheet }: FeedHead): string {
  const instruction = `<?xml-stylesheet${attribute('type', 'text/css')}${attribute('href', stylesheet)}?>`;
  return xml.replace(`<${root}`, () => `${instruction}\n<${root}`);
}

/** An attribute, escaped; nothing for `null`. */
export function attribute(name: string, value: string | number | null): string {
  return value === null ? '' : ` ${name}="${escapeMarkup(String(value))}"`;
}

/** Links to the hubs, under the name that a format has for Atom's `link`. */
export function hubLinks(name: string, hubs: readonly string[]): string {
  return hubs.map((hub) => `<${name} rel="hub"${attribute('href', hub)}/>`).join('');
}
