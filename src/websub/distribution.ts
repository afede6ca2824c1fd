// Every subscriber gets every version, or one that came after it (WebSub §7).
//
// Nothing is queued: who lacks what is read from the ledger, whenever there may be something to do. So a restart
// loses nothing, and versions that follow each other while a subscriber is out of reach are one delivery.
import type { Subscription, SubscriptionKey, Subscriptions } from '../ledger/subscriptions.ts';
import type { Log } from '../log.ts';
import type { Snapshot } from '../output/snapshot.ts';
import { backoff } from './backoff.ts';
import { deliver, type Outcome, type Publisher } from './delivery.ts';
import { topicVersions } from './discovery.ts';
import { News } from './news.ts';
import type { Outgoing } from './outgoing.ts';

export interface DistributionOptions {
  readonly publisher: Publisher;
  readonly snapshot: () => Snapshot;
  readonly subscriptions: () => Subscriptions;
  readonly outgoing: Outgoing;
  readonly log: Log;
  readonly now: () => number;
  /** How long to wait after a first failure. ms */
  readonly retryBaseMs?: number;
}

const DELIVERIES_MAX = 16;
const DELIVERIES_PER_HOST_MAX = 2;
/** To hosts that took longer than that the last time: they keep no others waiting. ms */
const SLOW_MS = 1_000;
const SLOW_DELIVERIES_MAX = 4;
/** Read from the ledger at once; more than can be under way, so that some are not. */
const CANDIDATES = 64;
const RETRY_BASE_MS = 60_000;
const RETRY_MAX_MS = 6 * 3_600_000;
/** With the waits between them some two to four days; then the subscription ends. */
const FAILURES_MAX = 20;
/** Leases end without anything else happening. ms */
const LOOK_MS = 3_600_000;
/** After the ledger could not be read; the next pass puts it right. ms */
const TROUBLE_MS = 60_000;

export class Distribution implements AsyncDisposable {
  readonly #options: DistributionOptions;
  /** By {@link nameOf}. */
  readonly #underWay = new Map<string, { readonly host: string; readonly done: Promise<void> }>();
  readonly #news = new News();
  readonly #slowHosts = new Set<string>();
  #candidates: readonly Subscription[] = [];
  #running: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** The ledger does not work; nothing is sent, or it would be sent again and again. */
  #troubled = false;
  /** What was delivered and could not be recorded, by {@link nameOf}: entity tags. Not sent again. */
  readonly #unrecorded = new Map<string, string>();

  constructor(options: DistributionOptions) {
    this.#options = options;
  }

  /** There may be something to send. */
  wake(): void {
    if (this.#stopped || this.#troubled) return;
    this.#again = true;
    this.#running ??= this.#run();
  }

  /** Starts nothing more and waits for what is under way; whoever owns the requests ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await Promise.all([...this.#underWay.values()].map(({ done }) => done));
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && this.#working) {
        this.#again = false;
        await this.#fill();
      }
      const waitMs = await this.#wait();
      if (this.#working) this.#wakeAfter(this.#again ? 0 : waitMs);
    } catch (error) {
      this.#rest(error);
    }
    this.#running = null;
  }

  get #working(): boolean {
    return !this.#stopped && !this.#troubled;
  }

  #wakeAfter(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#troubled = false;
      this.wake();
    }, delayMs);
  }

  /** Until the next pass has put the ledger right. */
  #rest(error: unknown): void {
    if (!this.#working) return;
    this.#options.log.warn({ err: error }, 'subscriptions cannot be read or written');
    this.#troubled = true;
    this.#wakeAfter(TROUBLE_MS);
  }

  /** Until the first retry, or until leases may have ended. ms */
  async #wait(): Promise<number> {
    const { subscriptions, now } = this.#options;
    await subscriptions().expire(now());
    const next = await subscriptions().nextRetry(now());
    return next === null ? LOOK_MS : Math.min(Math.max(next - now(), 0), LOOK_MS);
  }

  /** Starts as many deliveries as may be under way. */
  async #fill(): Promise<void> {
    const { snapshot, subscriptions, now } = this.#options;
    while (this.#underWay.size < DELIVERIES_MAX && this.#working) {
      const next = this.#candidates.find((each) => this.#mayStart(each));
      if (next !== undefined) {
        this.#candidates = this.#candidates.filter((each) => each !== next);
        this.#start(next);
        continue;
      }
      const due = await subscriptions().due({
        versions: topicVersions(snapshot()),
        now: now(),
        busyHosts: this.#busyHosts(),
        limit: CANDIDATES,
      });
      this.#candidates = due.filter((each) => this.#mayStart(each));
      if (this.#candidates.length === 0) return;
    }
  }

  #busyHosts(): readonly string[] {
    const hosts = Map.groupBy(this.#underWay.values(), ({ host }) => host);
    const full = [...hosts].filter(([, deliveries]) => deliveries.length >= DELIVERIES_PER_HOST_MAX);
    const slow = [...this.#underWay.values()].filter(({ host }) => this.#slowHosts.has(host));
    return [...full.map(([host]) => host), ...(slow.length >= SLOW_DELIVERIES_MAX ? this.#slowHosts : [])];
  }

  #mayStart(candidate: Subscription): boolean {
    return !this.#underWay.has(nameOf(candidate)) && !this.#busyHosts().includes(candidate.host);
  }

  #start(candidate: Subscription): void {
    const name = nameOf(candidate);
    const start = performance.now();
    const done = this.#deliver(candidate)
      .catch((error: unknown) => this.#rest(error))
      .then(() => void this.#underWay.delete(name))
      .then(() => this.#judge(candidate.host, performance.now() - start))
      .then(() => this.wake());
    this.#underWay.set(name, { host: candidate.host, done });
  }

  #judge(host: string, durationMs: number): void {
    if (durationMs > SLOW_MS) this.#slowHosts.add(host);
    else this.#slowHosts.delete(host);
  }

  async #deliver(candidate: Subscription): Promise<void> {
    const { publisher, snapshot, subscriptions, outgoing, now } = this.#options;
    // It may have been renewed, served or ended since it was read.
    const subscription = await subscriptions().find(candidate);
    const topic = snapshot().get(candidate.topic);
    if (subscription === null || topic === undefined || subscription.expires <= now()) return;
    if (subscription.delivered === topic.etag) return;
    const name = nameOf(subscription);
    const sent = this.#unrecorded.get(name) === topic.etag;
    const outcome: Outcome = sent
      ? { kind: 'delivered' }
      : await deliver(
          subscription,
          topic,
          this.#news.since(subscription.delivered, topic),
          publisher,
          outgoing,
        );
    // Who stops has broken it off; that is not the subscriber's failure.
    if (this.#stopped && outcome.kind === 'failed') return;
    if (outcome.kind === 'delivered') this.#unrecorded.set(name, topic.etag);
    await this.#record(subscription, topic.etag, outcome);
    this.#unrecorded.delete(name);
  }

  async #record(subscription: Subscription, version: string, outcome: Outcome): Promise<void> {
    const { subscriptions, log, now, retryBaseMs = RETRY_BASE_MS } = this.#options;
    const { topic, failures } = subscription;
    // A callback's path is all that keeps others from it: only its host is logged.
    const facts = { topic, host: new URL(subscription.callback).hostname };
    switch (outcome.kind) {
      case 'delivered':
        log.debug(facts, 'delivered');
        return subscriptions().recordDelivery(subscription, version);
      case 'gone':
        log.info(facts, 'subscriber is gone');
        return void (await subscriptions().remove(subscription));
      case 'failed': {
        if (failures + 1 >= FAILURES_MAX) {
          log.warn(
            { ...facts, why: outcome.why },
            'subscriber given up: nothing could be delivered for days',
          );
          return void (await subscriptions().remove(subscription));
        }
        log.debug({ ...facts, why: outcome.why, failures: failures + 1 }, 'not delivered, to be tried again');
        const retryAt = now() + backoff(failures + 1, retryBaseMs, RETRY_MAX_MS);
        return subscriptions().recordFailure(subscription, retryAt);
      }
    }
  }
}

function nameOf({ topic, callback }: SubscriptionKey): string {
  return `${topic} ${callback}`;
}
