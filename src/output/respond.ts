// A request and a snapshot → a response. Pure; the standards by section of RFC 9110.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { FORMATS, MEDIA_TYPES } from '../article.ts';
import { typeHeaders, variesBy } from './browsers.ts';
import { negotiate } from './codings.ts';
import { deltaSince } from './delta.ts';
import { documentAt, languageHeaders } from './places.ts';
import type { Representation, Snapshot } from './snapshot.ts';

export interface Request {
  readonly method: string;
  /** As in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Served {
  readonly snapshot: Snapshot;
  /** Where feeds are known to be, without a slash at the end. */
  readonly baseUrl: string;
  /** How long a cache may serve a document without asking again: the time between two looks. s */
  readonly maxAge: number;
}

export interface Response {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | string;
}

/** For how many times the time between two looks a cache may serve what it has while it asks again (RFC 5861). */
const STALE_LOOKS = 10;
/** How long it may if nobody answers. s */
const STALE_IF_ERROR = 86_400;

/**
 * @param health the state of the service, for `/healthz`
 * @param now for dates; ms
 */
export function respond(request: Request, served: Served, health: () => Health, now: number): Response {
  const path = pathOf(request.target);
  if (path !== null && request.method !== 'GET' && request.method !== 'HEAD') {
    return {
      ...plain(405, 'Only GET and HEAD are answered here.'),
      headers: { ...TEXT, allow: 'GET, HEAD' },
    };
  }
  if (path === null) return plain(400, 'The request target is not a path.');
  if (path === 'healthz') return healthResponse(health());
  if (served.snapshot.has(`${path}/index.html`)) return redirect(path);
  const representation = documentAt(path, request.headers['accept-language'], served.snapshot);
  if (representation === undefined) return plain(404, 'There is nothing here. The list of feeds is at /.');
  const coded = negotiate(request.headers['accept-encoding'], representation.codings);
  const { etag, body } = coded ?? representation;
  const headers = {
    ...commonHeaders(representation, served, now),
    ...languageHeaders(path, representation, served.snapshot),
  };
  const known = knownTag(request.headers, representation, etag);
  if (known !== null) return { status: 304, headers: { ...headers, etag: known }, body: '' };
  const delta = deltaSince(
    request.headers,
    opaqueTags(request.headers['if-none-match'] ?? ''),
    representation,
  );
  if (delta !== null) return deltaResponse(delta, headers, representation);
  return {
    status: 200,
    headers: {
      ...headers,
      etag,
      ...typeHeaders(request.headers, representation),
      ...(coded && { 'content-encoding': coded.coding }),
      'content-length': body.length,
    },
    body,
  };
}

/** 226 IM Used (RFC 3229 §10.4.1): not to be kept by a cache that does not know what it is. */
function deltaResponse(
  body: Buffer,
  headers: OutgoingHttpHeaders,
  { etag, contentType }: Representation,
): Response {
  return {
    status: 226,
    headers: {
      ...headers,
      etag,
      im: 'feed',
      vary: 'A-IM, If-None-Match, Accept-Encoding',
      'cache-control': 'no-store, im',
      'content-type': contentType,
      'content-length': body.length,
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}

/** A folder without its slash (§15.4.9); relative, so that it leads there below a prefix too. */
function redirect(path: string): Response {
  const location = `./${path.slice(path.lastIndexOf('/') + 1)}/`;
  const { status, headers, body } = plain(308, `The page is at ${location}`);
  return { status, headers: { ...headers, location }, body };
}

export interface Health {
  /** `starting` until something can be served. */
  readonly status: 'ok' | 'degraded' | 'starting';
  readonly [detail: string]: unknown;
}

function healthResponse(health: Health): Response {
  return {
    status: health.status === 'starting' ? 503 : 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(health.status === 'starting' && { 'retry-after': '1' }),
    },
    body: `${JSON.stringify(health, null, 2)}\n`,
  };
}

/** The path in a request target (§7.1: origin form, or absolute form), without query and first slash. */
function pathOf(target: string): string | null {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  if (path === '') return target === '' ? null : '';
  return path.startsWith('/') ? path.slice(1) : null;
}

/** What a 304 says too (§15.4.5). */
function commonHeaders(representation: Representation, served: Served, now: number): OutgoingHttpHeaders {
  const { path, lastModified } = representation;
  const { maxAge } = served;
  return {
    // Never later than the response itself (§8.8.2.1).
    'last-modified': new Date(Math.min(lastModified, now)).toUTCString(),
    'cache-control': `public, max-age=${maxAge}, stale-while-revalidate=${maxAge * STALE_LOOKS}, stale-if-error=${STALE_IF_ERROR}`,
    vary: variesBy(representation),
    link: linkHeader(path, served),
  };
}

/** Where the document is at home, and its other formats (RFC 8288). */
function linkHeader(path: string, { snapshot, baseUrl }: Served): string {
  const stem = path.replace(/\.\w+$/, '');
  const links = [`<${baseUrl}/${path.replace(/(^|\/)index\.html$/, '$1')}>; rel="self"`];
  for (const format of FORMATS) {
    const other = `${stem}.${format}`;
    if (other === path || !snapshot.has(other)) continue;
    links.push(`<${baseUrl}/${other}>; rel="alternate"; type="${MEDIA_TYPES[format]}"`);
  }
  return links.join(', ');
}

/**
 * The entity tag by which a client knows what it would be sent, `null` if it does not. If-None-Match
 * decides where it is given, If-Modified-Since only where it is not (§13.2.2). A tag of the same version in another
 * coding is as good: the client has the same document.
 */
function knownTag(
  headers: IncomingHttpHeaders,
  representation: Representation,
  selected: string,
): string | null {
  const none = headers['if-none-match'];
  if (none !== undefined) {
    const tags = none.trim() === '*' ? [selected] : opaqueTags(none);
    const own = [selected, representation.etag, ...representation.codings.map(({ etag }) => etag)];
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
function opaqueTags(list: string): string[] {
  return list.match(/"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

function plain(status: number, message: string): Response {
  return { status, headers: TEXT, body: `${message}\n` };
}
