// Answers that are no documents: errors, redirects, and how the service is.
import type { OutgoingHttpHeaders } from 'node:http';
import { GUARDED } from './browsers.ts';
import { LostError } from './store.ts';

export interface Response {
  readonly status: number;
  /** Not to change: they may be those of other answers, too. */
  readonly headers: Readonly<OutgoingHttpHeaders>;
  readonly body: Buffer | string;
  /** How long the document is of which this says something, be it nothing new. bytes */
  readonly whole?: number;
}

/** What is an error now may be none the next time. */
const TEXT = {
  ...GUARDED,
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
};

/** RFC 7617. */
export const UNAUTHORIZED: Response = {
  status: 401,
  headers: {
    ...TEXT,
    'www-authenticate': 'Basic realm="feedmill", charset="UTF-8"',
  },
  body: 'These feeds are private: a token opens them.\n',
};
export const NOT_ALLOWED: Response = {
  ...plain(405, 'Only GET and HEAD are answered here.'),
  headers: { ...TEXT, allow: 'GET, HEAD' },
};
export const NOT_FOUND = plain(404, 'There is nothing here. The list of feeds is at /.');

export function plain(status: number, message: string): Response {
  return { status, headers: TEXT, body: `${message}\n` };
}
/** Nothing has been published yet. */
export const STARTING: Response = {
  ...plain(503, 'The first look at the seeds is under way.'),
  headers: { ...TEXT, 'retry-after': '2' },
};

/** Too much is asked for at once, or what it takes cannot be read just now. */
export const BUSY: Response = {
  ...plain(503, 'This cannot be made just now. Try again in a while.'),
  headers: { ...TEXT, 'retry-after': '5' },
};

/** Once more from what there is now, if what an answer was to be made from was replaced or lost meanwhile. */
export async function askAgain(error: unknown, ask: () => Response | Promise<Response>): Promise<Response> {
  if (!(error instanceof LostError)) throw error;
  try {
    return await ask();
  } catch (again) {
    if (!(again instanceof LostError)) throw again;
    return BUSY;
  }
}

/** A defect of ours is logged; whoever asked can do nothing about it. */
export const BROKEN: Response = {
  status: 500,
  headers: TEXT,
  body: 'Something went wrong here. It has been logged.\n',
};

/** A folder without its slash (§15.4.9); relative, so that it leads there below a prefix too. */
export function redirect(path: string): Response {
  const location = `./${path.slice(path.lastIndexOf('/') + 1)}/`;
  const { status, headers, body } = plain(308, `The page is at ${location}`);
  return { status, headers: { ...headers, location }, body };
}

export interface Health {
  /** `starting` until something can be served. */
  readonly status: 'ok' | 'degraded' | 'starting';
  readonly [detail: string]: unknown;
}

export function healthResponse(health: Health): Response {
  return {
    status: health.status === 'starting' ? 503 : 200,
    headers: {
      ...GUARDED,
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(health.status === 'starting' && { 'retry-after': '1' }),
    },
    body: `${JSON.stringify(health, null, 2)}\n`,
  };
}

export async function metricsResponse(text: Promise<string>): Promise<Response> {
  const type = 'text/plain; version=0.0.4; charset=utf-8';
  return {
    status: 200,
    headers: { ...TEXT, 'content-type': type, 'cache-control': 'no-store' },
    body: await text,
  };
}
