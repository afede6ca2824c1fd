// The last step: a parsed tree → HTML that holds only what is listed here.
//
// The output is written anew from the tree, never cut out of the input. Every element, attribute
// and scheme that may appear is named below; text and attribute values are escaped (`>` too, so that
// `]]>` and `-->` cannot occur); elements of other namespaces (SVG, MathML) go with what they hold.
// What remains parses the same everywhere, which is what leaves mutation XSS nothing to work with.
import type { ImagePolicy, Recipe } from '../article.ts';
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
}

/** Elements nested deeper keep their text and lose their tags. */
const DEPTH_MAX = 200;
const HTML = 'http://www.w3.org/1999/xhtml';

const BLOCK = new Set(
  'address article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);
const INLINE = new Set(
  'a abbr b bdi bdo cite code del dfn em i ins kbd mark q rp rt ruby s samp small span strong sub sup time u var'.split(
    ' ',
  ),
);
const VOID = new Set(['br', 'hr', 'wbr']);
/** Mean something without content: a table's cells hold its columns in place. */
const KEPT_EMPTY = new Set(['td', 'th']);
/** Go with everything in them; whatever is named nowhere here loses its tags and keeps its content. */
const DROPPED = new Set(
  'applet area base basefont bgsound button canvas datalist dialog embed fencedframe frame frameset head input link map meta meter noembed noframes noscript object optgroup option param plaintext portal progress script select style template textarea title track xmp'.split(
    ' ',
  ),
);
/** Attributes allowed as they are, on any element. Values are checked. */
const GLOBAL_ATTRIBUTES: Readonly<Record<string, RegExp>> = {
  lang: /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/,
  dir: /^(?:ltr|rtl|auto)$/,
};
const ANY_TEXT = /^/;
const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  a: { title: ANY_TEXT },
  abbr: { title: ANY_TEXT },
  details: { open: ANY_TEXT },
  img: { alt: ANY_TEXT, title: ANY_TEXT, width: /^\d{1,5}$/, height: /^\d{1,5}$/ },
  li: { value: /^-?\d{1,6}$/ },
  ol: { start: /^-?\d{1,6}$/, reversed: ANY_TEXT, type: /^[1aAiI]$/ },
  td: { colspan: /^\d{1,3}$/, rowspan: /^\d{1,3}$/ },
  th: { colspan: /^\d{1,3}$/, rowspan: /^\d{1,3}$/, scope: /^(?:row|col|rowgroup|colgroup)$/ },
  time: { datetime: /^[\d:.TZ+ -]{1,40}$/ },
};
const LINK_SCHEMES = new Set(['http:', 'https:', 'mailto:']);
const MEDIA_SCHEMES = new Set(['http:', 'https:']);

export function sanitise(nodes: readonly MarkupNode[], context: SanitiseContext): Sanitised {
  const text: string[] = [];
  const html = new Writer(context, text).children(nodes, 0).trim();
  return { html, text: text.join('').replace(/\s+/gu, ' ').trim() };
}

class Writer {
  readonly #context: SanitiseContext;
  readonly #text: string[];

  constructor(context: SanitiseContext, text: string[]) {
    this.#context = context;
    this.#text = text;
  }

  children(nodes: readonly MarkupNode[] | undefined, depth: number): string {
    let html = '';
    for (const node of nodes ?? []) html += this.#node(node, depth);
    return html;
  }

  #node(node: MarkupNode, depth: number): string {
    if (node.type === 'text') return this.#characters(node.data ?? '');
    const { name } = node;
    if (name === undefined || node.namespace !== HTML || DROPPED.has(name)) return '';
    if (depth >= DEPTH_MAX) return this.#characters(textOf(node));
    if (name === 'img') return this.#image(node);
    if (name === 'iframe') return this.#frame(node);
    if (name === 'audio' || name === 'video') return this.#media(node, name, depth);
    if (VOID.has(name)) {
      this.#text.push(' ');
      return `<${name}>`;
    }
    if (BLOCK.has(name)) {
      this.#text.push(' ');
      const inner = this.children(node.children, depth + 1);
      this.#text.push(' ');
      return element(name, this.#attributes(node, name), inner);
    }
    const inner = this.children(node.children, depth + 1);
    if (name === 'a') return this.#link(node, inner);
    return INLINE.has(name) ? element(name, this.#attributes(node, name), inner) : inner;
  }

  #characters(data: string): string {
    const characters = printable(data);
    this.#text.push(characters);
    return escapeMarkup(characters);
  }

  #link(node: MarkupNode, inner: string): string {
    const written = node.attribs?.['href']?.trim() ?? '';
    const href = written.startsWith('#') ? null : this.#resolve(written, LINK_SCHEMES);
    if (href === null) return inner;
    const address = escapeMarkup(withoutTracking(href, this.#context.recipe));
    return element('a', ` href="${address}"${this.#attributes(node, 'a')}`, inner);
  }

  #image(node: MarkupNode): string {
    for (const candidate of imageCandidates(node.attribs ?? {})) {
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
    const label = node.attribs?.['title']?.trim() || new URL(href).hostname;
    return `<p><a href="${escapeMarkup(href)}">${this.#characters(label)}</a></p>`;
  }

  /** Plays when asked to, and only then. */
  #media(node: MarkupNode, name: string, depth: number): string {
    const sources = [node, ...(node.children ?? []).filter((child) => child.name === 'source')];
    const src = sources
      .map((source) => this.#resolve(source.attribs?.['src'] ?? '', MEDIA_SCHEMES))
      .find((href) => href !== null);
    if (src === undefined) return this.children(node.children, depth + 1);
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

function element(name: string, attributes: string, inner: string): string {
  if (!KEPT_EMPTY.has(name) && BLANK.test(inner)) return inner === '' || BLOCK.has(name) ? '' : inner;
  return `<${name}${attributes}>${inner}</${name}>`;
}

/** Where a picture may be, the likeliest first: lazy loaders keep a placeholder in `src`. */
function* imageCandidates(attributes: Readonly<Record<string, string>>): Generator<string> {
  for (const name of ['data-src', 'data-lazy-src', 'data-original', 'src']) {
    if (attributes[name]) yield attributes[name];
  }
  for (const name of ['data-srcset', 'data-lazy-srcset', 'srcset']) {
    // The largest stands last in every srcset met so far.
    const last = attributes[name]?.split(/,\s+/).at(-1)?.trim().split(/\s+/)[0];
    if (last) yield last;
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
