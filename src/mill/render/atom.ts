// Atom (RFC 4287).
//
// What is made up for (feed 6.0.0): titles and summaries come as HTML and are made the plain text they
// are; rel and type on links, xml:lang, the generator's version and atom:source are put in.
import { type Entry, MEDIA_TYPES, type Picture } from '../../article.ts';
import { escapeMarkup } from '../text.ts';
import {
  type Addresses,
  asPlainText,
  attribute,
  EntryForms,
  type FeedHead,
  hubLinks,
  packageHead,
  styled,
  type Tombstone,
  xmlFilling,
} from './feed.ts';

const XMLNS = 'http://www.w3.org/2005/Atom';
const XMLNS_OF_EXTENSIONS = {
  media: 'http://search.yahoo.com/mrss/',
  /** Feed history (RFC 5005). */
  fh: 'http://purl.org/syndication/history/1.0',
  /** Tombstones (RFC 6721). */
  at: 'http://purl.org/atompub/tombstones/1.0',
};

export const ENTRY_END = '</entry>';

const forms = new EntryForms('atom', (document) => {
  const start = document.indexOf('<entry>') + '<entry>'.length;
  return asPlainText(document.slice(start, document.lastIndexOf(ENTRY_END))).replace(
    '<link href=',
    '<link rel="alternate" type="text/html" href=',
  );
});

/** One `<entry>`, without the white space around it. */
export function renderEntry(entry: Entry): string {
  const names = [...entry.authors, entry.outlet].map(escapeMarkup);
  const whole = forms.fill(
    entry,
    xmlFilling(entry, (date) => date.toISOString()),
    names,
  );
  return `<entry xml:lang="${escapeMarkup(entry.language)}">${whole}${renderPicture(entry.picture)}${ENTRY_END}`;
}

/** The language of an entry as {@link renderEntry} writes it. BCP 47 */
export function languageOfEntry(entry: Buffer): string {
  return /^<entry xml:lang="([^"]*)"/.exec(entry.toString('latin1', 0, 80))?.[1] ?? 'und';
}

/** What readers show beside a headline (Media RSS 1.5.1), and what they may fetch (RFC 4287 §4.2.7.2). */
function renderPicture(picture: Picture | null): string {
  if (picture === null) return '';
  const { url, type, width, height } = picture;
  const size = attribute('width', width) + attribute('height', height);
  return (
    `<link rel="enclosure"${attribute('type', type)}${attribute('href', url)}/>` +
    `<media:thumbnail${attribute('url', url)}${size}/>`
  );
}

/**
 * The atom:source that names the feed which an entry comes from (§4.2.11); its authors are left out, for each
 * entry names its own.
 */
export function renderSource(head: FeedHead): string {
  return (
    `<source xml:lang="${escapeMarkup(head.language)}"><id>${escapeMarkup(head.id)}</id>` +
    `<title>${escapeMarkup(head.title)}</title><updated>${new Date(head.updated).toISOString()}</updated>` +
    `<link rel="self" type="${MEDIA_TYPES.atom}" href="${escapeMarkup(head.self.atom)}"/>` +
    `<link rel="alternate" type="text/html" href="${escapeMarkup(head.alternate)}"/></source>`
  );
}

/** A document's head and foot; entries go between them. */
export function renderHead(head: FeedHead): { open: string; close: string } {
  const document = packageHead(head, 'atom').atom();
  const namespaces = Object.entries(XMLNS_OF_EXTENSIONS).map(([name, uri]) =>
    attribute(`xmlns:${name}`, uri),
  );
  const open = document
    .slice(0, document.lastIndexOf('</feed>'))
    .replace(
      `<feed xmlns="${XMLNS}"`,
      `<feed xmlns="${XMLNS}"${namespaces.join('')} xml:lang="${escapeMarkup(head.language)}"`,
    )
    .replace('<generator>', () => `<generator version="${escapeMarkup(head.version)}">`)
    .replace('<link rel="self"', `<link rel="self" type="${MEDIA_TYPES.atom}"`)
    .replace('<link rel="alternate"', '<link rel="alternate" type="text/html"');
  const categories = head.about.categories.map((term) => `<category${attribute('term', term)}/>`);
  // Behind the first entry the schema of RFC 4287 allows nothing but entries.
  const deleted = head.deleted.map(renderTombstone);
  return {
    open:
      styled(open, 'feed', head) +
      hubLinks('link', head.hubs) +
      categories.join('') +
      renderHistory(head) +
      deleted.join(''),
    close: '</feed>\n',
  };
}

/** Where the rest of the feed is (RFC 5005 §4). */
function renderHistory({ previous, current }: FeedHead): string {
  const link = (rel: string, addresses: Addresses | null): string =>
    addresses === null
      ? ''
      : `<link rel="${rel}" type="${MEDIA_TYPES.atom}"${attribute('href', addresses.atom)}/>`;
  return `${link('prev-archive', previous)}${link('current', current)}${current ? '<fh:archive/>' : ''}`;
}

/** Tells that an entry is gone (RFC 6721 §3). */
function renderTombstone({ id, when }: Tombstone): string {
  return `<at:deleted-entry${attribute('ref', id)} when="${new Date(when).toISOString()}"/>`;
}
