// JSON Feed 1.1 (jsonfeed.org/version/1.1).
//
// What is made up for (feed 6.0.0): the package writes version 1, which has one `author`, no languages and no
// times but in local forms; names, languages and version are put in, and titles are not escaped.
import type { Entry } from '../../article.ts';
import { blank, EntryForms, type FeedHead, packageHead } from './feed.ts';

const VERSION = 'https://jsonfeed.org/version/1.1';

export const ITEM_END = '}';

const forms = new EntryForms('json', (document, { summary }) => {
  const { items } = JSON.parse(document) as { items: Record<string, unknown>[] };
  // An item must have content, be it none.
  return JSON.stringify({
    ...items[0],
    title: blank('title'),
    ...(summary && { summary: blank('summary') }),
    content_html: blank('content'),
  });
});

/** One item, as JSON. */
export function renderItem(entry: Entry): string {
  const item = forms.fill(entry, {
    title: escapeString(entry.title),
    id: entry.id,
    link: escapeString(entry.link),
    updated: new Date(entry.updated).toISOString(),
    published: new Date(entry.published).toISOString(),
    summary: escapeString(entry.summary),
    content: escapeString(entry.html),
  });
  const more = JSON.stringify({
    ...(entry.picture && { image: entry.picture.url }),
    language: entry.language,
    authors: [...entry.authors, entry.outlet].map((name) => ({ name })),
  });
  return `${item.slice(0, -1)},${more.slice(1)}`;
}

/** What stands between the quotation marks. */
function escapeString(text: string): string {
  return JSON.stringify(text).slice(1, -1);
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
