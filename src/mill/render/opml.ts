// The list of all feeds, for import into a reader (OPML 2.0, opml.org/spec2.opml).
import { attribute, type FeedHead } from './feed.ts';
import { escapeMarkup } from '../text.ts';

export const OPML_PATH = 'feeds.opml';

/** @param feeds the merged feed first */
export function renderOpml(title: string, feeds: readonly FeedHead[]): Buffer {
  const outlines = feeds.map(({ title: text, self, alternate, language }) => {
    return (
      `<outline type="rss"${attribute('text', text)}${attribute('title', text)}` +
      `${attribute('xmlUrl', self.atom)}${attribute('htmlUrl', alternate)}${attribute('language', language)}/>`
    );
  });
  return Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0">\n<head><title>${escapeMarkup(title)}</title></head>\n` +
      `<body>\n${outlines.join('\n')}\n</body>\n</opml>\n`,
  );
}
