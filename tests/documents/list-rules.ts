// What OPML 2.0 (opml.org/spec2.opml) asks of a list of subscriptions.
import type { Element } from '../mill/xml.ts';
import { isWebAddress, repeated, type Rule } from './finding.ts';

const childrenOf = (element: Element | undefined, name: string): Element[] =>
  (element?.children ?? []).filter((each) => each.name === name);

function outlinesOf(opml: Element): Element[] {
  const below = (element: Element): Element[] =>
    childrenOf(element, 'outline').flatMap((each) => [each, ...below(each)]);
  return childrenOf(opml, 'body').flatMap(below);
}

export const OPML_RULES: readonly Rule<Element>[] = [
  {
    name: 'it is OPML 2.0 with a head and a body, outlines in it',
    source: 'OPML 2.0, “What is <opml>?”, “What is a <body>?”',
    breaches: (opml) => {
      const names = opml.children.map(({ name }) => name).join();
      const right = opml.name === 'opml' && opml.attributes['version'] === '2.0' && names === 'head,body';
      return right && outlinesOf(opml).length > 0 ? [] : [`<${opml.name}>: ${names}`];
    },
  },
  {
    name: 'it has a title',
    source: 'OPML 2.0, “What is a <head>?”',
    breaches: (opml) => {
      const [title] = childrenOf(childrenOf(opml, 'head')[0], 'title');
      return (title?.text ?? '').trim() === '' ? ['none'] : [];
    },
  },
  {
    name: 'every outline has a text',
    source: 'OPML 2.0, “What is an <outline>?”: required',
    breaches: (opml) =>
      outlinesOf(opml)
        .filter(({ attributes }) => (attributes['text'] ?? '').trim() === '')
        .map(({ attributes }) => JSON.stringify(attributes)),
  },
  {
    name: 'a subscription is of type rss and has the address of its feed',
    source: 'OPML 2.0, “Subscription lists”: type, text and xmlUrl are required',
    breaches: (opml) =>
      outlinesOf(opml)
        .filter(({ attributes, children }) => children.length === 0 && !isSubscription(attributes))
        .map(({ attributes }) => JSON.stringify(attributes)),
  },
  {
    name: 'a page, where one is named, is an address of the web',
    source: 'OPML 2.0, “Subscription lists”: htmlUrl',
    breaches: (opml) =>
      outlinesOf(opml)
        .flatMap(({ attributes }) => attributes['htmlUrl'] ?? [])
        .filter((url) => !isWebAddress(url)),
  },
  {
    name: 'no feed is listed twice',
    source: 'a reader would subscribe to it twice',
    breaches: (opml) => repeated(outlinesOf(opml).flatMap(({ attributes }) => attributes['xmlUrl'] ?? [])),
  },
];

function isSubscription({ type, xmlUrl = '' }: Element['attributes']): boolean {
  return type === 'rss' && isWebAddress(xmlUrl);
}
