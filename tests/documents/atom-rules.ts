// What the grammar of Atom cannot say: the Schematron rules beside it (RFC 4287, Appendix B), its prose, and the
// messages of the W3C feed validator (validator.w3.org/feed/docs/).
import { ATOM, children, type Element } from '../mill/xml.ts';
import { isAbsolute, isRfc3339, isWebAddress, repeated, type Rule } from './finding.ts';
import { htmlBreaches } from './html-rules.ts';

export interface AtomDocument {
  readonly feed: Element;
  /** Where it is served. */
  readonly url: string;
}

/** What may stand in a feed beside Atom's own: Media RSS, tombstones (RFC 6721), archives (RFC 5005), threads. */
const NAMESPACES = new Set([
  ATOM,
  'http://search.yahoo.com/mrss/',
  'http://purl.org/atompub/tombstones/1.0',
  'http://purl.org/syndication/history/1.0',
  'http://purl.org/syndication/thread/1.0',
]);

const entriesOf = ({ feed }: AtomDocument): Element[] => children(feed, 'entry');
const texts = (element: Element, name: string): string[] => children(element, name).map(({ text }) => text);
const links = (element: Element, rel: string): Element['attributes'][] =>
  children(element, 'link')
    .map(({ attributes }) => attributes)
    .filter((attributes) => (attributes['rel'] ?? 'alternate') === rel);

function everyElement(element: Element): Element[] {
  return [element, ...element.children.flatMap(everyElement)];
}

export const ATOM_RULES: readonly Rule<AtomDocument>[] = [
  {
    name: 'ids are absolute IRIs',
    source: 'RFC 4287 §4.2.6',
    breaches: ({ feed }) =>
      everyElement(feed)
        .filter(({ name, namespace }) => name === 'id' && namespace === ATOM)
        .flatMap(({ text }) => (isAbsolute(text) ? [] : [text])),
  },
  {
    name: 'no two entries share an id',
    source: 'RFC 4287 §4.1.1 allows it where `updated` differs; DuplicateEntries',
    breaches: (document) => repeated(entriesOf(document).flatMap((entry) => texts(entry, 'id'))),
  },
  {
    name: 'an entry has an author, or its source or feed has',
    source: 'RFC 4287 §4.1.2, Schematron',
    breaches: (document) => {
      if (children(document.feed, 'author').length > 0) return [];
      return entriesOf(document)
        .filter((entry) => {
          return ![entry, ...children(entry, 'source')].some((each) => children(each, 'author').length > 0);
        })
        .flatMap((entry) => texts(entry, 'title'));
    },
  },
  {
    name: 'an author has a name',
    source: 'RFC 4287 §3.2.1; NotBlank',
    breaches: ({ feed }) =>
      everyElement(feed)
        .filter(({ name, namespace }) => name === 'author' && namespace === ATOM)
        .flatMap((author) => (texts(author, 'name').join('').trim() === '' ? ['an author without one'] : [])),
  },
  {
    name: 'an entry has content or an alternate link',
    source: 'RFC 4287 §4.1.2, Schematron',
    breaches: (document) =>
      entriesOf(document)
        .filter((entry) => children(entry, 'content').length + links(entry, 'alternate').length === 0)
        .flatMap((entry) => texts(entry, 'title')),
  },
  {
    name: 'one self link, and it is where the document is',
    source: 'RFC 4287 §4.1.1; MissingSelf, SelfDoesntMatchLocation',
    breaches: ({ feed, url }) => {
      const self = links(feed, 'self').map(({ href }) => href);
      return self.length === 1 && self[0] === url ? [] : [`${self.join(' ')} is not ${url}`];
    },
  },
  {
    name: 'a feed and each entry have one alternate link, to a page',
    source: 'RFC 4287 §4.1.1; MissingAlternate, DuplicateAtomLink',
    breaches: (document) =>
      [document.feed, ...entriesOf(document)].flatMap((element) => {
        const [alternate, ...others] = links(element, 'alternate');
        const right = alternate?.['type'] === 'text/html' && isWebAddress(alternate['href'] ?? '');
        return right && others.length === 0 ? [] : [`${element.name}: ${alternate?.['href']}`];
      }),
  },
  {
    name: 'every link is absolute',
    source: 'RFC 4287 §4.2.7.1; InvalidFullLink',
    breaches: ({ feed }) =>
      everyElement(feed)
        .filter(({ name, namespace }) => name === 'link' && namespace === ATOM)
        .map(({ attributes }) => attributes['href'] ?? '')
        .filter((href) => !isAbsolute(href)),
  },
  {
    name: 'dates are of RFC 3339',
    source: 'RFC 4287 §3.3; InvalidRFC3339Date',
    breaches: ({ feed }) =>
      everyElement(feed)
        .filter(({ name, namespace }) => ['updated', 'published'].includes(name) && namespace === ATOM)
        .flatMap(({ text }) => (isRfc3339(text) ? [] : [text])),
  },
  {
    name: 'the feed is as new as its newest entry',
    source: 'RFC 4287 §4.2.15',
    breaches: (document) => {
      const [updated = ''] = texts(document.feed, 'updated');
      return entriesOf(document)
        .flatMap((entry) => texts(entry, 'updated'))
        .filter((each) => Date.parse(each) > Date.parse(updated));
    },
  },
  {
    name: 'titles are not blank, and are text',
    source: 'RFC 4287 §4.2.14; NotBlank, ContainsHTML',
    breaches: (document) =>
      [document.feed, ...entriesOf(document)]
        .flatMap((element) => children(element, 'title'))
        .flatMap(({ text, attributes }) => {
          return text.trim() === '' || (attributes['type'] ?? 'text') !== 'text' ? [`“${text}”`] : [];
        }),
  },
  {
    name: 'content is safe and leads somewhere',
    source: 'SecurityRisk, SecurityRiskAttr, DangerousStyleAttr, ContainsRelRef',
    breaches: (document) =>
      entriesOf(document)
        .flatMap((entry) => children(entry, 'content'))
        .filter(({ attributes }) => attributes['type'] === 'html')
        .flatMap(({ text }) => htmlBreaches(text)),
  },
  {
    name: 'an entry that comes from elsewhere says from where',
    source: 'RFC 4287 §4.2.11: a source should hold id, title and updated; MissingSourceElement',
    breaches: (document) =>
      entriesOf(document)
        .flatMap((entry) => children(entry, 'source'))
        .flatMap((source) =>
          ['id', 'title', 'updated'].filter((name) => texts(source, name).join('').trim() === ''),
        ),
  },
  {
    name: 'languages are said',
    source: 'RFC 4287 §2; feeds that are read aloud and broken into lines need them',
    breaches: (document) =>
      [document.feed, ...entriesOf(document)]
        .filter(({ attributes }) => (attributes['xml:lang'] ?? '') === '')
        .map(({ name }) => name),
  },
  {
    name: 'namespaces are known',
    source: 'UnknownNamespace',
    breaches: ({ feed }) =>
      everyElement(feed)
        .filter(({ namespace }) => !NAMESPACES.has(namespace))
        .map(({ name, namespace }) => `${name} of ${namespace}`),
  },
];
