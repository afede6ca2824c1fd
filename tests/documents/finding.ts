// What a rule finds wrong with a document, and how rules are applied.

/** One rule of a standard or of a validator: what breaks it in `document`, nothing if it is kept. */
export interface Rule<T> {
  readonly name: string;
  /** Where it is written: a standard's section, or the message of the W3C feed validator. */
  readonly source: string;
  readonly breaches: (document: T) => readonly string[];
}

/** What is wrong with `document`, each with the name of the rule that it breaks. */
export function breachesOf<T>(rules: readonly Rule<T>[], document: T): string[] {
  return rules.flatMap(({ name, breaches }) => breaches(document).map((each) => `${name}: ${each}`));
}

/** Those of `values` that stand there more than once. */
export function repeated(values: readonly string[]): string[] {
  return values.filter((value, i) => values.indexOf(value) !== i);
}

/** `scheme:` and something behind it, as an IRI needs it (RFC 3987 §2.2), without white space. */
export function isAbsolute(iri: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(iri);
}

export function isWebAddress(iri: string): boolean {
  return isAbsolute(iri) && /^https?:\/\/[^/?#]+/i.test(iri);
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** With `T` and `Z` in capitals, as RFC 4287 §3.3 wants them, and a day that the calendar has. */
export function isRfc3339(date: string): boolean {
  return RFC_3339.test(date) && !Number.isNaN(Date.parse(date)) && isCalendarDay(date);
}

/** JavaScript's own parser lets 30 February be 2 March. */
function isCalendarDay(date: string): boolean {
  const [year, month, day] = date.slice(0, 10).split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** RFC 822 with the four-digit years of RFC 1123; the name of the day must be that day's. */
export function isRfc822(date: string): boolean {
  const form = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})$/;
  if (!form.test(date)) return false;
  const time = Date.parse(date);
  return !Number.isNaN(time) && (!date.endsWith('GMT') || new Date(time).toUTCString() === date);
}
