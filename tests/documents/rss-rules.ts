// What RSS 2.0 (rssboard.org/rss-specification), the RSS Advisory Board's profile of it, the modules in use, and
// the W3C feed validator ask of a document.
import { ATOM, type Element } from '../mill/xml.ts';
import { isAbsolute, isRfc3339, isRfc822, isWebAddress, repeated, type Rule } from './finding.ts';
import { htmlBreaches } from './html-rules.ts';

export interface RssDocument {
  readonly rss: Element;
  /** Where it is served. */
  readonly url: string;
}

const CONTENT = 'http://purl.org/rss/1.0/modules/content/';
const DUBLIN_CORE = 'http://purl.org/dc/elements/1.1/';
const NAMESPACES = new Set([
  '',
  ATOM,
  CONTENT,
  DUBLIN_CORE,
  'http://search.yahoo.com/mrss/',
  'http://purl.org/rss/1.0/modules/syndication/',
  'http://purl.org/syndication/history/1.0',
  'http://purl.org/atompub/tombstones/1.0',
]);

/** So few elements, and so few attributes, has the core (UndefinedElement). */
const ITEM_ELEMENTS = new Set(
  `title link description author category comments enclosure guid pubDate source`.split(/\s+/),
);

function named(element: Element, name: string, namespace = ''): Element[] {
  return element.children.filter((each) => each.name === name && each.namespace === namespace);
}
const texts = (element: Element, name: string, namespace = ''): string[] =>
  named(element, name, namespace).map(({ text }) => text);
const channelOf = ({ rss }: RssDocument): Element => named(rss, 'channel')[0]!;
const itemsOf = (document: RssDocument): Element[] => named(channelOf(document), 'item');

function everyElement(element: Element): Element[] {
  return [element, ...element.children.flatMap(everyElement)];
}

/** Of each of `names`, one that is not blank. */
function missing(element: Element, names: readonly string[]): string[] {
  return names.filter((name) => {
    const found = texts(element, name);
    return found.length !== 1 || found[0]!.trim() === '';
  });
}

export const RSS_RULES: readonly Rule<RssDocument>[] = [
  {
    name: 'it is RSS 2.0 with one channel',
    source: 'RSS 2.0, “What is RSS?”',
    breaches: ({ rss }) =>
      rss.name === 'rss' && rss.attributes['version'] === '2.0' && named(rss, 'channel').length === 1
        ? []
        : [`<${rss.name} version="${rss.attributes['version']}">`],
  },
  {
    name: 'the channel has what it must, once',
    source: 'RSS 2.0, “Required channel elements”; MissingElement, DuplicateElement',
    breaches: (document) => missing(channelOf(document), ['title', 'link', 'description', 'lastBuildDate']),
  },
  {
    name: 'the channel says how long it keeps',
    source: 'RSS 2.0, “<ttl>”: a number of minutes; InvalidInteger',
    breaches: (document) => texts(channelOf(document), 'ttl').filter((text) => !/^[1-9]\d*$/.test(text)),
  },
  {
    name: 'the channel names its language',
    source: 'RSS 2.0, “Optional channel elements”; InvalidLanguage',
    breaches: (document) => {
      const languages = texts(channelOf(document), 'language');
      return languages.length === 1 && /^[a-z]{1,8}(?:-[a-z0-9]{1,8})*$/i.test(languages[0]!)
        ? []
        : [languages.join()];
    },
  },
  {
    name: 'one self link, and it is where the document is',
    source: 'RSS profile, “atom:link”; MissingAtomSelfLink, SelfDoesntMatchLocation',
    breaches: (document) => {
      const self = named(channelOf(document), 'link', ATOM)
        .map(({ attributes }) => attributes)
        .filter(({ rel }) => rel === 'self');
      const right = self[0]?.['href'] === document.url && self[0]['type'] === 'application/rss+xml';
      return self.length === 1 && right ? [] : [self.map(({ href }) => href).join(' ')];
    },
  },
  {
    name: 'dates are of RFC 822',
    source: 'RSS 2.0; InvalidRFC2822Date, ProblematicalRFC822Date',
    breaches: ({ rss }) =>
      everyElement(rss)
        .filter(({ name, namespace }) => ['pubDate', 'lastBuildDate'].includes(name) && namespace === '')
        .flatMap(({ text }) => (isRfc822(text) ? [] : [text])),
  },
  {
    name: 'atom:updated is of RFC 3339',
    source: 'RFC 4287 §3.3; InvalidRFC3339Date',
    breaches: ({ rss }) =>
      everyElement(rss)
        .filter(({ name, namespace }) => name === 'updated' && namespace === ATOM)
        .flatMap(({ text }) => (isRfc3339(text) ? [] : [text])),
  },
  {
    name: 'an item has a guid that is no address, and no other item has it',
    source: 'RSS 2.0, “<guid>”; MissingGuid, InvalidHttpGUID, DuplicateValue',
    breaches: (document) => {
      const guids = itemsOf(document).map((item) => named(item, 'guid'));
      const wrong = guids.filter(([guid, ...others]) => {
        return others.length > 0 || guid?.attributes['isPermaLink'] !== 'false' || !isAbsolute(guid.text);
      });
      return [
        ...wrong.map((each) => each.map(({ text }) => text).join() || 'none'),
        ...repeated(guids.flatMap((each) => each.map(({ text }) => text))),
      ];
    },
  },
  {
    name: 'an item has a title, or a description',
    source: 'RSS 2.0, “Elements of <item>”; MissingElement',
    breaches: (document) =>
      itemsOf(document)
        .filter((item) => [...texts(item, 'title'), ...texts(item, 'description')].join('').trim() === '')
        .flatMap((item) => texts(item, 'guid')),
  },
  {
    name: 'an item has one title, link and date',
    source: 'RSS profile; MissingElement, DuplicateElement',
    breaches: (document) => itemsOf(document).flatMap((item) => missing(item, ['title', 'link', 'pubDate'])),
  },
  {
    name: 'links are addresses of the web',
    source: 'RSS 2.0, “Comments”; InvalidFullLink',
    breaches: (document) =>
      [channelOf(document), ...itemsOf(document)]
        .flatMap((element) => texts(element, 'link'))
        .filter((link) => !isWebAddress(link)),
  },
  {
    name: 'an author is a dc:creator',
    source: 'RSS profile, “<author>”: a mail address; InvalidContact, MissingDCCreator',
    breaches: (document) =>
      itemsOf(document).flatMap((item) => [
        ...texts(item, 'author'),
        ...(texts(item, 'creator', DUBLIN_CORE).join('').trim() === '' ? ['none'] : []),
      ]),
  },
  {
    name: 'an enclosure has address, length and type',
    source: 'RSS 2.0, “<enclosure>”; MissingAttribute, InvalidNonNegativeInteger, InvalidMIMEType',
    breaches: (document) =>
      itemsOf(document)
        .flatMap((item) => named(item, 'enclosure'))
        .map(({ attributes }) => attributes)
        .filter(({ url = '', length = '', type = '' }) => {
          return !isWebAddress(url) || !/^\d+$/.test(length) || !/^[\w.+-]+\/[\w.+-]+$/.test(type);
        })
        .map((attributes) => JSON.stringify(attributes)),
  },
  {
    name: 'an item has one enclosure at most',
    source: 'RSS profile, “<enclosure>”; DuplicateEnclosure',
    breaches: (document) =>
      itemsOf(document)
        .filter((item) => named(item, 'enclosure').length > 1)
        .flatMap((item) => texts(item, 'guid')),
  },
  {
    name: 'an item has its whole content once',
    source: 'RSS content module, content:encoded',
    breaches: (document) =>
      itemsOf(document)
        .filter((item) => named(item, 'encoded', CONTENT).length > 1)
        .flatMap((item) => texts(item, 'guid')),
  },
  {
    name: 'content and description are safe and lead somewhere',
    source: 'SecurityRisk, SecurityRiskAttr, DangerousStyleAttr, ContainsRelRef',
    breaches: (document) =>
      itemsOf(document)
        .flatMap((item) => [...texts(item, 'encoded', CONTENT), ...texts(item, 'description')])
        .flatMap(htmlBreaches),
  },
  {
    name: 'an item that comes from elsewhere says from where',
    source: 'RSS 2.0, “<source>”; MissingAttribute',
    breaches: (document) =>
      itemsOf(document)
        .flatMap((item) => named(item, 'source'))
        .filter(({ attributes, text }) => !isWebAddress(attributes['url'] ?? '') || text.trim() === '')
        .map(({ text }) => `“${text}”`),
  },
  {
    name: 'the core has no element of our own',
    source: 'UndefinedElement',
    breaches: (document) =>
      itemsOf(document)
        .flatMap((item) => item.children)
        .filter(({ name, namespace }) => namespace === '' && !ITEM_ELEMENTS.has(name))
        .map(({ name }) => name),
  },
  {
    name: 'namespaces are known',
    source: 'UnknownNamespace',
    breaches: ({ rss }) =>
      everyElement(rss)
        .filter(({ namespace }) => !NAMESPACES.has(namespace))
        .map(({ name, namespace }) => `${name} of ${namespace}`),
  },
];
