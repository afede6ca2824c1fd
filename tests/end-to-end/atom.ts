// What a strict XML parser finds in an Atom document, read by the standard and not by our own code.
import { SaxesParser } from 'saxes';

export interface ReadEntry {
  readonly id: string;
  readonly title: string;
  readonly link: string;
  readonly published: string;
  readonly updated: string;
  readonly content: string;
}

const ATOM = 'http://www.w3.org/2005/Atom';
const MEDIA = 'http://search.yahoo.com/mrss/';
const HISTORY = 'http://purl.org/syndication/history/1.0';
const TOMBSTONES = 'http://purl.org/atompub/tombstones/1.0';
/** Atom's, Media RSS, RFC 5005's and RFC 6721's. */
const KNOWN = new Set([ATOM, MEDIA, HISTORY, TOMBSTONES]);
const TEXTS = new Set(['id', 'title', 'published', 'updated', 'content']);

/** The entries of a feed, in order. Throws at the first thing that is not well-formed. */
export function readEntries(xml: string): ReadEntry[] {
  const entries: Record<string, string>[] = [];
  const path: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  const append = (text: string): void => {
    const name = path[2];
    if (path.length !== 3 || path[1] !== 'entry' || !TEXTS.has(name!)) return;
    const entry = entries.at(-1)!;
    entry[name!] = (entry[name!] ?? '') + text;
  };
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (!KNOWN.has(uri)) throw new Error(`<${local}> is of an unknown name space`);
    path.push(local);
    if (path.join('/') === 'feed/entry') entries.push({});
    const page = path.join('/') === 'feed/entry/link' && attributes['rel']?.value === 'alternate';
    if (page) entries.at(-1)!['link'] = attributes['href']!.value;
  });
  parser.on('closetag', () => void path.pop());
  parser.on('text', append);
  parser.on('cdata', append);
  parser.write(xml).close();
  return entries as unknown as ReadEntry[];
}

export function titles(xml: string): string[] {
  return readEntries(xml).map(({ title }) => title);
}
