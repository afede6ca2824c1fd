// Programs that people read feeds with, and what each makes of a feed of the running daemon.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseFeed } from '@rowanmanning/feed-parser';
import { decodeHTML } from 'entities';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import RssParser from 'rss-parser';
import type { Format } from '../../src/article.ts';
import type { ReadItem } from './articles.ts';
import { NEWSBOAT, readWithNewsboat } from './newsboat.ts';

export interface Client {
  readonly name: string;
  /** Of Debian; those of npm are always there. */
  readonly debian?: { readonly package: string; readonly program: string };
  readonly formats: readonly Format[];
  /** The items of the feed at `url`, in the client's own order. */
  readonly read: (url: string, format: Format) => Promise<readonly ReadItem[]>;
  /** What it is known to make of an item, where that is not the item as it was published. */
  readonly alters?: (item: ReadItem) => ReadItem;
}

const seconds = (date: Date | string | null | undefined): number =>
  new Date(date ?? Number.NaN).getTime() / 1000;

async function bodyOf(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}

async function readWithFeedsmith(url: string, format: Format): Promise<ReadItem[]> {
  const body = await bodyOf(url);
  switch (format) {
    case 'atom':
      return (parseAtomFeed(body).entries ?? []).map((entry) => ({
        id: entry.id ?? '',
        title: entry.title?.value ?? '',
        link: entry.links?.find(({ rel }) => rel === 'alternate')?.href ?? '',
        published: seconds(entry.published),
        content: entry.content?.value ?? '',
      }));
    case 'rss':
      return (parseRssFeed(body).items ?? []).map((item) => ({
        id: item.guid?.value ?? '',
        title: item.title ?? '',
        link: item.link ?? '',
        published: seconds(item.pubDate),
        content: item.content?.encoded ?? '',
      }));
    case 'json':
      return (parseJsonFeed(body).items ?? []).map((item) => ({
        id: item.id ?? '',
        title: item.title ?? '',
        link: item.url ?? '',
        published: seconds(item.date_published),
        content: item.content_html ?? '',
      }));
  }
}

async function readWithRssParser(url: string, format: Format): Promise<ReadItem[]> {
  const { items } = await new RssParser<object, { id?: string; 'content:encoded'?: string }>().parseURL(url);
  return items.map((item) => ({
    id: (format === 'atom' ? item.id : item.guid) ?? '',
    title: item.title ?? '',
    link: item.link ?? '',
    published: seconds(item.pubDate),
    content: (format === 'atom' ? item.content : item['content:encoded']) ?? '',
  }));
}

async function readWithFeedParser(url: string): Promise<ReadItem[]> {
  return parseFeed(await bodyOf(url)).items.map((item) => ({
    id: item.id ?? '',
    title: item.title ?? '',
    link: item.url ?? '',
    published: seconds(item.published),
    content: item.content ?? '',
  }));
}

const PYTHON = '/usr/bin/python3';

async function readWithPython(url: string): Promise<ReadItem[]> {
  const { stdout } = await promisify(execFile)(PYTHON, [join(import.meta.dirname, 'read-feed.py'), url]);
  return JSON.parse(stdout) as ReadItem[];
}

const SFEED = '/usr/bin/sfeed';

/** A line an item, with tabs between the fields (sfeed(1)). */
async function readWithSfeed(url: string): Promise<ReadItem[]> {
  const body = await bodyOf(url);
  const run = promisify(execFile)(SFEED, []);
  run.child.stdin!.end(body);
  const { stdout } = await run;
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [time, title = '', link = '', content = '', , id = ''] = line.split('\t');
      return { id, title, link, published: Number(time), content: unescaped(content) };
    });
}

function unescaped(field: string): string {
  return field.replace(/\\([tn\\])/g, (_, sign: string) => ({ t: '\t', n: '\n' })[sign] ?? '\\');
}

export const CLIENTS: readonly Client[] = [
  {
    name: 'newsboat',
    debian: { package: 'newsboat', program: NEWSBOAT },
    formats: ['atom', 'rss'],
    read: readWithNewsboat,
  },
  {
    name: 'sfeed',
    debian: { package: 'sfeed', program: SFEED },
    formats: ['atom', 'rss'],
    read: readWithSfeed,
  },
  {
    name: 'feedparser (Python)',
    debian: {
      package: 'python3-feedparser',
      program: '/usr/lib/python3/dist-packages/feedparser/__init__.py',
    },
    formats: ['atom', 'rss'],
    read: readWithPython,
  },
  { name: 'feedsmith', formats: ['atom', 'rss', 'json'], read: readWithFeedsmith },
  { name: 'rss-parser', formats: ['atom', 'rss'], read: readWithRssParser },
  {
    name: '@rowanmanning/feed-parser',
    formats: ['atom', 'rss'],
    read: readWithFeedParser,
    // It decodes character references once more than XML does, in CDATA sections too (version 2.1.5).
    alters: (item) => ({ ...item, title: decodeHTML(item.title), content: decodeHTML(item.content) }),
  },
];

export function isInstalled({ debian }: Client): boolean {
  return debian === undefined || existsSync(debian.program);
}
