// Who is told what became of an article, and by which rule: whoever writes a recipe.
import type { DateFinding } from '../published.ts';
import type { MarkupNode } from './markup.ts';

/** A rule is named by its key in the recipe and what it says, or by words if it holds for all outlets. */
export interface CleanObserver {
  readonly dates: (found: readonly DateFinding[]) => void;
  readonly removed: OnRemoved;
  /** A rule that does not remove has found what it looks for. */
  readonly applied: (rule: string) => void;
  /** Words that were not in the article. */
  readonly added: (text: string) => void;
  /** Something was beyond a limit, and what became of it. */
  readonly repaired: (what: string) => void;
}

export type OnRemoved = (rule: string, node: MarkupNode) => void;

const nothing = (): void => {};
export const NOBODY: CleanObserver = {
  dates: nothing,
  removed: nothing,
  applied: nothing,
  added: nothing,
  repaired: nothing,
};
