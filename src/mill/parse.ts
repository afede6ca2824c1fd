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
const RULE_LINE = /^-{3,}[ \t]*$/;
/** The archive's older layout has no comment; its date stands below the rule. */
const DATE_LINE = /^日期[：:][ \t]*([^\n]{1,64})(?:\n|$)/;
const DATE_LINE_LENGTH_MAX = 100;

/**
 * Reads a seed, or the beginning of one.
 *
 * @param source the text; a byte order mark and CRLF are fine
 * @param whole false if `source` is only the beginning; it is rejected if what follows could still change
 *   what the header says
 */
export function parseSeed(source: string, whole = true): ParsedSeed | RejectedSeed {
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (!/\S/.test(text)) return rejected('empty', 0, 'the file holds nothing');
  if (text.includes('\0', 0)) return rejected('not-text', lineAt(text, text.indexOf('\0')), 'a NUL byte');

  const timeLine = TIME_LINE.exec(text);
  const link = findLink(text, timeLine?.[0].length ?? 0);
  if ('reason' in link) return link;

  const time = timeLine === null ? null : headerTime(timeLine[1]!);
  const belowRule = skipRule(text, link.end);
  const dateLine = time === null ? readDateLine(text, belowRule) : null;
  const position = dateLine?.end ?? belowRule;
  const body = text.slice(position);
  const undecided =
    link.end === text.length || (time === null && text.length - belowRule < DATE_LINE_LENGTH_MAX);
  if (whole ? !/\S/.test(body) : undecided) {
    return rejected('body-missing', lineAt(text, position), 'nothing stands below the header');
  }
  const header = { title: link.title, url: link.url, time: time ?? dateLine?.time ?? null };
  return { kind: 'article', header, body };
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
    const end = lineEnd(text, lineStart);
    const content = text.slice(lineStart, Math.min(end, lineStart + HEADER_LENGTH_MAX));
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
      if (title.includes('\uFFFD')) {
        return rejected('not-text', line, 'the title is not UTF-8');
      }
      return { title, url, end };
    }
    lineStart = end + 1;
  }
  return rejected('header-missing', line, `[title] is not followed by (address) at the end of a line`);
}

/** The last `](http…)` that ends `line`; else the last `](…)`, so that a bad address can be named. */
function linkAtEnd(line: string): { index: number; url: string } | null {
  const trimmed = line.trimEnd();
  if (!trimmed.endsWith(')')) return null;
  const http = Math.max(trimmed.lastIndexOf('](http://'), trimmed.lastIndexOf('](https://'));
  for (const index of [http, trimmed.lastIndexOf('](')]) {
    const url = trimmed.slice(index + 2, -1);
    if (index >= 0 && !/\s/.test(url)) return { index, url };
  }
  return null;
}

/** Where the body starts: behind the link, an optional rule and blank lines. */
function skipRule(text: string, from: number): number {
  const position = skipBlank(text, from);
  const end = lineEnd(text, position);
  return RULE_LINE.test(text.slice(position, end)) ? skipBlank(text, end) : position;
}

/** The start of the first line from `from` on that is not blank. */
function skipBlank(text: string, from: number): number {
  for (let start = from; start < text.length;) {
    const end = lineEnd(text, start);
    if (/\S/.test(text.slice(start, end))) return start;
    start = end + 1;
  }
  return text.length;
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline;
}

/** The date line of the older layout, if there is one and it holds a date; and where the body starts below it. */
function readDateLine(text: string, from: number): { time: number; end: number } | null {
  const line = DATE_LINE.exec(text.slice(from, from + DATE_LINE_LENGTH_MAX));
  const time = line === null ? null : dateLineTime(line[1]!);
  return time === null ? null : { time, end: skipBlank(text, from + line![0].length) };
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
