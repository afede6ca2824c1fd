// The feeds' own hub: takes subscriptions, has them confirmed, keeps them (WebSub §5).
import type { SubscriptionLimits } from '../ledger/subscriptions.ts';
import { Allowance } from './allowance.ts';
import { addressIn, isPublicAddress, operatorOf } from './callback-address.ts';
import { topicPath } from './discovery.ts';
import { Distribution, type DistributionOptions } from './distribution.ts';
import type { Outgoing } from './outgoing.ts';
import { readSubscriptionRequest, type SubscriptionRequest } from './subscription-request.ts';
import { verifyIntent } from './verification.ts';

export interface HubAnswer {
  readonly status: number;
  readonly message: string;
  /** s */
  readonly retryAfter?: number;
}

export interface HubOptions extends DistributionOptions {
  readonly allowPrivateCallbacks: boolean;
  readonly limits: SubscriptionLimits;
}

/** A request that there is nothing against, with what is needed to keep it. */
interface Accepted {
  readonly request: SubscriptionRequest;
  readonly topic: string;
  readonly host: string;
  /** What the topic is at: whatever comes later is to be delivered. */
  readonly version: string;
}

const VERIFICATIONS_MAX = 64;
/**
 * Whoever names a callback has the hub send a request there: not often enough to hurt, and often enough for a
 * reader that subscribes to all feeds of a site.
 */
const VERIFICATIONS_PER_MINUTE = { each: 30, all: 300 };
/** s */
const RETRY_SOON = 10;
const RETRY_LATER = 3_600;

export class Hub implements AsyncDisposable {
  readonly #options: HubOptions;
  readonly #outgoing: Outgoing;
  readonly #distribution: Distribution;
  readonly #allowance = new Allowance(VERIFICATIONS_PER_MINUTE);
  /** By topic and callback. */
  readonly #verifications = new Map<string, Promise<void>>();
  #stopped = false;

  /** What has not been delivered before is delivered now. */
  constructor(options: HubOptions) {
    this.#options = options;
    this.#outgoing = options.outgoing;
    this.#distribution = new Distribution(options);
    this.#distribution.wake();
  }

  /** There may be new versions. */
  published(): void {
    this.#distribution.wake();
  }

  /** @param form as `application/x-www-form-urlencoded` */
  async take(form: string): Promise<HubAnswer> {
    const read = readSubscriptionRequest(form);
    if (read.kind === 'refused') return { status: 400, message: read.why };
    const { request } = read;
    const { snapshot, publisher, now } = this.#options;
    if (snapshot().size === 0) return busy('There are no feeds yet.');
    const topic = topicPath(request.topic, publisher.baseUrl, snapshot());
    if (topic === null) return { status: 404, message: 'hub.topic is not the address of a feed here.' };
    if (!this.#mayCall(request.callback)) {
      return { status: 400, message: 'hub.callback is not a public address.' };
    }
    const host = operatorOf(request.callback);
    const version = snapshot().get(topic)!.etag;
    const accepted = { request, topic, host, version };
    const refusal = (await this.#lackOfRoom(accepted)) ?? this.#lackOfTurns(accepted, now());
    if (refusal !== null) return refusal;
    this.#verify(accepted);
    return { status: 202, message: 'The callback is asked to confirm this.' };
  }

  /** Breaks off what is under way, and waits until it has ended. The owner of the requests ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#distribution[Symbol.asyncDispose]();
    await Promise.all(this.#verifications.values());
  }

  /** Names are looked up when they are called. */
  #mayCall(callback: URL): boolean {
    const address = addressIn(callback);
    return this.#options.allowPrivateCallbacks || address === null || isPublicAddress(address);
  }

  async #lackOfRoom({ request, topic, host }: Accepted): Promise<HubAnswer | null> {
    if (request.mode === 'unsubscribe') return null;
    const { subscriptions, limits, now } = this.#options;
    await subscriptions().expire(now());
    const room = await subscriptions().roomFor({ topic, callback: request.callback.href, host }, limits);
    switch (room) {
      case 'enough':
        return null;
      case 'full':
        return {
          status: 503,
          message: 'The hub has no room for more subscriptions.',
          retryAfter: RETRY_LATER,
        };
      case 'host-full':
        return { status: 429, message: 'The host has too many subscriptions.', retryAfter: RETRY_LATER };
    }
  }

  #lackOfTurns(accepted: Accepted, now: number): HubAnswer | null {
    if (this.#stopped || this.#verifications.size >= VERIFICATIONS_MAX) {
      return busy('Too many requests are being verified.');
    }
    if (this.#verifications.has(nameOf(accepted))) {
      return { status: 429, message: 'The callback is being asked already.', retryAfter: RETRY_SOON };
    }
    const retryAfter = this.#allowance.waitOf(now);
    switch (this.#allowance.take(accepted.host, now)) {
      case 'yes':
        return null;
      case 'too-often':
        return { status: 429, message: 'Too many requests name this host.', retryAfter };
      case 'too-busy':
        return { status: 503, message: 'Too many requests have come in this minute.', retryAfter };
    }
  }

  /** Behind the answer, as the recommendation wants it (§5.3). */
  #verify(accepted: Accepted): void {
    const name = nameOf(accepted);
    const verification = this.#keepIfConfirmed(accepted)
      .catch((error: unknown) => {
        if (!this.#stopped) this.#options.log.warn({ err: error }, 'a subscription cannot be recorded');
      })
      .then(() => void this.#verifications.delete(name));
    this.#verifications.set(name, verification);
  }

  async #keepIfConfirmed({ request, topic, host, version }: Accepted): Promise<void> {
    const { subscriptions, limits, log, now } = this.#options;
    const { mode, callback, leaseSeconds, secret } = request;
    // A callback's path is all that keeps others from it: only its host is logged.
    const facts = { topic, host: callback.hostname };
    const why = await this.#whyNotConfirmed(request);
    if (why !== null) return log.debug({ ...facts, mode, why }, 'not confirmed');
    const key = { topic, callback: callback.href };
    if (mode === 'unsubscribe') {
      if (await subscriptions().remove(key)) log.info(facts, 'unsubscribed');
      return;
    }
    const expires = now() + leaseSeconds * 1000;
    const room = await subscriptions().save({ ...key, host, secret, expires, delivered: version }, limits);
    if (room !== 'enough') return log.debug({ ...facts, room }, 'no room left');
    log.info({ ...facts, leaseSeconds }, 'subscribed');
    this.#distribution.wake();
  }

  async #whyNotConfirmed(request: SubscriptionRequest): Promise<string | null> {
    try {
      return (await verifyIntent(request, this.#outgoing)) ? null : 'the challenge was not sent back';
    } catch (error) {
      return (error as Error).message;
    }
  }
}

function nameOf({ request, topic }: Accepted): string {
  return `${topic} ${request.callback.href}`;
}

function busy(message: string): HubAnswer {
  return { status: 503, message, retryAfter: RETRY_SOON };
}
