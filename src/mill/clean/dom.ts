// A body → a tree, as browsers build it. Owns cheerio.
// Without the parsers and the network client that the whole of it loads: a tree is all that it is given here.
import { load } from 'cheerio/slim';
import { type ChildNode, type Document, Element, isTag, type ParentNode } from 'domhandler';
import { HTML } from './markup.ts';
import { withoutHalves } from '../text.ts';
import { adapter } from 'parse5-htmlparser2-tree-adapter';
import { Parser } from 'parse5';
import { boundedAdapter, BoundedParser, TooComplexError, withoutTags } from './bounds.ts';

/**
 * In a body element of our own: the article cannot open a head or a frameset, and recipes can say
 * `body > div`. Without scripting `<noscript>` holds elements and not text.
 *
 * @param html whole or broken, from whoever wrote the seed
 * @param onTooComplex is told which limit it is beyond, where its tags had to go
 */
export function parseBody(html: string, onTooComplex: (why: string) => void = () => {}): Document {
  // The parser takes two halves of a character that do not belong together for one.
  const page = `<!doctype html><body>${withoutHalves(html)}`;
  try {
    return BoundedParser.parse(page, { scriptingEnabled: false, treeAdapter: boundedAdapter() });
  } catch (error) {
    if (!(error instanceof TooComplexError)) throw error;
    onTooComplex(error.message);
    const text = `<!doctype html><body>${withoutTags(html)}`;
    return Parser.parse(text, { scriptingEnabled: false, treeAdapter: adapter });
  }
}

export function bodyOf(document: Document): Element {
  const page = document.children.find(isTag);
  const body = page?.children.find((child): child is Element => isTag(child) && child.name === 'body');
  if (body === undefined) throw new TypeError('the parser made no body');
  return body;
}

/** Made once: it is the same for every tree. */
const $ = load([]);

/** The elements that a CSS selector finds, in the order of the document. */
export function select(document: Document, selector: string): Element[] {
  return $<Element, string>(selector, undefined, document).toArray();
}

/** Those of these names below `node` (all if none is given), in the order of the document. */
export function elementsIn(node: ParentNode, ...names: readonly string[]): Element[] {
  const found: Element[] = [];
  collect(node, names, found);
  return found;
}

function collect({ children }: ParentNode, names: readonly string[], found: Element[]): void {
  for (const child of children) {
    if (!isTag(child)) continue;
    if (names.length === 0 || names.includes(child.name)) found.push(child);
    collect(child, names, found);
  }
}

/** Takes `nodes` out of the tree; in time that grows with their siblings, not with the square of them. */
export function removeAll(nodes: Iterable<ChildNode>): void {
  const gone = new Set(nodes);
  const parents = new Set<ParentNode>();
  for (const { parent } of gone) if (parent !== null) parents.add(parent);
  for (const parent of parents) {
    parent.children = parent.children.filter((child) => !gone.has(child));
    for (const [i, child] of parent.children.entries()) {
      child.prev = parent.children[i - 1] ?? null;
      child.next = parent.children[i + 1] ?? null;
    }
  }
  for (const node of gone) node.parent = null;
}

/** Makes another element of `element`, in its place. */
export function become(
  element: Element,
  name: string,
  attribs: Record<string, string>,
  children: Iterable<ChildNode>,
): void {
  element.name = name;
  element.attribs = attribs;
  element.children = [...children];
  for (const [i, child] of element.children.entries()) {
    child.parent = element;
    child.prev = element.children[i - 1] ?? null;
    child.next = element.children[i + 1] ?? null;
  }
}

/** An HTML element that is nowhere yet. */
export function newElement(
  name: string,
  attribs: Record<string, string>,
  children: Iterable<ChildNode>,
): Element {
  const element = new Element(name, {});
  element.namespace = HTML;
  become(element, name, attribs, children);
  return element;
}

/** Why `selector` is no CSS selector; `null` if it is one. */
export function selectorError(selector: string): string | null {
  try {
    $(selector);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
