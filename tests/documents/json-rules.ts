// What JSON Feed 1.1 asks of a document (jsonfeed.org/version/1.1).
import { isRfc3339, isWebAddress, repeated, type Rule } from './finding.ts';
import { htmlBreaches } from './html-rules.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface JsonDocument {
  readonly feed: Fields;
  /** Where it is served. */
  readonly url: string;
}

const FEED_FIELDS = new Set(
  `version title home_page_url feed_url description user_comment next_url icon favicon authors
   language expired hubs items`.split(/\s+/),
);
const ITEM_FIELDS = new Set(
  `id url external_url title content_html content_text summary image banner_image
   date_published date_modified authors tags language attachments`.split(/\s+/),
);
const URL_FIELDS = [
  'home_page_url',
  'feed_url',
  'next_url',
  'icon',
  'favicon',
  'url',
  'external_url',
  'image',
];

const itemsOf = ({ feed }: JsonDocument): Fields[] => feed['items'] as Fields[];
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Those of an object's fields that the standard does not know; extensions begin with `_` and are objects. */
function strangers(fields: Fields, known: ReadonlySet<string>): string[] {
  return Object.entries(fields)
    .filter(([name, value]) => {
      return name.startsWith('_') ? typeof value !== 'object' || value === null : !known.has(name);
    })
    .map(([name]) => name);
}

export const JSON_RULES: readonly Rule<JsonDocument>[] = [
  {
    name: 'version, title and items are there',
    source: 'JSON Feed 1.1, “Top-level”: required',
    breaches: ({ feed }) => [
      ...(feed['version'] === 'https://jsonfeed.org/version/1.1' ? [] : ['version']),
      ...(isText(feed['title']) ? [] : ['title']),
      ...(Array.isArray(feed['items']) ? [] : ['items']),
    ],
  },
  {
    name: 'feed_url is where the document is',
    source: 'JSON Feed 1.1, “Top-level”: feed_url serves as the unique identifier',
    breaches: ({ feed, url }) => (feed['feed_url'] === url ? [] : [String(feed['feed_url'])]),
  },
  {
    name: 'an id is a string, and no other item has it',
    source: 'JSON Feed 1.1, “Items”: id is required; unique for that feed',
    breaches: (document) => {
      const ids = itemsOf(document).map(({ id }) => id);
      return [...ids.filter((id) => !isText(id)).map(String), ...repeated(ids.map(String))];
    },
  },
  {
    name: 'an item has content_html or content_text, which are strings',
    source: 'JSON Feed 1.1, “Items”: one of them must be present',
    breaches: (document) =>
      itemsOf(document)
        .filter(({ content_html: html, content_text: text }) => typeof (html ?? text) !== 'string')
        .map(({ id }) => String(id)),
  },
  {
    name: 'addresses are addresses of the web',
    source: 'JSON Feed 1.1: full URLs',
    breaches: (document) =>
      [document.feed, ...itemsOf(document)].flatMap((fields) =>
        URL_FIELDS.flatMap((name) => {
          const value = fields[name];
          return value === undefined || (isText(value) && isWebAddress(value))
            ? []
            : [`${name} ${JSON.stringify(value)}`];
        }),
      ),
  },
  {
    name: 'dates are of RFC 3339',
    source: 'JSON Feed 1.1, “Items”: date_published, date_modified',
    breaches: (document) =>
      itemsOf(document)
        .flatMap((item) => [item['date_published'], item['date_modified']])
        .filter((date) => date !== undefined && !(isText(date) && isRfc3339(date)))
        .map(String),
  },
  {
    name: 'authors are a list of objects with something in each',
    source: 'JSON Feed 1.1, “authors”: author is deprecated',
    breaches: (document) =>
      [document.feed, ...itemsOf(document)].flatMap((fields) => {
        const { author, authors = [] } = fields;
        const right =
          Array.isArray(authors) &&
          (authors as Fields[]).every((each) => isText(each?.['name'] ?? each?.['url']));
        return author === undefined && right ? [] : [JSON.stringify(author ?? authors)];
      }),
  },
  {
    name: 'languages are tags of RFC 5646',
    source: 'JSON Feed 1.1, “language”',
    breaches: (document) =>
      [document.feed, ...itemsOf(document)]
        .map(({ language = 'und' }) => String(language))
        .filter((language) => !/^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/i.test(language)),
  },
  {
    name: 'titles and summaries are strings',
    source: 'JSON Feed 1.1, “Items”: plain text',
    breaches: (document) =>
      itemsOf(document)
        .flatMap((item) => [item['title'], item['summary']])
        .filter((text) => text !== undefined && !isText(text))
        .map((text) => JSON.stringify(text)),
  },
  {
    name: 'no field is of our own but extensions',
    source: 'JSON Feed 1.1, “Extensions”: a custom object begins with an underscore',
    breaches: (document) => [
      ...strangers(document.feed, FEED_FIELDS),
      ...itemsOf(document).flatMap((item) => strangers(item, ITEM_FIELDS)),
    ],
  },
  {
    name: 'content is safe and leads somewhere',
    source: 'as in the other formats',
    breaches: (document) =>
      itemsOf(document).flatMap(({ content_html: html = '' }) => htmlBreaches(String(html))),
  },
];
