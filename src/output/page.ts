// The first page for people: what feeds there are, and what is newest.
import { type Document, type Format, FORMATS, MEDIA_TYPES } from '../article.ts';
import { escapeMarkup as escape } from '../mill/text.ts';

export interface PageFeed {
  readonly title: string;
  /** Relative to the page, without the extension that names the format. */
  readonly path: string;
  readonly articles: number;
  readonly language: string;
}

export interface PageHeadline {
  readonly title: string;
  readonly link: string;
  readonly outlet: string;
  readonly language: string;
  readonly published: number;
}

const NAMES: Readonly<Record<Format, string>> = { atom: 'Atom', rss: 'RSS', json: 'JSON Feed' };

export function renderPage(
  title: string,
  feeds: readonly PageFeed[],
  headlines: readonly PageHeadline[],
): Document {
  const alternates = feeds.flatMap((feed) =>
    FORMATS.map((format) => {
      const name = `${feed.title} (${NAMES[format]})`;
      return `<link rel="alternate" type="${MEDIA_TYPES[format]}" title="${escape(name)}" href="${escape(feed.path)}.${format}">`;
    }),
  );
  const list = feeds.map((feed) => {
    const links = FORMATS.map((format) => `<a href="${escape(feed.path)}.${format}">${NAMES[format]}</a>`);
    return (
      `<li><span lang="${escape(feed.language)}" dir="auto">${escape(feed.title)}</span> (${feed.articles}): ` +
      `${links.join(', ')}</li>`
    );
  });
  const newest = headlines.map(({ title: headline, link, outlet, language, published }) => {
    const date = new Date(published).toISOString();
    return (
      `<li lang="${escape(language)}" dir="auto"><a href="${escape(link)}" rel="noreferrer">${escape(headline)}</a> ` +
      `<small>${escape(outlet)}, <time datetime="${date}">${date.slice(0, 10)}</time></small></li>`
    );
  });
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
${alternates.join('\n')}
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<h2>Feeds</h2>
<p>Copy an address into your feed reader, or <a href="feeds.opml">import the list of all feeds</a>.</p>
<ul>
${list.join('\n')}
</ul>
<h2>Newest</h2>
<ol>
${newest.join('\n')}
</ol>
</main>
</body>
</html>
`;
  return { path: 'index.html', body: Buffer.from(html) };
}
