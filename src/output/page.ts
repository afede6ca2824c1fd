// The first page for people: what feeds there are, and what is newest.
import type { Document } from '../article.ts';
import { escapeMarkup as escape } from '../mill/text.ts';

export interface PageFeed {
  readonly title: string;
  /** Relative to the page. */
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

export function renderPage(
  title: string,
  feeds: readonly PageFeed[],
  headlines: readonly PageHeadline[],
): Document {
  const alternates = feeds.map(
    (feed) =>
      `<link rel="alternate" type="application/atom+xml" title="${escape(feed.title)}" href="${escape(feed.path)}">`,
  );
  const list = feeds.map(
    (feed) =>
      `<li><a href="${escape(feed.path)}" lang="${escape(feed.language)}">${escape(feed.title)}</a> (${feed.articles})</li>`,
  );
  const newest = headlines.map(({ title: headline, link, outlet, language, published }) => {
    const date = new Date(published).toISOString();
    return (
      `<li lang="${escape(language)}"><a href="${escape(link)}" rel="noreferrer">${escape(headline)}</a> ` +
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
<p>Copy an address into your feed reader.</p>
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
