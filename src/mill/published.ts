// When an article says it was published: in its body or its address, where its outlet's recipe knows to look.
import type { Document, Element } from 'domhandler';
import type { DateRule } from '../article.ts';
import { isOnDay, readDate } from './date-forms.ts';
import { removeAll, select } from './clean/dom.ts';
import { lineText } from './clean/markup.ts';
import type { OnRemoved } from './clean/observer.ts';

/** Why a date is not to be trusted, or that there is none. */
export type DateFault =
  | 'not asked'
  | 'nothing there'
  | 'no such date'
  | 'in no calendar'
  | 'too late'
  | 'too early'
  | 'other day';

/** What one of a recipe's rules found. */
export interface DateFinding {
  /** From 0. */
  readonly rule: number;
  /** As written; empty if nothing is there. */
  readonly text: string;
  /** ms; the latest that the text may mean, `null` if it means none. */
  readonly read: number | null;
  /** `null` if the date can be trusted: then `read` is it. */
  readonly fault: DateFault | null;
}

/** What is longer is no date line, whatever date it holds. */
const LINE_LENGTH_MAX = 120;

/** Before this no article was published on the web. */
const EARLIEST = Date.UTC(1993, 0, 1);

/**
 * Of several readings of a date the latest that is not after the time at which the article was
 * archived: nothing is archived before it is published, and little long after.
 *
 * Where a date stands is a date line, and goes.
 *
 * @param address the article's own URL
 * @param when `archived`: when the article was, ms; `dated`: whether its header says so
 * @returns what each rule found, in their order; the first without a fault is to be trusted
 */
export function takePublished(
  document: Document,
  rules: readonly DateRule[],
  address: string,
  { archived, dated }: { readonly archived: number; readonly dated: boolean },
  onRemoved: OnRemoved,
): DateFinding[] {
  const lines = new Set<Element>();
  const findings = rules.map((date, rule): DateFinding => {
    if (date.undatedOnly && dated) return { rule, text: '', read: null, fault: 'not asked' };
    const element = date.select === null ? null : select(document, date.select)[0];
    if (element === undefined) return { rule, text: '', read: null, fault: 'nothing there' };
    const text = (textOf(element, date) ?? address).trim();
    if (element !== null && text.length > LINE_LENGTH_MAX)
      return { rule, text, read: null, fault: 'no such date' };
    const readings = readDate(text, date, archived);
    if (readings === null) return { rule, text, read: null, fault: 'no such date' };
    if (element !== null && lineText(element).trim().length <= LINE_LENGTH_MAX) lines.add(element);
    if (readings.length === 0) return { rule, text, read: null, fault: 'in no calendar' };
    const possible = readings.filter((time) => time <= archived);
    if (possible.length === 0) return { rule, text, read: Math.min(...readings), fault: 'too late' };
    const read = Math.max(...possible);
    if (read < EARLIEST) return { rule, text, read, fault: 'too early' };
    return { rule, text, read, fault: isOnNamedDay(read, element, date) ? null : 'other day' };
  });
  for (const line of lines) onRemoved('date line', line);
  removeAll(lines);
  return findings;
}

function textOf(element: Element | null, { attribute, form }: DateRule): string | null {
  if (element === null) return null;
  return attribute === null || form === 'ago' ? lineText(element) : (element.attribs[attribute] ?? '');
}

/** A page that was kept for a while says "5 minutes ago" of another day than the one that it names. */
function isOnNamedDay(time: number, element: Element | null, { attribute, form, zone }: DateRule): boolean {
  const day = form === 'ago' && attribute !== null ? element?.attribs[attribute] : undefined;
  return day === undefined || isOnDay(time, day, zone);
}
