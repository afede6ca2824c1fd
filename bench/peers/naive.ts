// The script one writes in an hour: read everything, tidy everything, keep what is newest, write the feeds.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'cheerio';
import { Feed, type Item } from 'feed';

const ENTRIES = 100;
const [seeds, output] = process.argv.slice(2) as [string, string];

const articles = new Map<string, Item>();
for (const name of readdirSync(seeds)) {
  const text = readFileSync(join(seeds, name), 'utf8');
  const [, time, title, link, body] =
    /^<!--(\d+)-->\n\[([\s\S]*?)\]\((\S+)\)\n-+\n([\s\S]*)$/.exec(text) ?? [];
  if (time === undefined) continue;
  const $ = load(body!, {}, false);
  $('script, style, iframe').remove();
  $('a[href]').each(
    (_, element) => void $(element).attr('href', new URL($(element).attr('href')!, link).href),
  );
  $('img[src]').each(
    (_, element) => void $(element).attr('src', new URL($(element).attr('src')!, link).href),
  );
  articles.set(link!, {
    title: title!,
    id: link!,
    link: link!,
    date: new Date(Number(time)),
    content: $.html(),
  });
}

const newest = [...articles.values()].sort((a, b) => b.date.getTime() - a.date.getTime());
const outlets = Map.groupBy(newest, ({ link }) => new URL(link).hostname);
mkdirSync(output, { recursive: true });
for (const [name, items] of [['feed', newest] as const, ...outlets]) {
  const feed = new Feed({ title: name, id: `https://feeds.example/${name}`, copyright: '' });
  for (const item of items.slice(0, ENTRIES)) feed.addItem(item);
  writeFileSync(join(output, `${name}.atom`), feed.atom1());
  writeFileSync(join(output, `${name}.rss`), feed.rss2());
  writeFileSync(join(output, `${name}.json`), feed.json1());
}
