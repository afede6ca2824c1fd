// Does the subscriber want what was asked for in its name? (WebSub §5.3, verification of intent)
import { randomBytes } from 'node:crypto';
import type { Outgoing } from './outgoing.ts';
import type { SubscriptionRequest } from './subscription-request.ts';

/** bytes */
const CHALLENGE_SIZE = 32;

/**
 * Asks at the callback; true only if the answer is 2xx with the challenge and nothing else. A redirect is
 * no answer, and neither is 404.
 *
 * @throws whatever keeps an answer from coming
 */
export async function verifyIntent(
  { mode, topic, callback, leaseSeconds }: SubscriptionRequest,
  outgoing: Outgoing,
): Promise<boolean> {
  const challenge = randomBytes(CHALLENGE_SIZE).toString('base64url');
  const url = new URL(callback);
  // Appended to the text: setting a parameter would write the callback's own ones anew.
  const asked = new URLSearchParams({
    'hub.mode': mode,
    'hub.topic': topic,
    'hub.challenge': challenge,
    ...(mode === 'subscribe' && { 'hub.lease_seconds': String(leaseSeconds) }),
  });
  url.search = url.search === '' ? asked.toString() : `${url.search}&${asked.toString()}`;
  const { status, body } = await outgoing.send({ method: 'GET', url, bodyMax: challenge.length });
  return isSuccess(status) && body.equals(Buffer.from(challenge));
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}
