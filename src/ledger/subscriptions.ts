// Who is sent what is new (WebSub): the part of the ledger that cannot be found again in the seeds.

export interface SubscriptionKey {
  /** The path of a feed, with its extension. */
  readonly topic: string;
  /** As WHATWG URL writes it; a secret between the subscriber and the hub. */
  readonly callback: string;
}

/** What a subscriber has asked for and confirmed. */
export interface ConfirmedSubscription extends SubscriptionKey {
  /** What the subscriptions of one operator are counted by. */
  readonly host: string;
  /** What deliveries are signed with. */
  readonly secret: string | null;
  /** ms */
  readonly expires: number;
  /** Entity tag of the version that the subscriber has, or need not be sent. */
  readonly delivered: string;
}

export interface Subscription extends ConfirmedSubscription {
  /** In a row, since the last delivery that succeeded. */
  readonly failures: number;
  /** Nothing is sent before. ms */
  readonly retryAt: number;
}

export interface SubscriptionLimits {
  readonly all: number;
  readonly perHost: number;
}

/** Whether a subscription can be saved: it is there already, or the limits leave room for it. */
export type Room = 'enough' | 'full' | 'host-full';

export interface DueQuery {
  /** The version that each topic is at: its entity tag. */
  readonly versions: ReadonlyMap<string, string>;
  /** ms */
  readonly now: number;
  /** Hosts that are to be sent nothing more for now. */
  readonly busyHosts: readonly string[];
  readonly limit: number;
}

export interface Subscriptions {
  find(key: SubscriptionKey): Promise<Subscription | null>;
  roomFor(key: SubscriptionKey & { readonly host: string }, limits: SubscriptionLimits): Promise<Room>;
  /**
   * Adds it; or gives the one that is there its lease and its secret, and another chance where
   * deliveries have failed: what it has not been delivered it still is to be. Only where there is room for it.
   */
  save(subscription: ConfirmedSubscription, limits: SubscriptionLimits): Promise<Room>;
  /** @returns whether it was there */
  remove(key: SubscriptionKey): Promise<boolean>;
  /** Those that lack the version their topic is at, the most reliable first. */
  due(query: DueQuery): Promise<readonly Subscription[]>;
  recordDelivery(key: SubscriptionKey, version: string): Promise<void>;
  recordFailure(key: SubscriptionKey, retryAt: number): Promise<void>;
  /** When the first of those that wait is to be tried again; `null` if none waits. ms */
  nextRetry(now: number): Promise<number | null>;
  /** Removes those whose lease has ended; returns how many. */
  expire(now: number): Promise<number>;
}
