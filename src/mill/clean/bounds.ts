// Keeps the parser's time in proportion to the input. The HTML standard's algorithm takes time that
// grows with the square of nesting, of elements left open, and of attributes in one tag. No article
// needs many of any; one that has them loses its tags and keeps its text.
import { adapter, type Htmlparser2TreeAdapterMap } from 'parse5-htmlparser2-tree-adapter';
import { Parser, type ParserOptions, type Token, type TreeAdapter } from 'parse5';
import { HTML } from './markup.ts';

const DEPTH_MAX = 512;
const ELEMENTS_MAX = 100_000;
/** Right in one element. */
const CHILDREN_MAX = 60_000;
/** Of all elements together: what looks for something below an element looks at each as often as it is deep. */
const DEPTHS_MAX = 3_000_000;
/** The same for text, in UTF-16 units. */
const TEXT_DEPTHS_MAX = 200_000_000;
const ATTRIBUTES_MAX = 1_000;
/** Of all tags together, those that make no element as well: the parser looks through what is open at each. */
const TAG_DEPTHS_MAX = 20_000_000;
/** What a table holds and must not is put before it, which is looked for among as many. */
const SIBLINGS_SEARCHED_MAX = 300_000_000;

export class TooComplexError extends Error {
  override readonly name = 'TooComplexError';
}

/**
 * Builds the tree that cheerio expects, for one parse; throws TooComplexError beyond the limits.
 * Comments are left out: nobody sees them, and some differ in every copy of a page.
 */
export function boundedAdapter(): TreeAdapter<Htmlparser2TreeAdapterMap> {
  const depths = new Map<object, number>();
  const total = { elements: 0, depths: 0, textDepths: 0, siblingsSearched: 0 };
  const depthOf = (node: object): number => depths.get(node) ?? 0;
  const place = (parent: ParentNode, child: object): void => {
    const depth = depthOf(parent) + 1;
    total.depths += depth;
    refuse(depth > DEPTH_MAX, `more than ${DEPTH_MAX} elements deep`);
    refuse(parent.children.length > CHILDREN_MAX, `more than ${CHILDREN_MAX} children of one element`);
    refuse(total.depths > DEPTHS_MAX, 'too many elements too deep');
    depths.set(child, depth);
    // What stands in a template is placed below its content, which exists before the template has a place.
    if (isTemplate(child)) depths.set(adapter.getTemplateContent(child), depth);
  };
  const write = (parent: object, text: string): void => {
    total.textDepths += depthOf(parent) * text.length;
    refuse(total.textDepths > TEXT_DEPTHS_MAX, 'too much text too deep');
  };
  const search = (parent: ParentNode): void => {
    total.siblingsSearched += parent.children.length;
    refuse(total.siblingsSearched > SIBLINGS_SEARCHED_MAX, 'too much in tables outside of their cells');
  };
  return {
    ...adapter,
    createElement(name, namespace, attributes) {
      total.elements += 1;
      refuse(total.elements > ELEMENTS_MAX, `more than ${ELEMENTS_MAX} elements`);
      return adapter.createElement(name, namespace, attributes);
    },
    appendChild(parent, child) {
      if (adapter.isCommentNode(child)) return;
      place(parent, child);
      adapter.appendChild(parent, child);
    },
    insertBefore(parent, child, reference) {
      if (adapter.isCommentNode(child)) return;
      search(parent);
      place(parent, child);
      adapter.insertBefore(parent, child, reference);
    },
    insertText(parent, text) {
      write(parent, text);
      adapter.insertText(parent, text);
    },
    insertTextBefore(parent, text, reference) {
      search(parent);
      write(parent, text);
      adapter.insertTextBefore(parent, text, reference);
    },
  };
}

/** @throws TooComplexError */
function refuse(excess: boolean, why: string): void {
  if (excess) throw new TooComplexError(why);
}

type ParentNode = Htmlparser2TreeAdapterMap['parentNode'];
type Element = Htmlparser2TreeAdapterMap['element'];

function isTemplate(node: object): node is Element {
  return 'namespace' in node && node.namespace === HTML && 'name' in node && node.name === 'template';
}

/** What is taken hold of in parse5's. */
interface Internals {
  readonly currentToken: { readonly attrs: readonly unknown[] };
  readonly preprocessor: { readonly html: string; pos: number };
  _leaveAttrName(): void;
  _stateData(codePoint: number): void;
  _emitChars(text: string): void;
}

/**
 * Compares every attribute with those before it, and every tag with what is open, so it stops where they are too many.
 * Takes text word by word: the parser's own way, character by character, takes twice as long, and much memory.
 */
export class BoundedParser extends Parser<Htmlparser2TreeAdapterMap> {
  #tagDepths = 0;

  constructor(options: ParserOptions<Htmlparser2TreeAdapterMap>) {
    super(options);
    const tokenizer = this.tokenizer as unknown as Internals;
    const leave = tokenizer._leaveAttrName.bind(tokenizer);
    tokenizer._leaveAttrName = () => {
      if (tokenizer.currentToken.attrs.length >= ATTRIBUTES_MAX)
        throw new TooComplexError(`more than ${ATTRIBUTES_MAX} attributes in a tag`);
      leave();
    };
    const { preprocessor } = tokenizer;
    const data = tokenizer._stateData.bind(tokenizer);
    tokenizer._stateData = (codePoint) => {
      if (!isPlain(codePoint)) return data(codePoint);
      const { html, pos } = preprocessor;
      let end = pos + 1;
      while (end < html.length && isPlain(html.charCodeAt(end))) end += 1;
      preprocessor.pos = end - 1;
      tokenizer._emitChars(html.slice(pos, end));
    };
  }

  override onStartTag(token: Token.TagToken): void {
    this.#countTag();
    super.onStartTag(token);
  }

  override onEndTag(token: Token.TagToken): void {
    this.#countTag();
    super.onEndTag(token);
  }

  #countTag(): void {
    this.#tagDepths += this.openElements.stackTop;
    refuse(this.#tagDepths > TAG_DEPTHS_MAX, 'too many tags too deep');
  }
}

/** Whether it means nothing but itself where text stands: no markup, no white space, no half of a character. */
function isPlain(codePoint: number): boolean {
  if (codePoint <= 0x20 || codePoint === 0x26 || codePoint === 0x3c) return false;
  return codePoint < 0xd800 || (codePoint > 0xdfff && codePoint <= 0xffff);
}

/** The text of `html`, as HTML: without tags, and without what stands in scripts and styles. */
export function withoutTags(html: string): string {
  const lower = html.toLowerCase();
  let text = '';
  for (let from = 0; from < html.length;) {
    CODE.lastIndex = from;
    const start = CODE.exec(html);
    if (start === null) {
      text += html.slice(from);
      break;
    }
    text += `${html.slice(from, start.index)} `;
    const end = lower.indexOf(`</${start[1]!.toLowerCase()}`, start.index);
    from = end < 0 ? html.length : end;
  }
  return `<p>${text.replace(/<[^<>]*>/g, ' ').replaceAll('<', '&lt;')}</p>`;
}
const CODE = /<(script|style)(?=[\s/>])/gi;
