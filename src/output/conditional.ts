// Conditional requests (RFC 9110 §13): does the client have already what it would be sent?
import type { IncomingHttpHeaders } from 'node:http';
import type { CodedBody } from './codings.ts';
import type { Representation } from './snapshot.ts';

/**
 * The entity tag by which a client knows what it would be sent, `null` if it does not. If-None-Match
 * decides where it is given, If-Modified-Since only where it is not (§13.2.2). A tag of the same version in another
 * coding is as good, if the client accepts that one: it has the same document, and a cache that asks for a client
 * who does not is not told to hand it out.
 */
export function knownTag(
  headers: IncomingHttpHeaders,
  representation: Representation,
  selected: string,
  accepted: readonly CodedBody[],
): string | null {
  const none = headers['if-none-match'];
  if (none !== undefined) {
    if (none === selected) return selected;
    const tags = none.trim() === '*' ? [selected] : entityTagsOf(none);
    const own = [selected, representation.etag, ...accepted.map(({ etag }) => etag)];
    return own.find((tag) => tags.includes(tag)) ?? null;
  }
  const since = headers['if-modified-since'];
  const date = since === undefined ? null : httpDate(since);
  return date !== null && representation.lastModified <= date ? selected : null;
}

/** The three forms of an HTTP-date (§5.6.7): the one in use, RFC 850's, and asctime's, which has no zone. */
function httpDate(text: string): number | null {
  if (/^[A-Z][a-z]+, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT$/.test(text))
    return finite(Date.parse(text));
  if (/^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(text)) {
    return finite(Date.parse(`${text} GMT`));
  }
  return null;
}

function finite(time: number): number | null {
  return Number.isNaN(time) ? null : time;
}

/** The entity tags of a list, a weak one as its strong twin: the comparison is weak here (§13.1.2). */
export function entityTagsOf(list: string): string[] {
  return list.match(/"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
}
