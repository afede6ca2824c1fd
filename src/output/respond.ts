// A request and a snapshot → a response. Pure; the standards by section of RFC 9110.
import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from './access.ts';
import { typeHeaders } from './browsers.ts';
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
import { knownTag } from './conditional.ts';
import { deltaOf, deltaSince } from './delta.ts';
import { type Asked, commonFields, wholeFields } from './fields.ts';
import { BusyError } from './on-demand.ts';
import { documentAt } from './places.ts';
import type { Representation, Snapshot } from './snapshot.ts';

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
    return representation === null
      ? NOT_FOUND
      : await represented(request, path, representation, served, now);
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
): Response | Promise<Response> {
  const { headers } = request;
  const asked = { headers, path, served, now };
  const { best: coded, accepted } = negotiate(headers['accept-encoding'], representation.codings);
  const { etag, read } = coded ?? representation;
  const known = knownTag(headers, representation, etag, accepted);
  const whole = representation.length;
  if (known !== null)
    return { status: 304, headers: commonFields(representation, known, asked), body: '', whole };
  const lacking = deltaSince(headers, representation);
  if (lacking !== null)
    return withBytes(representation.read(), (bytes) =>
      deltaResponse(deltaOf(lacking, representation, bytes), representation, asked),
    );
  const fields = wholeFields(representation, coded, asked);
  if (request.method === 'HEAD') return { status: 200, headers: fields, body: '', whole };
  return withBytes(read(), (body) => ({ status: 200, headers: fields, body, whole }));
}

/** Nearly always they are in memory, and nobody has to wait. */
function withBytes(
  bytes: Buffer | Promise<Buffer>,
  answer: (bytes: Buffer) => Response,
): Response | Promise<Response> {
  return bytes instanceof Promise ? bytes.then(answer) : answer(bytes);
}

/** 226 IM Used (RFC 3229 §10.4.1): not to be kept by a cache that does not know what it is. */
function deltaResponse(body: Buffer, representation: Representation, asked: Asked): Response {
  const { etag, length: whole } = representation;
  return {
    status: 226,
    headers: {
      ...commonFields(representation, etag, asked),
      im: 'feed',
      vary: 'A-IM, If-None-Match, Accept-Encoding',
      'cache-control': 'no-store, im',
      ...typeHeaders(representation, false),
      'content-length': body.length,
    },
    body,
    whole,
  };
}

/** As nearly all are. */
const PLAIN_TARGET = /^\/[^?#]*$/;

/** The path in a request target (§7.1: origin form, or absolute form), without query and first slash. */
export function pathOf(target: string): string | null {
  if (PLAIN_TARGET.test(target)) return target.slice(1);
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  if (path === '') return target === '' ? null : '';
  return path.startsWith('/') ? path.slice(1) : null;
}
