// How much of an article's text is in its entry, measured by a parse of our own.
import { load } from 'cheerio';

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly children?: readonly Node[];
}

const SILENT = new Set(['script', 'style', 'template', 'noscript', 'svg', 'math', 'iframe', 'title', 'head']);
const INLINE = new Set(
  'a abbr b bdi bdo cite code em font i ins kbd label mark q s samp small span strong sub sup time u var'.split(
    ' ',
  ),
);

/** Without white space, and without what nobody sees. */
function visible(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, '');
}

/** The text of each run that nothing but inline elements part, without white space. */
function runs(html: string): string[] {
  const found: string[] = [''];
  const walk = (node: Node): void => {
    if (node.type === 'text') found.push((found.pop() ?? '') + (node.data ?? ''));
    else if (node.name !== undefined && SILENT.has(node.name)) return;
    else {
      const apart = node.name !== undefined && !INLINE.has(node.name);
      if (apart) found.push('');
      node.children?.forEach(walk);
      if (apart) found.push('');
    }
  };
  load(`<!doctype html><body>${html}`, { scriptingEnabled: false })('body')
    .contents()
    .toArray()
    .forEach(walk);
  return found.map(visible).filter((text) => text !== '');
}

/**
 * Of all characters of the source that are not noise, the share whose run of text is in `html`. 1 if nothing
 * is lost.
 */
export function keptShare(source: string, html: string, noise: readonly string[]): number {
  const published = runs(html).join('\n');
  const rest = noise.map(visible).sort((one, other) => other.length - one.length);
  let kept = 0;
  let all = 0;
  for (const run of runs(source)) {
    const parts = rest.reduce((texts, text) => texts.flatMap((each) => each.split(text)), [run]);
    for (const part of parts) {
      all += part.length;
      if (published.includes(part)) kept += part.length;
    }
  }
  return all === 0 ? 1 : kept / all;
}
