// The last step: a parsed tree → HTML that holds only what is listed here.
//
// The output is written anew from the tree, never cut out of the input. Every element, attribute
// and scheme that may appear is named in allowed.ts; text and attribute values are escaped (`>` too, so that
// `]]>` and `-->` cannot occur); elements of other namespaces (SVG, MathML) go with what they hold.
// What remains parses the same everywhere, which is what leaves mutation XSS nothing to work with.
import type { Recipe } from '../../article.ts';
import { attributesOf, BLOCK, DROPPED, INLINE, KEPT_EMPTY, staysPut, VOID } from './allowed.ts';
import { absolute, LINKS, WEB } from './links.ts';
import { HTML, type MarkupNode } from './markup.ts';
import { escapeMarkup, printable } from '../text.ts';
import { withoutTracking } from '../url.ts';

export interface SanitiseContext {
  /** What relative addresses are relative to: the article's own, absolute. */
  readonly base: string;
  readonly recipe: Recipe | null;
}

export interface Sanitised {
  readonly html: string;
  /** False if a parser might read `html` as another tree than was written: parse and sanitise it again. */
  readonly stable: boolean;
}

/** Elements nested deeper keep their text and lose their tags. */
const DEPTH_MAX = 200;

export function sanitise(nodes: readonly MarkupNode[], context: SanitiseContext): Sanitised {
  const writer = new Writer(context);
  const html = writer.children(nodes).trim();
  return { html, stable: writer.stable };
}

class Writer {
  stable = true;
  readonly #context: SanitiseContext;
  /** Names of the elements that are open. */
  readonly #open: string[] = [];
  #depth = 0;
  /** Pieces written of which there is something to see. */
  #seen = 0;

  constructor(context: SanitiseContext) {
    this.#context = context;
  }

  children(nodes: readonly MarkupNode[] | undefined): string {
    this.#depth += 1;
    let html = '';
    for (const node of nodes ?? []) html += this.#node(node);
    this.#depth -= 1;
    return html;
  }

  #node(node: MarkupNode): string {
    if (node.type === 'text') return this.#characters(node.data ?? '');
    const { name } = node;
    if (name === undefined || node.namespace !== HTML || DROPPED.has(name)) return '';
    if (this.#depth > DEPTH_MAX) return this.#characters(textOf(node));
    if (name === 'img') return this.#image(node);
    if (name === 'audio' || name === 'video') return this.#media(node, name);
    if (name === 'a') return this.#link(node);
    if (VOID.has(name)) return this.#void(name);
    if (BLOCK.has(name) || INLINE.has(name)) return this.#element(node, name);
    return this.children(node.children);
  }

  #characters(data: string): string {
    const text = printable(data);
    if (/\S/.test(text)) this.#seen += 1;
    return escapeMarkup(text);
  }

  #void(name: string): string {
    if (!staysPut(name, this.#open)) this.stable = false;
    if (name === 'hr') this.#seen += 1;
    return `<${name}>`;
  }

  #element(node: MarkupNode, name: string, address = ''): string {
    const stays = staysPut(name, this.#open);
    this.#open.push(name);
    const before = this.#seen;
    const inner = this.children(node.children);
    this.#open.pop();
    // Nothing to see: white space (no-break space included) and line breaks.
    if (!KEPT_EMPTY.has(name) && this.#seen === before) return BLOCK.has(name) ? '' : inner;
    this.#seen += 1;
    if (!stays) this.stable = false;
    // A parser takes the first line feed of preformatted text for a line break in the source.
    const start = name === 'pre' && inner.startsWith('\n') ? '\n' : '';
    return `<${name}${address}${this.#attributes(node, name)}>${start}${inner}</${name}>`;
  }

  #link(node: MarkupNode): string {
    const written = node.attribs?.['href']?.trim() ?? '';
    const href = written.startsWith('#') ? null : this.#resolve(written, LINKS);
    if (href === null) return this.children(node.children);
    return this.#element(node, 'a', this.#address(href));
  }

  #address(href: string): string {
    return ` href="${escapeMarkup(withoutTracking(href, this.#context.recipe))}"`;
  }

  #image(node: MarkupNode): string {
    const src = this.#resolve(node.attribs?.['src'] ?? '', WEB);
    if (src === null) return '';
    this.#seen += 1;
    // Publishers refuse pictures to readers that name another site in the Referer.
    return `<img src="${escapeMarkup(src)}"${this.#attributes(node, 'img')} referrerpolicy="no-referrer">`;
  }

  /** Plays when asked to, and only then. */
  #media(node: MarkupNode, name: string): string {
    const sources = [node, ...(node.children ?? []).filter((child) => child.name === 'source')];
    const src = sources
      .map((source) => this.#resolve(source.attribs?.['src'] ?? '', WEB))
      .find((href) => href !== null);
    if (src === undefined) return this.children(node.children);
    this.#seen += 1;
    const poster = this.#resolve(node.attribs?.['poster'] ?? '', WEB);
    const still = name === 'video' && poster !== null ? ` poster="${escapeMarkup(poster)}"` : '';
    return `<${name} src="${escapeMarkup(src)}"${still} controls preload="none"></${name}>`;
  }

  #attributes(node: MarkupNode, name: string): string {
    let attributes = '';
    for (const [attribute, pattern] of attributesOf(name)) {
      const value = node.attribs?.[attribute];
      if (value === undefined || !pattern.test(value)) continue;
      attributes += ` ${attribute}="${escapeMarkup(printable(value))}"`;
    }
    return attributes;
  }

  #resolve(address: string, schemes: ReadonlySet<string>): string | null {
    return absolute(address, this.#context.base, schemes);
  }
}

/** The text below `node`, without recursion: how deep it goes is the article's choice. */
function textOf(node: MarkupNode): string {
  const text: string[] = [];
  const pending: MarkupNode[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.type === 'text') text.push(next.data ?? '');
    if (next.name !== undefined && (next.namespace !== HTML || DROPPED.has(next.name))) continue;
    const children = next.children ?? [];
    for (let i = children.length - 1; i >= 0; i -= 1) pending.push(children[i]!);
  }
  return text.join('');
}
