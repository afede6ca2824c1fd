// Entries and heads → documents of one or no entry, in each format. Owns the `feed` package.
//
// An entry is rendered once per version of it, a document is its head and its entries joined: the package is
// therefore given no entry, or one of blanks, which makes a form for all entries of its shape. What it makes is taken
// apart by the file of each format, which also makes up for what the package lacks there.
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

/** Where one entry differs from another of its shape. The package takes each for the text, URL or time that it stands for. */
type Blank = 'title' | 'id' | 'link' | 'updated' | 'published' | 'summary' | 'content' | `name${number}`;

/** What stands there, as the format writes it. */
export type Filling = Readonly<Record<Exclude<Blank, `name${number}`>, string>>;

export function blank(name: Blank): string {
  return `blank:${name}`;
}
const BLANKS = /blank:(\w+)/;

class BlankTime extends Date {
  readonly #name: Blank;

  constructor(name: Blank) {
    super();
    this.#name = name;
  }

  override toISOString(): string {
    return blank(this.#name);
  }

  override toUTCString(): string {
    return blank(this.#name);
  }
}

/**
 * Entries as the package writes them: it makes a form for each shape that an entry may have, once, and the entry is written into
 * that. The package itself takes a quarter of a millisecond for an entry, and copies every text several times.
 */
export class EntryForms {
  readonly #format: Format;
  readonly #finish: (document: string, entry: Entry) => string;
  /** Texts and, between them, the names of blanks. By shape. */
  readonly #forms = new Map<string, readonly string[]>();

  /** @param finish takes an entry with its blanks out of a document, whose head is of no use; it is of the same shape as `entry` */
  constructor(format: Format, finish: (document: string, entry: Entry) => string) {
    this.#format = format;
    this.#finish = finish;
  }

  /** @param names as the format writes them, where it leaves them to the package */
  fill(entry: Entry, filling: Filling, names: readonly string[] = []): string {
    const shape = `${names.length} ${entry.title !== ''} ${entry.summary !== ''} ${entry.html !== ''}`;
    let form = this.#forms.get(shape);
    if (form === undefined) {
      form = this.#finish(packageBlank(entry, names, this.#format), entry).split(BLANKS);
      this.#forms.set(shape, form);
    }
    const texts: Readonly<Record<string, string>> = {
      ...filling,
      ...Object.fromEntries(names.map((name, i) => [`name${i}`, name])),
    };
    return form.map((text, i) => (i % 2 === 0 ? text : texts[text]!)).join('');
  }
}

function packageBlank(entry: Entry, names: readonly string[], format: Format): string {
  const feed = new Feed({ title: '', generator: false, updated: new Date(0) });
  feed.addItem({
    title: entry.title && blank('title'),
    id: blank('id'),
    link: blank('link'),
    date: new BlankTime('updated'),
    published: new BlankTime('published'),
    ...(names.length > 0 && { author: names.map((_, i) => ({ name: blank(`name${i}`) })) }),
    ...(entry.summary && { description: blank('summary') }),
    ...(entry.html && { content: blank('content') }),
  });
  return packaged(feed)[format]();
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

/** What an entry says of itself, as XML writes it. Its content stands in CDATA, and holds nothing that ends it (sanitise.ts). */
export function xmlFilling(entry: Entry, time: (date: Date) => string): Filling {
  return {
    title: escapeMarkup(entry.title),
    id: entry.id,
    link: escapeMarkup(new URL(entry.link).href),
    updated: time(new Date(entry.updated)),
    published: time(new Date(entry.published)),
    summary: escapeMarkup(entry.summary),
    content: entry.html,
  };
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
