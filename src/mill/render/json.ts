// JSON Feed 1.1 (jsonfeed.org/version/1.1).
//
// What is made up for (feed 6.0.0): the package writes version 1, which has one `author`, no languages and no
// times but in local forms; names, languages and version are put in, and titles are not escaped.
import type { Entry } from '../../article.ts';
import { type FeedHead, packageEntry, packageHead } from './feed.ts';

const VERSION = 'https://jsonfeed.org/version/1.1';

export const ITEM_END = '}';

/** One item, as JSON. */
export function renderItem(entry: Entry): string {
  const { items } = JSON.parse(packageEntry(entry, 'json').json()) as { items: Record<string, unknown>[] };
  return JSON.stringify({
    ...items[0],
    title: entry.title,
    ...(entry.summary && { summary: entry.summary }),
    // An item must have content, be it none.
    content_html: entry.html,
    ...(entry.picture && { image: entry.picture.url }),
    language: entry.language,
    authors: [...entry.authors, entry.outlet].map((name) => ({ name })),
  });
}

/** Names the feed which an item comes from; the format has no word for that but an extension. */
export function renderSource(head: FeedHead): string {
  const source = { title: head.title, url: head.alternate, feed_url: head.self.json };
  return `,"_feedmill":${JSON.stringify({ source })}`;
}

/** A document's head and foot; items go between them, with commas. */
export function renderHead(head: FeedHead): { open: string; close: string } {
  const packaged = JSON.parse(packageHead(head, 'json').json()) as Record<string, unknown>;
  const { items: _, version: __, ...rest } = packaged;
  const document = JSON.stringify({
    version: VERSION,
    feed_url: head.self.json,
    ...(head.previous && { next_url: head.previous.json }),
    ...rest,
    ...(head.about.icon && { favicon: head.about.icon }),
    language: head.language,
    ...(head.hubs.length > 0 && { hubs: head.hubs.map((url) => ({ type: 'WebSub', url })) }),
  });
  return { open: `${document.slice(0, -1)},"items":[\n`, close: ']}\n' };
}
