// Feeds in every format, as a strict reader has them.
import { SaxesParser } from 'saxes';
import type { Format } from '../../src/article.ts';

export interface ReadEntry {
  readonly id: string;
  readonly link: string;
  readonly title: string;
  readonly content: string;
  /** ms */
  readonly updated: number;
}

export interface ReadDocument {
  readonly entries: readonly ReadEntry[];
  /** Ids of what was withdrawn (RFC 6721): Atom alone tells them. */
  readonly deleted: readonly string[];
  /** The document of the archive before this one (RFC 5005). */
  readonly previous: string | null;
}

/** The last words of an entry's content; '' if they are not there. */
export function entryOf({ content }: ReadEntry): string {
  return /末 (\S+)。<\/p>$/.exec(content)?.[1] ?? '';
}

export function readDocument(format: Format, text: string): ReadDocument {
  return format === 'json' ? readJson(text) : readXml(text);
}

function readJson(text: string): ReadDocument {
  const { items, next_url: previous = null } = JSON.parse(text) as {
    items: Record<'id' | 'url' | 'title' | 'content_html' | 'date_modified', string>[];
    next_url?: string;
  };
  const entries = items.map(({ id, url, title, content_html: content, date_modified: modified }) => {
    return { id, link: url, title, content, updated: Date.parse(modified) };
  });
  return { entries, deleted: [], previous };
}

/** Where Atom and RSS have what; the names of elements do not collide. */
const FIELDS: Readonly<Record<string, keyof ReadEntry>> = {
  id: 'id',
  guid: 'id',
  title: 'title',
  link: 'link',
  content: 'content',
  'content:encoded': 'content',
  updated: 'updated',
  'atom:updated': 'updated',
};

function readXml(text: string): ReadDocument {
  const found: Record<string, string>[] = [];
  const deleted: string[] = [];
  const path: string[] = [];
  let previous: string | null = null;
  const parser = new SaxesParser({ xmlns: true });
  // Of the entry itself, and not of the feed that it comes from.
  const inEntry = (): boolean => path.length > 1 && /^(?:entry|item)$/.test(path.at(-2)!);
  const append = (part: string): void => {
    const field = FIELDS[path.at(-1) ?? ''];
    if (field === undefined || !inEntry()) return;
    const entry = found.at(-1)!;
    entry[field] = (entry[field] ?? '') + part;
  };
  parser.on('opentag', ({ name, local, attributes }) => {
    path.push(name);
    const value = (attribute: string): string | undefined => attributes[attribute]?.value;
    if (name === 'entry' || name === 'item') found.push({});
    if (name === 'at:deleted-entry') deleted.push(value('ref')!);
    if (local === 'link' && value('rel') === 'prev-archive') previous = value('href')!;
    if (name === 'link' && inEntry() && value('rel') === 'alternate') append(value('href')!);
  });
  parser.on('closetag', () => void path.pop());
  parser.on('text', append);
  parser.on('cdata', append);
  parser.write(text).close();
  const entries = found.map(({ id = '', link = '', title = '', content = '', updated = '' }) => {
    return { id, link, title, content, updated: Date.parse(updated) };
  });
  return { entries, deleted, previous };
}
