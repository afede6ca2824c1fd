// The last step: a parsed tree → HTML that holds only what is listed here.
//
// The output is written anew from the tree, never cut out of the input. Every element, attribute
// and scheme that may appear is named in allowed.ts; text and attribute values are escaped (`>` too, so that
// `]]>` and `-->` cannot occur); elements of other namespaces (SVG, MathML) go with what they hold.
// What remains parses the same everywhere, which is what leaves mutation XSS nothing to work with.
import type { ImagePolicy, Recipe } from '../article.ts';
import {
  ATTRIBUTES,
  BLOCK,
  DROPPED,
  GLOBAL_ATTRIBUTES,
  INLINE,
  KEPT_EMPTY,
  LINK_SCHEMES,
  MEDIA_SCHEMES,
  staysPut,
  UNWRAPPED_BLOCK,
  VOID,
} from './allowed.ts';
import { imageUrl } from './images.ts';
import { escapeMarkup, printable } from './text.ts';
import { withoutTracking } from './url.ts';

/** The part of a DOM node (as cheerio builds it) that is read here. */
export interface MarkupNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly namespace?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly MarkupNode[];
}

export interface SanitiseContext {
  /** What relative addresses are relative to: the article's own, absolute. */
  readonly base: string;
  readonly images: ImagePolicy;
  readonly recipe: Recipe | null;
}

export interface Sanitised {
  readonly html: string;
  /** The text in `html`, blocks apart by a space. */
  readonly text: string;
  /** False if a parser might read `html` as another tree than was written: parse and sanitise it again. */
  readonly stable: boolean;
}

/** Elements nested deeper keep their text and lose their tags. */
const DEPTH_MAX = 200;
const HTML = 'http://www.w3.org/1999/xhtml';

export function sanitise(nodes: readonly MarkupNode[], context: SanitiseContext): Sanitised {
  const writer = new Writer(context);
  const html = writer.children(nodes).trim();
  return { html, text: writer.text.join('').replace(/\s+/gu, ' ').trim(), stable: writer.stable };
}

class Writer {
  readonly text: string[] = [];
  stable = true;
  readonly #context: SanitiseContext;
  /** Names of the elements that are open. */
  readonly #open: string[] = [];
  #depth = 0;

  constructor(context: SanitiseContext) {
    this.#context = context;
  }

  children(nodes: readonly MarkupNode[] | undefined): string {
    this.#depth += 1;
    const parts: string[] = [];
    for (const node of nodes ?? []) addPart(parts, this.#node(node));
    this.#depth -= 1;
    return parts.join('');
  }

  #node(node: MarkupNode): string {
    if (node.type === 'text') return this.#characters(node.data ?? '');
    const { name } = node;
    if (name === undefined || node.namespace !== HTML || DROPPED.has(name)) return '';
    if (this.#depth > DEPTH_MAX) return this.#characters(textOf(node));
    if (name === 'img') return this.#image(node);
    if (name === 'picture') return this.#picture(node);
    if (name === 'iframe') return this.#frame(node);
    if (name === 'audio' || name === 'video') return this.#media(node, name);
    if (name === 'a') return this.#link(node);
    if (VOID.has(name)) return this.#void(name);
    if (BLOCK.has(name)) return this.#apart(() => this.#element(node, name));
    if (INLINE.has(name)) return this.#element(node, name);
    if (UNWRAPPED_BLOCK.has(name)) return this.#apart(() => APART + this.children(node.children) + APART);
    return this.children(node.children);
  }

  #characters(data: string): string {
    const characters = printable(data);
    this.text.push(characters);
    return escapeMarkup(characters);
  }

  #void(name: string): string {
    this.text.push(' ');
    if (!staysPut(name, this.#open)) this.stable = false;
    return `<${name}>`;
  }

  /** What is a block stands apart from what is around it, in the text too. */
  #apart(write: () => string): string {
    this.text.push(' ');
    const html = write();
    this.text.push(' ');
    return html;
  }

  #element(node: MarkupNode, name: string, address = ''): string {
    const stays = staysPut(name, this.#open);
    this.#open.push(name);
    const inner = this.children(node.children);
    this.#open.pop();
    if (!KEPT_EMPTY.has(name) && BLANK.test(inner)) return BLOCK.has(name) ? APART : inner;
    if (!stays) this.stable = false;
    // A parser takes the first line feed of preformatted text for a line break in the source.
    const start = name === 'pre' && inner.startsWith('\n') ? '\n' : '';
    return `<${name}${address}${this.#attributes(node, name)}>${start}${inner}</${name}>`;
  }

  #link(node: MarkupNode): string {
    const written = node.attribs?.['href']?.trim() ?? '';
    const href = written.startsWith('#') ? null : this.#resolve(written, LINK_SCHEMES);
    if (href === null) return this.children(node.children);
    return this.#element(node, 'a', this.#address(href));
  }

  #address(href: string): string {
    return ` href="${escapeMarkup(withoutTracking(href, this.#context.recipe))}"`;
  }

  /** A picture in several formats: the plain one if it has an address, else one that has. */
  #picture({ children = [] }: MarkupNode): string {
    const image = children.find((child) => child.name === 'img');
    const formats = children.filter((child) => child.name === 'source');
    return image ? this.#image(image, formats) : this.children(children);
  }

  #image(node: MarkupNode, formats: readonly MarkupNode[] = []): string {
    for (const candidate of [node, ...formats].flatMap(({ attribs = {} }) => imageCandidates(attribs))) {
      const href = this.#resolve(candidate, MEDIA_SCHEMES);
      const src = href && imageUrl(href, this.#context.images);
      if (src) {
        // Publishers refuse pictures to readers that name another site in the Referer.
        return `<img src="${escapeMarkup(src)}"${this.#attributes(node, 'img')} referrerpolicy="no-referrer">`;
      }
    }
    return '';
  }

  /** A feed cannot carry a frame, but a reader can follow it. */
  #frame(node: MarkupNode): string {
    const href = this.#resolve(node.attribs?.['src'] ?? '', MEDIA_SCHEMES);
    if (href === null) return '';
    const title = printable(node.attribs?.['title'] ?? '').trim();
    return this.#apart(() => {
      const label = this.#characters(title || new URL(href).hostname);
      if (this.#open.includes('a')) return APART + label + APART;
      const link = `<a${this.#address(href)}>${label}</a>`;
      return staysPut('p', this.#open) ? `<p>${link}</p>` : APART + link + APART;
    });
  }

  /** Plays when asked to, and only then. */
  #media(node: MarkupNode, name: string): string {
    const sources = [node, ...(node.children ?? []).filter((child) => child.name === 'source')];
    const src = sources
      .map((source) => this.#resolve(source.attribs?.['src'] ?? '', MEDIA_SCHEMES))
      .find((href) => href !== null);
    if (src === undefined) return this.children(node.children);
    const poster = this.#resolve(node.attribs?.['poster'] ?? '', MEDIA_SCHEMES);
    const image = poster && imageUrl(poster, this.#context.images);
    const still = name === 'video' && image ? ` poster="${escapeMarkup(image)}"` : '';
    return `<${name} src="${escapeMarkup(src)}"${still} controls preload="none"></${name}>`;
  }

  #attributes(node: MarkupNode, name: string): string {
    let attributes = '';
    for (const allowed of [ATTRIBUTES[name] ?? {}, GLOBAL_ATTRIBUTES]) {
      for (const [attribute, pattern] of Object.entries(allowed)) {
        const value = node.attribs?.[attribute];
        if (value === undefined || !pattern.test(value)) continue;
        attributes += ` ${attribute}="${escapeMarkup(printable(value))}"`;
      }
    }
    return attributes;
  }

  #resolve(address: string, schemes: ReadonlySet<string>): string | null {
    if (address.trim() === '') return null;
    const url = URL.parse(address, this.#context.base);
    return url !== null && schemes.has(url.protocol) ? url.href : null;
  }
}

/** Nothing to see: white space (no-break space included) and line breaks. */
const BLANK = /^(?:\s|<br>|<wbr>)*$/u;

/** Where a picture may be, the likeliest first: lazy loaders keep a placeholder in `src`. */
function imageCandidates(attributes: Readonly<Record<string, string>>): string[] {
  const single = ['data-src', 'data-lazy-src', 'data-original', 'src'].map((name) => attributes[name]);
  const sets = ['data-srcset', 'data-lazy-srcset', 'srcset'].map((name) => {
    // The largest stands last in every srcset met so far.
    return attributes[name]?.split(/,\s+/).at(-1)?.trim().split(/\s+/)[0];
  });
  return [...single, ...sets].flatMap((address) => address || []);
}

/** Where something that stood apart has lost its tags. No text holds it, for it is not printable. */
const APART = '\0';

/** Adds `next`, with a space where it must stand apart from what was added last and would not. */
function addPart(parts: string[], next: string): void {
  next.split(APART).forEach((part, i) => {
    if (i > 0 && !endsApart(parts.at(-1) ?? '')) parts.push(' ');
    if (part !== '') parts.push(part);
  });
}

/** Whether what follows `html` stands apart from it anyway. */
function endsApart(html: string): boolean {
  const name = /<\/?([a-z0-9]+)[^<>]*>$/.exec(html.slice(html.lastIndexOf('<')))?.[1];
  return html === '' || /\s$/.test(html) || (name !== undefined && (BLOCK.has(name) || name === 'img'));
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
