// A tree as a page had it → the article as a run of blocks: headings, paragraphs, lists, figures, tables.
//
// Wrappers vanish, loose text and `<br><br>` become paragraphs, pictures and players stand between them.
// Text in a line is collected into a paragraph; whatever interrupts it ends the paragraph, and the
// emphasis or link that was open goes on in the next. The result nests as HTML wants it.
import { BLOCK, DROPPED, INLINE, UNWRAPPED_BLOCK } from './allowed.ts';
import { BLOCKS, type Filling, inOneLine } from './blocks.ts';
import type { Captions } from './captions.ts';
import { figure } from './figure.ts';
import { Line, REOPEN_BUDGET, type ReopenBudget } from './line.ts';
import { element, hasMedia, hasText, HTML, isBlank, lineText, type MarkupNode } from './markup.ts';

export interface ReflowContext {
  /** The article's title, which a caption need not repeat. */
  readonly title: string;
  readonly captions: Captions;
  /** Whether a paragraph with this text is noise; `null` if none is. */
  readonly isNoise: ((text: string) => boolean) | null;
}

export function reflow(nodes: readonly MarkupNode[], context: ReflowContext): MarkupNode[] {
  const taken = new Set([...context.captions.values()].flat());
  return new Flow({ ...context, taken, budget: { left: REOPEN_BUDGET } }, []).collect(nodes);
}

interface FlowContext extends ReflowContext {
  /** Captions that stand with their pictures, and no more where they were. */
  readonly taken: ReadonlySet<MarkupNode>;
  readonly budget: ReopenBudget;
}

/** What a container is, where that makes a difference to what stands in it. */
type Place = 'figure' | 'caption' | 'other';

/** One container being filled. */
class Flow implements Filling {
  readonly #context: FlowContext;
  readonly #blocks: MarkupNode[] = [];
  readonly #line: Line;
  readonly #place: Place;
  #attribs: Readonly<Record<string, string>> = {};

  /** @param open the inline elements around the container, the innermost last */
  constructor(context: FlowContext, open: readonly MarkupNode[], place: Place = 'other') {
    this.#context = context;
    this.#place = place;
    this.#line = new Line(open, context.budget);
  }

  collect(nodes: readonly MarkupNode[] = []): MarkupNode[] {
    this.#children(nodes);
    this.#flush();
    return this.#blocks;
  }

  #children(nodes: readonly MarkupNode[] = []): void {
    for (const node of nodes) this.#node(node);
  }

  #node(node: MarkupNode): void {
    if (node.type === 'text') return this.#line.text(node.data ?? '');
    const { name } = node;
    if (name === undefined || node.namespace !== HTML || DROPPED.has(name)) return;
    if (this.#context.taken.has(node)) return;
    const captions = this.#context.captions.get(node);
    if (captions !== undefined) return this.#captioned(node, captions);
    if (name === 'br') {
      if (this.#line.breaks()) this.#flush();
      return;
    }
    if (name === 'img' || name === 'wbr') return this.#inLine(node);
    const block = BLOCKS.get(name);
    if (block !== undefined) {
      this.#flush();
      return this.#push(block(node, this));
    }
    if (name === 'p') return this.#paragraph(node);
    if (name === 'figcaption' || name === 'caption') return this.#caption(node);
    if (BLOCK.has(name) || UNWRAPPED_BLOCK.has(name)) return this.#wrapper(node);
    if (INLINE.has(name)) return this.#line.within(node, () => this.#children(node.children));
    this.#children(node.children);
  }

  /** In a figure what stands beside a picture is its caption, so the two are apart. */
  #inLine(node: MarkupNode): void {
    const apart = this.#place === 'figure' && node.name === 'img';
    if (apart) this.#flush();
    this.#line.add(node);
    if (apart) this.#flush();
  }

  #paragraph(node: MarkupNode): void {
    if (!this.#line.endsInDash()) this.#flush();
    this.#attribs = direction(node);
    this.#children(node.children);
    this.#flush();
    this.#attribs = {};
  }

  /** Outside of a figure it is text like any other. */
  #caption(node: MarkupNode): void {
    if (this.#place !== 'figure') return this.#wrapper(node);
    this.#flush();
    const caption = this.#captionOf(node);
    if (caption !== null) this.#blocks.push(caption);
  }

  /** `null` if it only repeats the title. */
  #captionOf(node: MarkupNode, open = this.#line.open): MarkupNode | null {
    const content = inOneLine(new Flow(this.#context, open, 'caption').collect(node.children));
    const text = content.map(lineText).join('').trim();
    return isBlank(text) || text === this.#context.title ? null : element('figcaption', content);
  }

  #captioned(node: MarkupNode, captions: readonly MarkupNode[]): void {
    this.#flush();
    const shown = node.name === 'img' ? this.#alone(node) : [node];
    // A link around the picture is not one around its caption.
    const found = captions.flatMap((caption) => this.#captionOf(caption, []) ?? []);
    this.#push(figure([...shown, ...found]));
  }

  #alone(picture: MarkupNode): MarkupNode[] {
    const { captions: _, ...context } = this.#context;
    return new Flow({ ...context, captions: new Map() }, this.#line.open).collect([picture]);
  }

  #wrapper(node: MarkupNode): void {
    const attribs = direction(node);
    this.#flush();
    if (Object.keys(attribs).length > 0) {
      const blocks = this.inner(node);
      if (blocks.length > 0) this.#push([element('div', blocks, attribs)]);
    } else {
      this.#children(node.children);
      this.#flush();
    }
  }

  #push(blocks: readonly MarkupNode[]): void {
    for (const block of blocks) {
      // A rule parts two things.
      if (block.name === 'hr' && (this.#blocks.length === 0 || this.#blocks.at(-1)!.name === 'hr')) continue;
      this.#blocks.push(block);
    }
  }

  #flush(): void {
    const content = this.#withoutNoise(this.#line.take());
    if (content.some(hasText)) this.#blocks.push(element('p', content, this.#attribs));
    else if (content.some(hasMedia)) this.#blocks.push(element('figure', content));
  }

  /** Without the lines whose text is noise; pictures in them stay. */
  #withoutNoise(content: readonly MarkupNode[]): readonly MarkupNode[] {
    const { isNoise } = this.#context;
    if (isNoise === null || this.#place === 'caption') return content;
    return linesOf(content)
      .map((line) => {
        const text = line.map(lineText).join('').trim();
        const noise = !isBlank(text) && isNoise(text);
        return noise ? line.filter(hasMedia) : line;
      })
      .filter((line) => line.length > 0)
      .flatMap((line, i) => (i > 0 ? [element('br', []), ...line] : line));
  }

  /** The blocks in `node`, as a container of their own. */
  inner(node: MarkupNode): MarkupNode[] {
    return new Flow(this.#context, this.#line.open).collect(node.children);
  }

  /** The same, where one paragraph needs no tags of its own. */
  tight(node: MarkupNode): MarkupNode[] {
    const [first, ...rest] = this.inner(node);
    if (first?.name !== 'p' || rest.some(({ name }) => name !== 'ul' && name !== 'ol'))
      return first === undefined ? [] : [first, ...rest];
    return [...(first.children ?? []), ...rest];
  }

  /** What `node` holds, in one line: what were paragraphs are parted by line breaks. */
  phrase(node: MarkupNode): MarkupNode[] {
    return inOneLine(this.inner(node));
  }

  figure(node: MarkupNode): MarkupNode[] {
    return figure(new Flow(this.#context, this.#line.open, 'figure').collect(node.children));
  }
}

/** The runs of `content` between line breaks. */
function linesOf(content: readonly MarkupNode[]): MarkupNode[][] {
  const lines: MarkupNode[][] = [[]];
  for (const node of content) {
    if (node.name === 'br') lines.push([]);
    else lines.at(-1)!.push(node);
  }
  return lines;
}

function direction({ attribs = {} }: MarkupNode): Readonly<Record<string, string>> {
  const { lang, dir } = attribs;
  return { ...(lang && { lang }), ...(dir && { dir: dir.toLowerCase() }) };
}
