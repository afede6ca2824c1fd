// Who wrote an article, where its outlet's recipe knows to look.
import type { Document } from 'domhandler';
import type { BylineRule } from '../article.ts';
import { select } from './clean/dom.ts';
import { lineText } from './clean/markup.ts';
import { oneLine } from './text.ts';

/** More names than this are a list of something else. */
const AUTHORS_MAX = 10;
const NAME_LENGTH_MAX = 80;
/** A longer line is no byline; and what a recipe's expression is given is bounded. */
const LINE_LENGTH_MAX = 300;

/** The first line that says so, of the first rule that finds one. */
export function readBylines(
  document: Document,
  rules: readonly BylineRule[],
  onApplied: (rule: string) => void,
): string[] {
  for (const { select: selector, match } of rules) {
    const pattern = match === null ? null : new RegExp(match, 'u');
    for (const element of select(document, selector)) {
      for (const line of lineText(element).split('\n').map(oneLine)) {
        if (line.length > LINE_LENGTH_MAX) continue;
        const names = namesIn(pattern === null ? line : (pattern.exec(line)?.[1] ?? ''));
        if (names.length === 0) continue;
        onApplied(`bylines: ${selector}`);
        return names;
      }
    }
  }
  return [];
}

function namesIn(text: string): string[] {
  const names = text
    .split(/[,，、;；/／\n]/)
    .map(oneLine)
    .filter((name) => name !== '');
  return names.length <= AUTHORS_MAX && names.every(({ length }) => length <= NAME_LENGTH_MAX)
    ? [...new Set(names)]
    : [];
}
