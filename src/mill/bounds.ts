// Keeps the parser's time in proportion to the input. The HTML standard's algorithm takes time that
// grows with the square of nesting, of elements left open, and of attributes in one tag. No article
// needs many of any; one that has them loses its tags and keeps its text.
import { adapter, type Htmlparser2TreeAdapterMap } from 'parse5-htmlparser2-tree-adapter';
import type { TreeAdapter } from 'parse5';

const DEPTH_MAX = 512;
const ELEMENTS_MAX = 100_000;
const ATTRIBUTES_MAX = 5_000;

export class TooComplexError extends Error {
  override readonly name = 'TooComplexError';
}

/** Builds the tree that cheerio expects, for one parse; throws TooComplexError beyond the limits. */
export function boundedAdapter(): TreeAdapter<Htmlparser2TreeAdapterMap> {
  const depths = new WeakMap<object, number>();
  let elements = 0;
  const place = (parent: object, child: object): void => {
    const depth = (depths.get(parent) ?? 0) + 1;
    if (depth > DEPTH_MAX) throw new TooComplexError(`more than ${DEPTH_MAX} elements deep`);
    depths.set(child, depth);
  };
  return {
    ...adapter,
    createElement(name, namespace, attributes) {
      elements += 1;
      if (elements > ELEMENTS_MAX) throw new TooComplexError(`more than ${ELEMENTS_MAX} elements`);
      return adapter.createElement(name, namespace, attributes);
    },
    setTemplateContent(template, content) {
      place(template, content);
      adapter.setTemplateContent(template, content);
    },
    appendChild(parent, child) {
      place(parent, child);
      adapter.appendChild(parent, child);
    },
    insertBefore(parent, child, reference) {
      place(parent, child);
      adapter.insertBefore(parent, child, reference);
    },
  };
}

/**
 * Attributes are compared with each other before the adapter hears of them, so they are counted, about,
 * beforehand: in what begins like a tag, white space and quotation marks, up to its end.
 *
 * @throws TooComplexError
 */
export function countAttributes(html: string): void {
  let inTag = false;
  let quote = 0;
  let attributes = 0;
  for (let i = 0; i < html.length; i += 1) {
    const unit = html.charCodeAt(i);
    if (!inTag) {
      inTag = unit === LESS_THAN && /[a-z/]/i.test(html[i + 1] ?? '');
      attributes = 0;
    } else if (quote !== 0) {
      if (unit === quote) quote = 0;
    } else if (unit === GREATER_THAN) {
      inTag = false;
    } else if (unit === QUOTE || unit === APOSTROPHE) {
      quote = html.charCodeAt(i - 1) === EQUALS ? unit : 0;
      attributes += 1;
    } else if (unit <= SPACE || unit === SLASH) {
      attributes += 1;
    }
    if (attributes > ATTRIBUTES_MAX)
      throw new TooComplexError(`more than ${ATTRIBUTES_MAX} attributes in a tag`);
  }
}
const [LESS_THAN, GREATER_THAN, QUOTE, APOSTROPHE, EQUALS, SPACE, SLASH] = [60, 62, 34, 39, 61, 32, 47];

/** The text of `html`, as HTML. */
export function withoutTags(html: string): string {
  return `<p>${html.replace(/<[^<>]*>/g, ' ').replaceAll('<', '&lt;')}</p>`;
}
