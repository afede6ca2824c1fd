// Blocks that are more than text in lines: each is built anew around what its parts hold.
import { BLOCK, DROPPED, INLINE } from './allowed.ts';
import { characters, element, hasMedia, hasText, HTML, lineText, type MarkupNode } from './markup.ts';

/** Puts the content of a part in order. */
export interface Filling {
  /** The blocks in `node`, as a container of their own. */
  inner(node: MarkupNode): MarkupNode[];
  /** The same, where one paragraph needs no tags of its own. */
  tight(node: MarkupNode): MarkupNode[];
  /** What `node` holds, in one line: what were paragraphs are parted by line breaks. */
  phrase(node: MarkupNode): MarkupNode[];
  figure(node: MarkupNode): MarkupNode[];
}

/** Blocks as text in a line: what were paragraphs are parted by line breaks. */
export function inOneLine(blocks: readonly MarkupNode[]): MarkupNode[] {
  return blocks.flatMap((block, i) => [...(i > 0 ? [element('br', [])] : []), ...inLine(block)]);
}

function inLine(block: MarkupNode): readonly MarkupNode[] {
  const { name, children = [] } = block;
  if (name === 'p' || name === 'div' || name === 'figcaption') return children;
  if (!hasMedia(block)) return [characters(lineText(block).trim())];
  if (name === 'img') return [block];
  return inOneLine(runsOf(children, (child) => BLOCK.has(child.name ?? '')));
}

type Block = (node: MarkupNode, flow: Filling) => MarkupNode[];

/** Pictures at either end of a heading stand before and behind it. */
const heading: Block = (node, flow) => {
  const blocks = flow.inner(node);
  const isText = (block: MarkupNode): boolean => block.name !== 'figure' && hasText(block);
  const [first, last] = [blocks.findIndex(isText), blocks.findLastIndex(isText)];
  if (first < 0) return blocks;
  const text = filled(node, inOneLine(blocks.slice(first, last + 1)));
  return [...blocks.slice(0, first), ...text, ...blocks.slice(last + 1)];
};
const container: Block = (node, flow) => filled(node, flow.inner(node));
const recording: Block = (node) => [node];

/** By name; no object, for an article may name an element `constructor`. */
export const BLOCKS: ReadonlyMap<string, Block> = new Map(
  Object.entries<Block>({
    h1: heading,
    h2: heading,
    h3: heading,
    h4: heading,
    h5: heading,
    h6: heading,
    blockquote: container,
    aside: container,
    ul: list,
    ol: list,
    dl: definitions,
    table,
    pre: preformatted,
    details,
    figure: (node, flow) => flow.figure(node),
    hr: () => [element('hr', [])],
    video: recording,
    audio: recording,
  }),
);

/** `node` with other content, or nothing without any. */
function filled(node: MarkupNode, children: readonly MarkupNode[]): MarkupNode[] {
  if (!children.some((child) => hasText(child) || hasMedia(child))) return [];
  return [element(node.name!, children, node.attribs)];
}

function list(node: MarkupNode, flow: Filling): MarkupNode[] {
  const items: { children: MarkupNode[]; attribs: MarkupNode['attribs'] }[] = [];
  for (const part of runsOf(node.children ?? [], ({ name }) => name === 'li')) {
    if (part.name === 'li') items.push({ children: flow.tight(part), attribs: part.attribs });
    // What stands right in a list belongs to the item before it.
    else if (items.length > 0) items.at(-1)!.children.push(...flow.inner(part));
    else items.push({ children: flow.tight(part), attribs: {} });
  }
  const filledItems = items.flatMap(({ children, attribs = {} }) =>
    filled(element('li', [], attribs), children),
  );
  return filledItems.length > 0 ? [element(node.name!, filledItems, node.attribs)] : [];
}

/** The nodes that `stands` picks, each by itself; those between them together, in an element of no meaning. */
function runsOf(nodes: readonly MarkupNode[], stands: (node: MarkupNode) => boolean): MarkupNode[] {
  const found: MarkupNode[] = [];
  let run: MarkupNode[] = [];
  for (const node of nodes) {
    if (!stands(node)) {
      if (run.length === 0) found.push(element('div', run));
      run.push(node);
    } else {
      found.push(node);
      run = [];
    }
  }
  return found;
}

function definitions(node: MarkupNode, flow: Filling): MarkupNode[] {
  const parts = runsOf(partsOf(node), ({ name }) => name === 'dt' || name === 'dd');
  return filled(
    node,
    parts.flatMap((part) => {
      if (part.name === 'dt') return filled(part, flow.phrase(part));
      return filled(element('dd', [], part.name === 'dd' ? part.attribs : {}), flow.tight(part));
    }),
  );
}

/** What stands in a list of definitions, or in boxes in it. */
function partsOf({ children = [] }: MarkupNode): MarkupNode[] {
  return children.flatMap((child) => (child.name === 'div' ? partsOf(child) : [child]));
}

function table(node: MarkupNode, flow: Filling): MarkupNode[] {
  const cells = cellsOf(node);
  // A table of one cell only keeps things in place.
  if (cells.length === 1) return flow.inner(cells[0]!);
  const rebuild = (part: MarkupNode): MarkupNode[] => {
    if (part.name === 'caption') return filled(part, flow.phrase(part));
    if (CELLS.has(part.name ?? '')) return [element(part.name!, flow.tight(part), part.attribs)];
    if (!PARTS_OF_TABLE.has(part.name ?? '')) return [];
    const children = (part.children ?? []).flatMap(rebuild);
    return children.length > 0 ? [element(part.name!, children, part.attribs)] : [];
  };
  return filled(node, (node.children ?? []).flatMap(rebuild));
}
const CELLS = new Set(['td', 'th']);
const PARTS_OF_TABLE = new Set(['thead', 'tbody', 'tfoot', 'tr']);

function cellsOf({ children = [] }: MarkupNode): MarkupNode[] {
  return children.flatMap((part) => {
    if (CELLS.has(part.name ?? '') || part.name === 'caption') return [part];
    return PARTS_OF_TABLE.has(part.name ?? '') ? cellsOf(part) : [];
  });
}

function details(node: MarkupNode, flow: Filling): MarkupNode[] {
  const summary = node.children?.find(({ name }) => name === 'summary');
  const rest = node.children?.map((child) => (child === summary ? element('div', []) : child)) ?? [];
  const content = summary === undefined ? [] : filled(summary, flow.phrase(summary));
  return filled(node, [...content, ...flow.inner(element('details', rest))]);
}

/** Its white space is its own. */
function preformatted(node: MarkupNode): MarkupNode[] {
  const copy = (part: MarkupNode): MarkupNode[] => {
    if (part.type === 'text' || part.name === 'br' || part.name === 'img') return [part];
    if (part.name === undefined || part.namespace !== HTML || DROPPED.has(part.name)) return [];
    const children = (part.children ?? []).flatMap(copy);
    if (INLINE.has(part.name)) return [element(part.name, children, part.attribs)];
    // Lines that were blocks are lines still.
    return BLOCK.has(part.name) && hasText(part) ? [...children, characters('\n')] : children;
  };
  return filled(node, (node.children ?? []).flatMap(copy));
}
