// A seed's text → its header and its body, through every irregularity the archives hold.
import type { Header, Rejection } from '../article.ts';
import { parseUrl, URL_LENGTH_MAX } from './url.ts';

export interface ParsedSeed {
  readonly kind: 'article';
  readonly header: Header;
  /** HTML, from the first character behind the header. */
  readonly body: string;
}
export interface RejectedSeed extends Rejection {
  readonly kind: 'rejected';
}

/** A header that has not ended by here is none. In characters. */
export const HEADER_LENGTH_MAX = 65_536;

/** `<!--1678725545000-->`; `<!--NaN-->` and the like where the archiver had no date. */
const TIME_LINE = /^\s*<!--([^\n]{0,64}?)-->[ \t]*\n?/;
/** The last link of a line that it also ends: titles may hold brackets and URLs parentheses. */
const LINK_END = /\]\((\S*)\)[ \t]*$/;
const RULE_LINE = /^-{3,}[ \t]*$/;
/** The archive's older layout has no comment; its date stands below the rule. */
const DATE_LINE = /^日期[：:][ \t]*([^\n]{1,64})(?:\n|$)/;

/**
 * Reads a seed, or the beginning of one.
 *
 * @param source the text; a byte order mark and CRLF are fine
 * @param whole false if `source` is only the beginning: then a body need not be in sight
 */
export function parseSeed(source: string, whole = true): ParsedSeed | RejectedSeed {
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (text.trim() === '') return rejected('empty', 0, 'the file holds nothing');
  if (text.includes('\0', 0)) return rejected('not-text', lineAt(text, text.indexOf('\0')), 'a NUL byte');

  const timeLine = TIME_LINE.exec(text);
  const link = findLink(text, timeLine?.[0].length ?? 0);
  if ('reason' in link) return link;

  const time = timeLine === null ? null : headerTime(timeLine[1]!);
  const bodyStart = skipRule(text, link.end);
  const dateLine = time === null ? DATE_LINE.exec(text.slice(bodyStart, bodyStart + 100)) : null;
  const position = bodyStart + (dateLine?.[0].length ?? 0);
  const body = text.slice(position);
  if (whole && body.trim() === '') {
    return rejected('body-missing', lineAt(text, position), 'nothing stands below the header');
  }
  const date = dateLine === null ? null : dateLineTime(dateLine[1]!);
  return {
    kind: 'article',
    header: { title: link.title, url: link.url, time: time ?? date },
    body,
  };
}

/** `[title](url)` at the end of a line, the title perhaps begun on an earlier one. */
function findLink(text: string, from: number): { title: string; url: string; end: number } | RejectedSeed {
  const start = from + /^\s*/.exec(text.slice(from, from + HEADER_LENGTH_MAX))![0].length;
  const line = lineAt(text, start);
  if (text[start] !== '[') {
    return rejected('header-missing', line, `expected [title](address), found ${excerpt(text, start)}`);
  }
  let lineStart = start;
  while (lineStart < text.length && lineStart - start < HEADER_LENGTH_MAX) {
    const newline = text.indexOf('\n', lineStart);
    const lineEnd = newline < 0 ? text.length : newline;
    const content = text.slice(lineStart, Math.min(lineEnd, lineStart + HEADER_LENGTH_MAX));
    if (RULE_LINE.test(content)) break;
    const found = linkAtEnd(content);
    if (found !== null) {
      const title = text.slice(start + 1, lineStart + found.index);
      const url = found.url.length > URL_LENGTH_MAX ? null : parseUrl(found.url);
      if (url === null) {
        return rejected(
          'url-invalid',
          lineAt(text, lineStart),
          `not an http(s) address: ${found.url.slice(0, 200)}`,
        );
      }
      return { title, url, end: lineEnd };
    }
    lineStart = lineEnd + 1;
  }
  return rejected('header-missing', line, `[title] is not followed by (address) at the end of a line`);
}

/** The last `](http…)` that ends `line`; else the last `](…)`, so that a bad address can be named. */
function linkAtEnd(line: string): { index: number; url: string } | null {
  if (!LINK_END.test(line)) return null;
  const close = line.lastIndexOf(')');
  const http = Math.max(line.lastIndexOf('](http://'), line.lastIndexOf('](https://'));
  const index = http >= 0 && !/\s/.test(line.slice(http, close)) ? http : line.lastIndexOf('](');
  return { index, url: line.slice(index + 2, close) };
}

/** Where the body starts: behind the link, an optional rule and blank lines. */
function skipRule(text: string, from: number): number {
  let position = from;
  let rule = false;
  while (position < text.length) {
    const newline = text.indexOf('\n', position);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(position, end);
    if (line.trim() !== '' && (rule || !RULE_LINE.test(line))) break;
    rule ||= line.trim() !== '';
    position = Math.min(end + 1, text.length);
  }
  return position;
}

/** The furthest instant that a JavaScript date, and with it RFC 3339, can say in four digits of year. */
const TIME_MAX = Date.UTC(9999, 11, 31);

function headerTime(text: string): number | null {
  return /^\s*-?\d{1,16}\s*$/.test(text) ? finite(Number(text)) : null;
}

/** `Thu, 02 Jul 2020 17:14:14 +0000`, as the older archiver copied it from the feed; without a zone, UTC. */
function dateLineTime(text: string): number | null {
  const date = text.trim();
  return finite(Date.parse(/(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$/i.test(date) ? date : `${date} UTC`));
}

function finite(time: number): number | null {
  return Number.isFinite(time) && time >= 0 && time <= TIME_MAX ? time : null;
}

function rejected(reason: Rejection['reason'], line: number, detail: string): RejectedSeed {
  return { kind: 'rejected', reason, line, detail };
}

function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function excerpt(text: string, start: number): string {
  const line = text.slice(start, start + 60).split('\n', 1)[0]!;
  return JSON.stringify(line);
}
