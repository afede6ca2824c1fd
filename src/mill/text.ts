// Plain text: what XML can carry, what a title is, where a summary may be cut.
import { decodeHTMLStrict } from 'entities';

/**
 * Not a Char of XML 1.0 (5th ed., §2.2), or allowed there but never meant: C1 controls,
 * noncharacters, the byte order mark inside a text. Lone surrogates are looked for apart: few texts have any.
 */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFDD0-\uFDEF\uFEFF\uFFFE\uFFFF]/g;

/**
 * Invisible in a title, and able to disguise one: zero-width space, word joiner, directional
 * marks, embeddings and overrides. Joiners (U+200C, U+200D) stay: emoji and Indic scripts need them.
 */
const INVISIBLE = /[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F]/gu;

/** `text` without what XML 1.0 cannot carry, its line ends as XML reads them (§2.11). */
export function printable(text: string): string {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  return withoutHalves(lines).replace(UNPRINTABLE, '');
}

/** `text` without the halves of characters whose other half is not there. */
export function withoutHalves(text: string): string {
  return text.isWellFormed() ? text : text.replace(/\p{Surrogate}/gu, '');
}

/**
 * The title that a header's raw text stands for: one line, entities decoded once (archives hold
 * `&quot;` in titles; one without a semicolon is text), no backslash before a quotation mark (some
 * write them so), nothing invisible. May be empty.
 */
export function titleText(raw: string): string {
  return oneLine(decodeHTMLStrict(raw)).replace(/\\(?=["'“”‘’])/gu, '');
}

/** `text` as a line of plain text: single spaces, nothing invisible. */
export function oneLine(text: string): string {
  return printable(text).replace(INVISIBLE, '').replace(/\s+/gu, ' ').trim();
}

export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ENTITIES[c as keyof typeof ENTITIES]);
}
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const;

/** `text` of one line, at most `lengthMax` UTF-16 units; see {@link cut}. */
export function summarise(text: string, lengthMax: number): string {
  return cut(text.replace(/\s+/gu, ' ').trim(), lengthMax);
}

/**
 * At most `lengthMax` UTF-16 units of `text`, cut where a reader would pause: behind a sentence if
 * one ends in the last half, else between two words (for Chinese too, which has no spaces), never
 * inside a character. What was cut is marked by an ellipsis.
 */
function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const sentence = /^.*(?:[。！？；…][”’」』）]?|[.!?]["')]?(?= ))/su.exec(text.slice(0, lengthMax))?.[0];
  if (sentence !== undefined && sentence.length > lengthMax / 2) return sentence;
  const room = lengthMax - 1;
  const head = text.slice(0, room);
  let end = 0;
  for (const { index } of segmenter().segment(text.slice(0, room + WORD_LENGTH_MAX))) {
    if (index > room) break;
    end = index;
  }
  // A word that takes more than half of the room is cut too, if not through a character.
  if (end < room / 2) end = /[\uD800-\uDBFF]$/.test(head) ? room - 1 : room;
  return `${text.slice(0, end).trimEnd()}…`;
}
/** Made when it is first used: a start need not wait for its dictionary. */
function segmenter(): Intl.Segmenter {
  return (words ??= new Intl.Segmenter('zh', { granularity: 'word' }));
}
let words: Intl.Segmenter | null = null;
const WORD_LENGTH_MAX = 64;

/** A whole number, its thousands apart: `5,012`. `Intl` would take twenty milliseconds to say so for the first time. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
