// RSS 2.0 (rssboard.org/rss-specification), with the namespaces that readers know: content, dc, atom, sy, media.
//
// What is made up for (feed 6.0.0): titles come as HTML and are made the plain text they are; an `<author>` must be
// a mail address, so names stand in `dc:creator`; `atom:link rel="self"` names the RSS document itself;
// languages, sources, pictures and the time of the last change are put in.
import { type Entry, MEDIA_TYPES, type Picture } from '../../article.ts';
import { escapeMarkup } from '../text.ts';
import {
  type Addresses,
  asPlainText,
  attribute,
  EntryForms,
  type FeedAbout,
  type FeedHead,
  hubLinks,
  packageHead,
  styled,
  xmlFilling,
} from './feed.ts';

const XMLNS = {
  atom: 'http://www.w3.org/2005/Atom',
  content: 'http://purl.org/rss/1.0/modules/content/',
  dc: 'http://purl.org/dc/elements/1.1/',
  media: 'http://search.yahoo.com/mrss/',
  fh: 'http://purl.org/syndication/history/1.0',
  sy: 'http://purl.org/rss/1.0/modules/syndication/',
};

export const ITEM_END = '</item>';

const forms = new EntryForms('rss', (document) => {
  const start = document.indexOf('<item>') + '<item>'.length;
  return asPlainText(document.slice(start, document.lastIndexOf(ITEM_END)));
});

/** One `<item>`, without the white space around it. */
export function renderItem(entry: Entry): string {
  const whole = forms.fill(
    entry,
    xmlFilling(entry, (date) => date.toUTCString()),
  );
  const creators = [...entry.authors, entry.outlet].map(
    (name) => `<dc:creator>${escapeMarkup(name)}</dc:creator>`,
  );
  return (
    `<item>${whole}${creators.join('')}` +
    `<dc:language>${escapeMarkup(entry.language)}</dc:language>` +
    `<atom:updated>${new Date(entry.updated).toISOString()}</atom:updated>${renderPicture(entry.picture)}${ITEM_END}`
  );
}

/** An enclosure's length must be said and is not known; its type must be said too. */
function renderPicture(picture: Picture | null): string {
  if (picture === null) return '';
  const { url, type, width, height } = picture;
  const size = attribute('width', width) + attribute('height', height);
  const enclosure =
    type === null ? '' : `<enclosure${attribute('url', url)} length="0"${attribute('type', type)}/>`;
  return `${enclosure}<media:thumbnail${attribute('url', url)}${size}/>`;
}

/** The `<source>` that names the feed which an item comes from. */
export function renderSource(head: FeedHead): string {
  return `<source${attribute('url', head.self.rss)}>${escapeMarkup(head.title)}</source>`;
}

/** A document's head and foot; items go between them. */
export function renderHead(head: FeedHead): { open: string; close: string } {
  const document = packageHead(head, 'rss').rss();
  const namespaces = Object.entries(XMLNS).map(([name, uri]) => attribute(`xmlns:${name}`, uri));
  const open = document
    .slice(0, document.lastIndexOf('</channel>'))
    // The package declares only what its items need.
    .replace(/<rss [^>]*>/, `<rss version="2.0"${namespaces.join('')}>`)
    .replace('<generator>feedmill<', () => `<generator>feedmill ${escapeMarkup(head.version)}<`);
  return {
    open:
      styled(open, 'rss', head) +
      hubLinks('atom:link', head.hubs) +
      renderAbout(head.about) +
      renderHistory(head),
    close: '</channel></rss>\n',
  };
}

/** Where the rest of the feed is (RFC 5005 §4, whose links stand in RSS as Atom's). */
function renderHistory({ previous, current }: FeedHead): string {
  const link = (rel: string, addresses: Addresses | null): string =>
    addresses === null
      ? ''
      : `<atom:link rel="${rel}" type="${MEDIA_TYPES.rss}"${attribute('href', addresses.rss)}/>`;
  return `${link('prev-archive', previous)}${link('current', current)}${current ? '<fh:archive/>' : ''}`;
}

/** Categories, and how often the feed changes (RSS syndication module). */
function renderAbout({ categories, ttl }: FeedAbout): string {
  const frequency = Math.max(1, Math.round(60 / ttl));
  return (
    categories.map((category) => `<category>${escapeMarkup(category)}</category>`).join('') +
    `<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>${frequency}</sy:updateFrequency>`
  );
}
