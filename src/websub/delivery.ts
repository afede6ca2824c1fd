// One delivery: what is new in a topic, sent to one subscriber (WebSub §7).
import { createHmac } from 'node:crypto';
import type { Subscription } from '../ledger/subscriptions.ts';
import type { Representation } from '../output/snapshot.ts';
import { topicUrl } from './discovery.ts';
import type { Outgoing } from './outgoing.ts';
import { isSuccess } from './verification.ts';

/** `gone`: the subscriber wants nothing more (410). */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly why: string };

export interface Publisher {
  readonly baseUrl: string;
  readonly hubs: readonly string[];
}

/** @param lacking what the subscriber lacks of the topic */
export async function deliver(
  { callback, secret }: Subscription,
  topic: Representation,
  lacking: Promise<Buffer>,
  { baseUrl, hubs }: Publisher,
  outgoing: Outgoing,
): Promise<Outcome> {
  const links = [
    ...hubs.map((hub) => `<${hub}>; rel="hub"`),
    `<${topicUrl(topic.path, baseUrl)}>; rel="self"`,
  ];
  try {
    const body = await lacking;
    const { status } = await outgoing.send({
      method: 'POST',
      url: new URL(callback),
      headers: {
        'content-type': topic.contentType,
        link: links.join(', '),
        ...(secret !== null && { 'x-hub-signature': signature(body, secret) }),
      },
      body,
      bodyMax: 0,
    });
    if (status === 410) return { kind: 'gone' };
    return isSuccess(status) ? { kind: 'delivered' } : { kind: 'failed', why: `status ${status}` };
  } catch (error) {
    return { kind: 'failed', why: (error as Error).message };
  }
}

/** Of exactly the bytes that are sent (§7.1). */
function signature(body: Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
