// Which picture a caption belongs to, wherever an outlet puts it.
import { type AnyNode, type Document, type Element, isText } from 'domhandler';
import { DROPPED } from './allowed.ts';
import { elementsIn, select } from './dom.ts';
import { hasMedia, hasText, isBlank, type MarkupNode, MEDIA } from './markup.ts';

/** How content management systems in wide use mark a caption. */
const COMMON = ['wp-caption-text', 'image-caption', 'caption-text', 'media-caption'];

export interface CaptionRules {
  readonly captions: readonly string[];
  readonly credits: readonly string[];
}

/** A caption stands at most so many levels deeper than where its picture can be found. */
const LEVELS_MAX = 5;
/** And so many nodes behind it, most of them white space and other captions. */
const NODES_MAX = 200;

/** The captions of each picture or recording that has any, captions before credits. */
export type Captions = ReadonlyMap<MarkupNode, readonly MarkupNode[]>;

/** By the recipe, and by the classes that content management systems give them. */
export function findCaptions(
  document: Document,
  { captions, credits }: CaptionRules,
  onApplied: (rule: string) => void,
): Captions {
  const rules = new Map<Element, string>();
  const add = (rule: string, found: readonly Element[]): void => {
    for (const caption of found) if (!rules.has(caption)) rules.set(caption, rule);
  };
  for (const selector of captions) add(`captions: ${selector}`, select(document, selector));
  add(`captions: .${COMMON.join(', .')}`, elementsIn(document).filter(isMarked));
  for (const selector of credits) add(`credits: ${selector}`, select(document, selector));
  const captionsOf = new Map<Element, Element[]>();
  const taken = new Set<AnyNode>();
  for (const [caption, rule] of rules) {
    const own = hasText(caption) && !hasMedia(caption) && !isIn(caption, taken);
    const picture = own ? pictureBefore(caption, rules) : null;
    if (picture === null) continue;
    taken.add(caption);
    onApplied(rule);
    const others = captionsOf.get(picture);
    if (others === undefined) captionsOf.set(picture, [caption]);
    else others.push(caption);
  }
  return captionsOf;
}

function isMarked({ attribs }: Element): boolean {
  return attribs['class']?.split(/\s+/).some((each) => COMMON.includes(each)) ?? false;
}

/** Whether a caption is, or is part of, one that has its picture already. */
function isIn(caption: AnyNode, taken: ReadonlySet<AnyNode>): boolean {
  for (let node: AnyNode | null = caption; node !== null; node = node.parent) {
    if (taken.has(node)) return true;
  }
  return false;
}

/** The nearest picture or recording before `caption` from which nothing but other captions parts it. */
function pictureBefore(caption: Element, captions: Search['captions']): Element | null {
  const search = { captions, left: NODES_MAX };
  let node: Element = caption;
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    for (let before = node.prev; before !== null; before = before.prev) {
      const last = lastSeen(before, search);
      if (last !== null) return last === 'end' ? null : last;
    }
    const { parent } = node;
    if (parent === null || !('name' in parent) || parent.name === 'body') return null;
    node = parent;
  }
  return null;
}

interface Search {
  readonly captions: { has(node: AnyNode): boolean };
  /** Nodes that may still be looked at. */
  left: number;
}

/** The last picture in `node`, captions aside; `end` if it has a text behind it, or the search goes too far. */
function lastSeen(node: AnyNode, search: Search): Element | 'end' | null {
  search.left -= 1;
  if (search.left < 0) return 'end';
  if (isText(node)) return isBlank(node.data) ? null : 'end';
  if (search.captions.has(node) || !('attribs' in node) || DROPPED.has(node.name)) return null;
  if (MEDIA.has(node.name)) return node;
  // Whose white space is its own has no place for a caption.
  if (node.name === 'pre') return 'end';
  for (let i = node.children.length - 1; i >= 0; i -= 1) {
    const last = lastSeen(node.children[i]!, search);
    if (last !== null) return last;
  }
  return null;
}
