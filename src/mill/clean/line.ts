// Text in a line, collected until something ends the paragraph.
import {
  characters,
  element,
  hasMedia,
  hasText,
  HTML,
  isBlank,
  lineText,
  type MarkupNode,
} from './markup.ts';

interface Open {
  readonly type: 'tag';
  readonly name: string;
  readonly namespace: string;
  readonly attribs: Readonly<Record<string, string>>;
  readonly children: MarkupNode[];
}

/** Emphasis nested deeper adds nothing to see. */
const OPEN_MAX = 8;

/** Mean more when they stand in one of their own kind. */
const NESTS = new Set(['sub', 'sup', 'q', 'span']);

/** What may be spent on opening the same elements again in paragraph after paragraph. UTF-16 units */
export interface ReopenBudget {
  left: number;
}
export const REOPEN_BUDGET = 500_000;

function costOf({ name = '', attribs = {} }: MarkupNode): number {
  return Object.values(attribs).reduce((sum, value) => sum + value.length, 2 * name.length + 5);
}

export class Line {
  /** The inline elements around what is collected, the innermost last. */
  #open: readonly MarkupNode[];
  /** The paragraph, and in it a copy of each of those. */
  #copies: Open[] = [];
  /** A line break that has not been written: it counts only if something follows. */
  #broken = false;

  readonly #budget: ReopenBudget;

  constructor(open: readonly MarkupNode[], budget: ReopenBudget) {
    this.#open = open;
    this.#budget = budget;
    this.#begin();
  }

  get open(): readonly MarkupNode[] {
    return this.#open;
  }

  text(data: string): void {
    if (!this.#broken || !isBlank(data)) this.add(characters(data));
  }

  add(node: MarkupNode): void {
    const { children } = this.#copies.at(-1)!;
    if (this.#broken) children.push(element('br', []));
    this.#broken = false;
    children.push(node);
  }

  /** A line break; true if it is the second in a row, which ends a paragraph. */
  breaks(): boolean {
    const second = this.#broken;
    this.#broken = true;
    return second;
  }

  /** Whatever `fill` adds stands in a copy of `node`. */
  within(node: MarkupNode, fill: () => void): void {
    const says = node.name !== 'span' || node.attribs?.['lang'] || node.attribs?.['dir'];
    const again = !NESTS.has(node.name!) && this.#open.some(({ name }) => name === node.name);
    if (!says || again || this.#open.length >= OPEN_MAX) {
      return fill();
    }
    const around = this.#open;
    this.#open = [...around, node];
    this.#enter(node);
    fill();
    this.#open = around;
    // A paragraph that began meanwhile may have come without.
    this.#copies.length = Math.min(this.#copies.length, around.length + 1);
  }

  /** A dateline that stands loose before its paragraph: 华盛顿 — */
  endsInDash(): boolean {
    const text = lineText(this.#copies[0]!).trim();
    return text.length <= DATELINE_LENGTH_MAX && /(?:[—–]|--)$/.test(text) && !this.#broken;
  }

  /** What was collected, trimmed; empty if there is nothing to see in it. */
  take(): MarkupNode[] {
    const { children } = this.#copies[0]!;
    this.#broken = false;
    if (children.length === 0) return [];
    this.#begin();
    const seen = children.some((child) => hasText(child) || hasMedia(child));
    return seen ? trim(trim(children, 'end'), 'start') : [];
  }

  #begin(): void {
    this.#copies = [{ type: 'tag', name: 'p', namespace: HTML, attribs: {}, children: [] }];
    for (const node of this.#open) {
      this.#budget.left -= costOf(node);
      if (this.#budget.left >= 0) this.#enter(node);
    }
  }

  #enter({ name, attribs = {} }: MarkupNode): void {
    const copy: Open = { type: 'tag', name: name!, namespace: HTML, attribs, children: [] };
    this.#copies.at(-1)!.children.push(copy);
    this.#copies.push(copy);
  }
}

const DATELINE_LENGTH_MAX = 40;

/** White space at the ends of a paragraph is none of its text; the ideographic space that indents one is. */
const SPACE = /[^\S\u3000]/u;

function trimText(text: string, edge: 'start' | 'end'): string {
  let [start, end] = [0, text.length];
  if (edge === 'start') while (start < end && SPACE.test(text[start]!)) start += 1;
  else while (end > start && SPACE.test(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

function trim(nodes: readonly MarkupNode[], edge: 'start' | 'end'): MarkupNode[] {
  const step = edge === 'start' ? 1 : -1;
  for (let at = edge === 'start' ? 0 : nodes.length - 1; at >= 0 && at < nodes.length; at += step) {
    const rest = trimmed(nodes[at]!, edge);
    if (rest.length === 0) continue;
    return edge === 'start' ? [...rest, ...nodes.slice(at + 1)] : [...nodes.slice(0, at), ...rest];
  }
  return [];
}

/** One node at the edge of a paragraph; nothing if nothing of it is left. */
function trimmed(node: MarkupNode, edge: 'start' | 'end'): MarkupNode[] {
  if (node.type === 'text') {
    const data = trimText(node.data!, edge);
    if (data === node.data) return [node];
    return data === '' ? [] : [characters(data)];
  }
  if (node.name === 'img') return [node];
  const children = trim(node.children ?? [], edge);
  return children.length > 0 ? [{ ...node, children }] : [];
}
