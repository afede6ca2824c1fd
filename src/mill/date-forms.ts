// A date as outlets write it → the instants that it may mean. Zones are the platform's (Temporal).
import { Temporal } from 'temporal-polyfill';

/** Of the reader of a date: its form's name or pattern, and the zone of forms that do not say it. */
export interface DateForm {
  readonly form: string;
  /** IANA name or UTC offset; UTC if `null`. */
  readonly zone: string | null;
}

/**
 * @param before what a time such as "5 minutes ago" is relative to. ms
 * @returns every instant that the first date in `text` may mean, in ms: two in the hour that is repeated
 *   when summer time ends, and on a clock of twelve hours without am or pm; none if no calendar has it.
 *   `null` if there is no date of this form
 */
export function readDate(text: string, { form, zone }: DateForm, before: number): number[] | null {
  try {
    if (form === 'rfc1123') return readRfc1123(text);
    if (form === 'iso8601') return readIso8601(text);
    if (form === 'ago') return readAgo(text, before);
    return readPattern(text, form, zone ?? 'UTC');
  } catch (error) {
    // The 31st of February, the 25th hour.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** Whether `time` falls on the day that `text` begins with (`2023-03-21`), in this zone or in UTC. */
export function isOnDay(time: number, text: string, zone: string | null): boolean {
  const instant = Temporal.Instant.fromEpochMilliseconds(time);
  return ['UTC', zone ?? 'UTC'].some((each) => {
    return text.trim().startsWith(instant.toZonedDateTimeISO(each).toPlainDate().toString());
  });
}

/** Why a form or zone in a recipe is none; `null` if it is one. */
export function formError({ form, zone }: DateForm): string | null {
  if (['rfc1123', 'iso8601', 'ago'].includes(form)) {
    return zone === null || form === 'ago' ? null : `${form} says its zone itself`;
  }
  const { fields, unknown } = compile(form);
  if (unknown !== '' || !['y', 'M', 'd'].every((field) => fields.includes(field))) {
    const what = unknown === '' ? 'lacks a year, a month or a day' : `has ${JSON.stringify(unknown)} in it`;
    return (
      `${JSON.stringify(form)} ${what}; write rfc1123, iso8601, ago, or a pattern of ` +
      "yyyy M MM d dd H HH h hh m mm s ss a, other letters in '…'"
    );
  }
  try {
    new Temporal.PlainDate(2000, 1, 1).toZonedDateTime(zone ?? 'UTC');
    return null;
  } catch {
    return `${JSON.stringify(zone)} is no time zone; write one like Europe/Paris or '+08:00'`;
  }
}

/** The date of HTTP and mail: `Mon, 13 Mar 2023 16:20:42 GMT` (RFC 1123 §5.2.14, RFC 9110 §5.6.7). */
const RFC_1123 =
  /\b(\d{1,2})\s+(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s*(GMT|UTC?|Z|[+-]\d{4})/i;
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

function readRfc1123(text: string): number[] | null {
  const [found, day, month, year, hour, minute, second, zone] = RFC_1123.exec(text) ?? [];
  if (found === undefined) return null;
  const wall = {
    year: Number(year),
    month: MONTHS.indexOf(month!.toLowerCase()) + 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
  };
  return instants(wall, /^[+-]/.test(zone!) ? zone!.replace(/(\d\d)$/, ':$1') : 'UTC');
}

/** ISO 8601 with a zone (RFC 3339), perhaps behind or before other text. */
const ISO_8601 =
  /(?<!\d)\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)(?!\d)/;

function readIso8601(text: string): number[] | null {
  const found = ISO_8601.exec(text)?.[0];
  return found === undefined ? null : [Temporal.Instant.from(found).epochMilliseconds];
}

/** Days, hours, minutes, seconds, each of which may be missing but not all. */
const AGO = new RegExp(
  ['(?:天|日)', '個?个?小[时時]', '分[钟鐘]?', '秒[钟鐘]?']
    .map((unit) => `(?:(\\d{1,4})\\s*${unit}\\s*)?`)
    .join('') + '前',
  'g',
);
const AGO_IN_ENGLISH = /(\d{1,4})\s*(day|hour|min|sec)\w*\s+ago/i;
const UNITS = { day: 86_400_000, hour: 3_600_000, min: 60_000, sec: 1_000 } as const;

function readAgo(text: string, before: number): number[] | null {
  const [, count, unit] = AGO_IN_ENGLISH.exec(text) ?? [];
  if (unit !== undefined) return [before - Number(count) * UNITS[unit.toLowerCase() as keyof typeof UNITS]];
  for (const [, ...counts] of text.matchAll(AGO)) {
    if (counts.every((each) => each === undefined)) continue;
    const since = Object.values(UNITS).reduce((sum, each, i) => sum + Number(counts[i] ?? 0) * each, 0);
    return [before - since];
  }
  return null;
}

/** Date fields of UTS #35: `h` is the hour on a clock of twelve, `a` says which half of the day. */
const TOKEN = /'([^']*)'|yyyy|MM?|dd?|HH?|hh?|mm?|ss?|a|\s+|./gu;
const HALVES = '(上午|下午|AM|PM|a\\.m\\.|p\\.m\\.)';

interface CompiledForm {
  readonly pattern: RegExp;
  /** The first letter of each field, in order. */
  readonly fields: string;
  /** Letters that are no field. */
  readonly unknown: string;
}

function readPattern(text: string, form: string, zone: string): number[] | null {
  const { pattern, fields } = compile(form);
  const values = pattern.exec(text)?.slice(1);
  if (values === undefined) return null;
  const value = (field: string): number => Number(values[fields.indexOf(field)] ?? 0);
  const wall = {
    year: value('y'),
    month: value('M'),
    day: value('d'),
    minute: value('m'),
    second: value('s'),
  };
  return hoursOf(values, fields).flatMap((hour) => instants({ ...wall, hour }, zone));
}

/** Both of a clock of twelve, unless the half of the day is said. */
function hoursOf(values: readonly string[], fields: string): number[] {
  const twelve = values[fields.indexOf('h')];
  if (twelve === undefined) return [Number(values[fields.indexOf('H')] ?? 0)];
  const half = values[fields.indexOf('a')];
  if (half !== undefined) return [(Number(twelve) % 12) + (/下午|p/i.test(half) ? 12 : 0)];
  return [Number(twelve), (Number(twelve) + 12) % 24];
}

const compiled = new Map<string, CompiledForm>();

function compile(form: string): CompiledForm {
  let known = compiled.get(form);
  if (known === undefined) {
    let [source, fields, unknown] = ['', '', ''];
    for (const [token, quoted] of form.matchAll(TOKEN)) {
      if (quoted !== undefined) source += RegExp.escape(quoted);
      else if (/^\s/.test(token)) source += '\\s*';
      else if (/^[a-zA-Z]/.test(token) && (token.length > 1 || 'MdHhmsa'.includes(token))) {
        fields += token[0]!;
        source += token === 'a' ? HALVES : token.length === 1 ? '(\\d{1,2})' : `(\\d{${token.length}})`;
      } else {
        if (/^[a-zA-Z]/.test(token)) unknown += token;
        source += RegExp.escape(token);
      }
    }
    // A number is read whole.
    const start = source.startsWith('(') ? '(?<!\\d)' : '';
    const end = source.endsWith(')') ? '(?!\\d)' : '';
    known = { pattern: new RegExp(start + source + end, 'i'), fields, unknown };
    compiled.set(form, known);
  }
  return known;
}

type Wall = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>>;

/** One instant, or both that bear the same time of day when clocks are put back. @throws RangeError */
function instants(wall: Wall, zone: string): number[] {
  const time = Temporal.PlainDateTime.from(wall, { overflow: 'reject' });
  const both = (['earlier', 'later'] as const).map((disambiguation) => {
    return time.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
  });
  return [...new Set(both)];
}
