// The hub's address: an HTTP request → what the hub makes of it.
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Log } from '../log.ts';
import { plain, type Response } from '../output/answers.ts';
import type { Hub, HubAnswer } from './hub.ts';

const FORM = 'application/x-www-form-urlencoded';
/** A topic, a callback and a secret, generously. bytes */
const FORM_BYTES_MAX = 8_192;
/** s */
const RETRY_SOON = '10';

export async function answerSubscriber(request: IncomingMessage, hub: Hub, log: Log): Promise<Response> {
  try {
    const { status, message, retryAfter } = refusal(request) ?? (await takeForm(request, hub));
    return answer(status, message, {
      ...(status === 405 && { allow: 'POST' }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    });
  } catch (error) {
    // Who goes away before the end is told nothing.
    if (!request.destroyed || request.complete)
      log.warn({ err: error }, 'a subscriber could not be answered');
    return answer(503, 'This does not work at the moment.', { 'retry-after': RETRY_SOON });
  }
}

/** What can be told from the head alone. */
function refusal({ method, headers }: IncomingMessage): HubAnswer | null {
  if (method !== 'POST') {
    return { status: 405, message: 'This is a WebSub hub: it takes subscriptions by POST.' };
  }
  const type = headers['content-type']?.split(';')[0]!.trim().toLowerCase();
  if (type !== FORM || headers['content-encoding'] !== undefined) {
    return { status: 415, message: `A subscription is sent as ${FORM}.` };
  }
  return Number(headers['content-length'] ?? 0) > FORM_BYTES_MAX ? TOO_LARGE : null;
}

const TOO_LARGE: HubAnswer = { status: 413, message: `A subscription has at most ${FORM_BYTES_MAX} bytes.` };

async function takeForm(request: IncomingMessage, hub: Hub): Promise<HubAnswer> {
  const form = await readForm(request);
  return form === null ? TOO_LARGE : hub.take(form);
}

/** `null` if there is too much of it: the rest is read and forgotten. @throws if the client goes away */
function readForm(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('error', reject);
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= FORM_BYTES_MAX) chunks.push(chunk);
      else resolve(null);
    });
  });
}

function answer(status: number, message: string, more: OutgoingHttpHeaders): Response {
  const { headers, body } = plain(status, message);
  return { status, headers: { ...headers, ...more }, body };
}
