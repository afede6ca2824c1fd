// Languages and directions that say nothing new, which pages write on every element.
import type { Element } from 'domhandler';
import { isRightToLeft, maximized } from '../language.ts';

/** @param language BCP 47, of the article that `root` holds */
export function dropRedundantMarks(root: Element, language: string): void {
  drop(root, isRightToLeft(language) ? 'rtl' : 'ltr', language);
}

function drop(element: Element, usual: string, language: string): void {
  for (const child of element.children) {
    if (!('attribs' in child)) continue;
    const { dir, lang } = child.attribs;
    const direction = dir?.toLowerCase() ?? usual;
    if (direction === usual || direction === 'auto') delete child.attribs['dir'];
    if (lang !== undefined && isSame(lang, language)) delete child.attribs['lang'];
    drop(child, direction === 'auto' ? usual : direction, language);
  }
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [maximized(one), maximized(other)];
  // No language tag, and worth as much.
  if (first === null || second === null) return true;
  return first.language === second.language && first.script === second.script;
}
