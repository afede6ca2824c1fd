// What stands in a figure → figures, each with its caption, and between them whatever else was in it.
import { element, hasMedia, lineText, type MarkupNode } from './markup.ts';

/** A text in a figure that is longer is no caption. */
const CAPTION_LENGTH_MAX = 300;
const SHOWN = new Set(['table', 'pre', 'blockquote']);

/** @param blocks what stands in the figure, captions (`figcaption`) among them, in the order in which it does */
export function figure(blocks: readonly MarkupNode[]): MarkupNode[] {
  const found: MarkupNode[] = [];
  let shown: MarkupNode[] = [];
  let captions: MarkupNode[] = [];
  const finish = (): void => {
    found.push(...withCaption(shown, captions));
    [shown, captions] = [[], []];
  };
  for (const block of withCaptionMarked(blocks)) {
    if (block.name === 'figcaption') captions.push(block);
    else {
      const isShown = SHOWN.has(block.name!) || hasMedia(block);
      // A caption may stand above what it is of; below, it ends the figure.
      if (!isShown || (shown.length > 0 && captions.length > 0)) finish();
      if (isShown) shown.push(block);
      else found.push(block);
    }
  }
  finish();
  return found;
}

/** The only text beside a picture is its caption, marked or not. */
function withCaptionMarked(blocks: readonly MarkupNode[]): readonly MarkupNode[] {
  const [picture, text, ...others] = blocks;
  if (picture === undefined || text?.name !== 'p' || others.length > 0) return blocks;
  const isCaption = hasMedia(picture) && !hasMedia(text) && lineText(text).length <= CAPTION_LENGTH_MAX;
  return isCaption ? [picture, element('figcaption', text.children ?? [])] : blocks;
}

function withCaption(shown: readonly MarkupNode[], captions: readonly MarkupNode[]): MarkupNode[] {
  const said = new Set<string>();
  const different = captions.filter((caption) => {
    const text = dense(lineText(caption));
    return !said.has(text) && said.add(text);
  });
  // Of a picture that had no address, or a player that became a link.
  if (shown.length === 0) return different.map(({ children = [] }) => element('p', children));
  // Pictures without a caption are figures already; recordings and tables need none.
  if (different.length === 0) return [...shown];
  const content = different.flatMap(({ children = [] }, i) =>
    i > 0 ? [element('br', []), ...children] : children,
  );
  const lines = new Set(different.flatMap((caption) => lineText(caption).split('\n').map(dense)));
  const pictures = shown.flatMap(pictured).map((node) => withoutTwice(node, lines));
  return [element('figure', [...pictures, element('figcaption', content)])];
}

function dense(text: string): string {
  return text.replace(/\s+/g, '');
}

/** What a figure of the picture alone holds. */
function pictured(block: MarkupNode): readonly MarkupNode[] {
  const children = block.children ?? [];
  const alone = block.name === 'figure' && !children.some(({ name }) => name === 'figcaption');
  return alone ? children : [block];
}

/** A description that says what the caption says would be read twice. */
function withoutTwice(node: MarkupNode, caption: ReadonlySet<string>): MarkupNode {
  if (node.name === 'img') {
    const alt = dense(node.attribs?.['alt'] ?? '');
    return alt !== '' && caption.has(alt) ? { ...node, attribs: { ...node.attribs, alt: '' } } : node;
  }
  if (!hasMedia(node)) return node;
  return { ...node, children: (node.children ?? []).map((child) => withoutTwice(child, caption)) };
}
