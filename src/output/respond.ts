// A request and a snapshot → a response. Pure; the standards by section of RFC 9110.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { FORMATS, MEDIA_TYPES } from '../article.ts';
import type { Access } from './access.ts';
import { sharingHeaders, typeHeaders, variesBy } from './browsers.ts';
import {
  BUSY,
  type Health,
  healthResponse,
  metricsResponse,
  NOT_ALLOWED,
  NOT_FOUND,
  plain,
  redirect,
  STARTING,
  type Response,
  UNAUTHORIZED,
} from './answers.ts';
import { negotiate } from './codings.ts';
import { entityTagsOf, knownTag } from './conditional.ts';
import { deltaSince } from './delta.ts';
import { BusyError } from './on-demand.ts';
import { documentAt, languageHeaders } from './places.ts';
import { isFeed, type Lifetime, type Representation, type Snapshot } from './snapshot.ts';

export interface Request {
  readonly method: string;
  /** As in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Served {
  readonly snapshot: Snapshot;
  /** What is not in it and is made when it is asked for; `null` if there is none. @throws BusyError */
  readonly make: (path: string) => Promise<Representation | null> | null;
  /** Where feeds are known to be, without a slash at the end. */
  readonly baseUrl: string;
  /** Who may read; `null`: everybody. */
  readonly access: Access | null;
  /** How long a cache may serve a document without asking again: the time between two looks. s */
  readonly maxAge: number;
  /** Absolute URLs: who tells of changes of feeds (WebSub §4). */
  readonly hubs: readonly string[];
  /** For `/metrics`, in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
}

/** For how many times the time between two looks a cache may serve what it has while it asks again (RFC 5861). */
const STALE_LOOKS = 10;
/** How long it may if nobody answers. s */
const STALE_IF_ERROR = 86_400;
/** RFC 9111 knows no "for ever"; a year is the custom. s */
const YEAR = 31_536_000;

/**
 * @param health the state of the service, for `/healthz`
 * @param now for dates; ms
 */
export function respond(
  request: Request,
  served: Served,
  health: () => Health,
  now: number,
): Response | Promise<Response> {
  const { access } = served;
  const asked = pathOf(request.target);
  if (asked === null) return plain(400, 'The request target is not a path.');
  const open = access === null || asked === 'healthz';
  const path = open ? asked : access.admit(asked, request.headers.authorization);
  if (path === null) return UNAUTHORIZED;
  if (request.method !== 'GET' && request.method !== 'HEAD') return NOT_ALLOWED;
  if (path === 'healthz') return healthResponse(health());
  if (path === 'metrics') return metricsResponse(served.metrics());
  if (served.snapshot.size === 0) return STARTING;
  const representation = documentAt(path, request.headers['accept-language'], served.snapshot);
  if (representation !== undefined) return represented(request, path, representation, served, now);
  if (served.snapshot.has(`${path}/index.html`)) return redirect(path);
  const made = served.make(path);
  return made === null ? NOT_FOUND : onDemand(made, request, path, served, now);
}

async function onDemand(
  made: Promise<Representation | null>,
  request: Request,
  path: string,
  served: Served,
  now: number,
): Promise<Response> {
  try {
    const representation = await made;
    return representation === null ? NOT_FOUND : represented(request, path, representation, served, now);
  } catch (error) {
    if (!(error instanceof BusyError)) throw error;
    return BUSY;
  }
}

/** A document, or that the client has it already. */
function represented(
  request: Request,
  path: string,
  representation: Representation,
  served: Served,
  now: number,
): Response {
  const { best: coded, accepted } = negotiate(request.headers['accept-encoding'], representation.codings);
  const { etag, body } = coded ?? representation;
  const headers = {
    ...commonHeaders(representation, served, now),
    ...languageHeaders(path, representation, served.snapshot),
  };
  if (served.access !== null) headers.vary += ', Authorization';
  const known = knownTag(request.headers, representation, etag, accepted);
  const whole = representation.body.length;
  if (known !== null) return { status: 304, headers: { ...headers, etag: known }, body: '', whole };
  const delta = deltaSince(
    request.headers,
    entityTagsOf(request.headers['if-none-match'] ?? ''),
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
    whole,
  };
}

/** 226 IM Used (RFC 3229 §10.4.1): not to be kept by a cache that does not know what it is. */
function deltaResponse(body: Buffer, headers: OutgoingHttpHeaders, representation: Representation): Response {
  const { etag, body: whole } = representation;
  return {
    status: 226,
    headers: {
      ...headers,
      etag,
      im: 'feed',
      vary: 'A-IM, If-None-Match, Accept-Encoding',
      'cache-control': 'no-store, im',
      ...typeHeaders({}, representation),
      'content-length': body.length,
    },
    body,
    whole: whole.length,
  };
}

/** The path in a request target (§7.1: origin form, or absolute form), without query and first slash. */
export function pathOf(target: string): string | null {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  if (path === '') return target === '' ? null : '';
  return path.startsWith('/') ? path.slice(1) : null;
}

/** What a 304 says too (§15.4.5). */
function commonHeaders(representation: Representation, served: Served, now: number): OutgoingHttpHeaders {
  const { date, fields } = settled(representation, served);
  // Never later than the response itself (§8.8.2.1); nor made earlier, or a client that asks twice in the second
  // of a change would take the new document for the one it has: curl's library looks at nothing else.
  return representation.lastModified <= now ? { 'last-modified': date, ...fields } : { ...fields };
}

interface Settled {
  /** By what it was worked out. Not the whole of {@link Served}, which would keep snapshots of long ago. */
  readonly by: Pick<Served, 'baseUrl' | 'hubs' | 'maxAge' | 'access'>;
  readonly date: string;
  readonly fields: OutgoingHttpHeaders;
}
const settledOf = new WeakMap<Representation, Settled>();

/** What every answer says of a version of a document is worked out with the first. */
function settled(representation: Representation, served: Served): Settled {
  const known = settledOf.get(representation);
  const { baseUrl, hubs, maxAge, access } = served;
  if (known !== undefined && isAlike(known.by, served)) return known;
  const { path, lastModified, lifetime } = representation;
  const fields: OutgoingHttpHeaders = {
    'cache-control': cacheControl(lifetime, served),
    vary: variesBy(representation),
    link: linkHeader(path, served),
    ...sharingHeaders(access === null),
  };
  const made = { by: { baseUrl, hubs, maxAge, access }, date: new Date(lastModified).toUTCString(), fields };
  settledOf.set(representation, made);
  return made;
}

function isAlike({ baseUrl, hubs, maxAge, access }: Settled['by'], other: Served): boolean {
  const same = baseUrl === other.baseUrl && hubs === other.hubs && maxAge === other.maxAge;
  return same && (access === null) === (other.access === null);
}

/** A shared cache must not keep what only some may read. */
function cacheControl(lifetime: Lifetime, { maxAge, access }: Served): string {
  const scope = access === null ? 'public' : 'private';
  switch (lifetime) {
    case 'current':
      return `${scope}, max-age=${maxAge}, stale-while-revalidate=${maxAge * STALE_LOOKS}, stale-if-error=${STALE_IF_ERROR}`;
    case 'lasting':
      return `${scope}, max-age=${YEAR}`;
    case 'passing':
      return `${scope}, no-cache`;
  }
}

/** Where the document is at home, who tells of its changes, and its other formats (RFC 8288). */
function linkHeader(path: string, { snapshot, baseUrl, hubs }: Served): string {
  const stem = path.replace(/\.\w+$/, '');
  const links = [`<${baseUrl}/${path.replace(/(^|\/)index\.html$/, '$1')}>; rel="self"`];
  if (isFeed(path)) links.push(...hubs.map((hub) => `<${hub}>; rel="hub"`));
  for (const format of FORMATS) {
    const other = `${stem}.${format}`;
    if (other === path || !snapshot.has(other)) continue;
    links.push(`<${baseUrl}/${other}>; rel="alternate"; type="${MEDIA_TYPES[format]}"`);
  }
  return links.join(', ');
}
