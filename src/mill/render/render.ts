// Entries and heads → feeds in every format, the bytes of an entry made once and joined as they are.
import {
  type Document,
  type DocumentEntry,
  type Entry,
  type Format,
  FORMATS,
  type RenderedEntry,
} from '../../article.ts';
import * as atom from './atom.ts';
import type { FeedHead } from './feed.ts';
import * as json from './json.ts';
import * as rss from './rss.ts';

export type { Addresses, FeedHead, Tombstone } from './feed.ts';
export { languageOfEntry } from './atom.ts';

interface Renderer {
  readonly entry: (entry: Entry) => string;
  /** What names the feed that an entry comes from; it stands before the entry's end. */
  readonly source: (head: FeedHead) => string;
  readonly entryEnd: string;
  readonly head: (head: FeedHead) => { open: string; close: string };
  /** Between entries. */
  readonly separator: string;
}

const RENDERERS: Readonly<Record<Format, Renderer>> = {
  atom: {
    entry: atom.renderEntry,
    source: atom.renderSource,
    entryEnd: atom.ENTRY_END,
    head: atom.renderHead,
    separator: '\n',
  },
  rss: {
    entry: rss.renderItem,
    source: rss.renderSource,
    entryEnd: rss.ITEM_END,
    head: rss.renderHead,
    separator: '\n',
  },
  json: {
    entry: json.renderItem,
    source: json.renderSource,
    entryEnd: json.ITEM_END,
    head: json.renderHead,
    separator: ',\n',
  },
};

export function renderEntry(entry: Entry): RenderedEntry {
  return eachFormat((format) => Buffer.from(RENDERERS[format].entry(entry)));
}

/** What names a feed in the entries that come from it, where they stand in another. Once for all of them. */
export function renderSource(head: FeedHead): RenderedEntry {
  return eachFormat((format) => Buffer.from(RENDERERS[format].source(head)));
}

/** `entry` as it stands in a feed that it does not come from. Where it was never rendered, it is not there either. */
export function withSource(entry: RenderedEntry, source: RenderedEntry): RenderedEntry {
  return eachFormat((format) => {
    const bytes = entry[format];
    const end = Buffer.from(RENDERERS[format].entryEnd);
    return bytes.length === 0 ? bytes : Buffer.concat([bytes.subarray(0, -end.length), source[format], end]);
  });
}

/** An entry of a feed, and what tells a later version of it from this one. */
export interface KeyedEntry {
  readonly key: string;
  readonly entry: RenderedEntry;
}

/** A feed: its entries are joined as they are, and never become strings again. */
export function renderDocument(
  format: Format,
  head: FeedHead,
  entries: readonly KeyedEntry[],
): Required<Omit<Document, 'path'>> {
  const renderer = RENDERERS[format];
  const { open, close } = renderer.head(head);
  const separator = Buffer.from(renderer.separator);
  const parts: Buffer[] = [Buffer.from(open)];
  const places: DocumentEntry[] = [];
  let position = parts[0]!.length;
  for (const { key, entry } of entries) {
    const bytes = entry[format];
    if (bytes.length === 0) continue;
    if (places.length > 0) {
      parts.push(separator);
      position += separator.length;
    }
    parts.push(bytes);
    places.push({ key, start: position, end: position + bytes.length });
    position += bytes.length;
  }
  parts.push(Buffer.from((places.length > 0 ? '\n' : '') + close));
  return { body: Buffer.concat(parts), entries: places };
}

/** The size of an entry, or of what names its feed, where it is largest. bytes */
export function sizeOf(entry: RenderedEntry): number {
  return Math.max(...FORMATS.map((format) => entry[format].length));
}

/** The size of a document without entries where it is largest. bytes */
export function headSize(head: FeedHead): number {
  return Math.max(...FORMATS.map((format) => renderDocument(format, head, []).body.length));
}

/** What stands between two entries at most. bytes */
export const SEPARATOR_SIZE = 2;

function eachFormat<T>(make: (format: Format) => T): Record<Format, T> {
  return { atom: make('atom'), rss: make('rss'), json: make('json') };
}
