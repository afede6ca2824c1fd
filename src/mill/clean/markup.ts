// The part of a tree that the steps of cleaning share: how cheerio builds it, and how they do.
import { BLOCK, DROPPED, UNWRAPPED_BLOCK } from './allowed.ts';

export interface MarkupNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly namespace?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly MarkupNode[];
}

export const HTML = 'http://www.w3.org/1999/xhtml';

export function element(
  name: string,
  children: readonly MarkupNode[],
  attribs: Readonly<Record<string, string>> = {},
): MarkupNode {
  return { type: 'tag', name, namespace: HTML, attribs, children };
}

export function characters(data: string): MarkupNode {
  return { type: 'text', data };
}

/** What a browser would show of `node` as text; blocks and line breaks are parted by line feeds. */
export function lineText(node: MarkupNode): string {
  return beginning(node, Infinity);
}

/** The same; what stands behind `enough` UTF-16 units may be left out. */
export function beginning(node: MarkupNode, enough: number): string {
  if (node.type === 'text') return node.data ?? '';
  const { name } = node;
  if (name === 'br') return '\n';
  if (isUnseen(node)) return '';
  let text = '';
  for (const child of node.children ?? []) {
    text += beginning(child, enough - text.length);
    if (text.length >= enough) break;
  }
  return name !== undefined && (BLOCK.has(name) || UNWRAPPED_BLOCK.has(name)) ? `\n${text}\n` : text;
}

/** Nothing but white space, joiners, marks and fillers, none of which shows. */
const INVISIBLE = /^[\s\p{Default_Ignorable_Code_Point}\u2800]*$/u;

export function isBlank(text: string): boolean {
  return INVISIBLE.test(text);
}

/** Whether a browser would show any of {@link lineText}. */
export function hasText(node: MarkupNode): boolean {
  if (node.type === 'text') return !isBlank(node.data ?? '');
  return !isUnseen(node) && (node.children?.some(hasText) ?? false);
}

function isUnseen({ name, namespace }: MarkupNode): boolean {
  return name !== undefined && (namespace !== HTML || DROPPED.has(name));
}

/** Whether `node` is or holds what is seen without being text. */
export function hasMedia(node: MarkupNode): boolean {
  if (node.name !== undefined && MEDIA.has(node.name)) return true;
  return node.children?.some(hasMedia) ?? false;
}
export const MEDIA: ReadonlySet<string> = new Set(['img', 'video', 'audio']);
