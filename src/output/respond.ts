// A request and a snapshot → a response. Pure; the standards by section of RFC 9110.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Representation, Snapshot } from './snapshot.ts';

export interface Request {
  readonly method: string;
  /** As in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Response {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | string;
}

/** How long a cache may serve a document without asking again. s */
const MAX_AGE = 60;

/** The page for people has no script and asks for nothing but its own style and pictures of articles. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * @param health the state of the service, for `/healthz`
 * @param now for dates; ms
 */
export function respond(request: Request, snapshot: Snapshot, health: () => Health, now: number): Response {
  const path = pathOf(request.target);
  if (path !== null && request.method !== 'GET' && request.method !== 'HEAD') {
    return {
      ...plain(405, 'Only GET and HEAD are answered here.'),
      headers: { ...TEXT, allow: 'GET, HEAD' },
    };
  }
  if (path === null) return plain(400, 'The request target is not a path.');
  if (path === 'healthz') return healthResponse(health());
  const representation = snapshot.get(path === '' ? 'index.html' : path);
  if (representation === undefined) return plain(404, 'There is nothing here. The list of feeds is at /.');
  const headers = validators(representation, now);
  if (isUnchanged(request.headers, representation)) return { status: 304, headers, body: '' };
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': representation.contentType,
      'content-length': representation.body.length,
      'x-content-type-options': 'nosniff',
      ...(representation.contentType.startsWith('text/html') && {
        'content-security-policy': PAGE_POLICY,
      }),
    },
    body: representation.body,
  };
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

function validators({ etag, lastModified }: Representation, now: number): OutgoingHttpHeaders {
  return {
    etag,
    // Never later than the response itself (§8.8.2.1).
    'last-modified': new Date(Math.min(lastModified, now)).toUTCString(),
    'cache-control': `public, max-age=${MAX_AGE}`,
  };
}

/** If-None-Match decides where it is given, If-Modified-Since only where it is not (§13.2.2). */
function isUnchanged(headers: IncomingHttpHeaders, { etag, lastModified }: Representation): boolean {
  const none = headers['if-none-match'];
  if (none !== undefined) return none.trim() === '*' || opaqueTags(none).includes(etag);
  const since = headers['if-modified-since'];
  if (since === undefined) return false;
  const date = httpDate(since);
  return date !== null && lastModified <= date;
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
