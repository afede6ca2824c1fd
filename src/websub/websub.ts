// What the daemon has of WebSub: its own hub, and notices to others.
import type { Subscriptions } from '../ledger/subscriptions.ts';
import type { Log } from '../log.ts';
import type { RequestHandler } from '../output/server.ts';
import type { Snapshot } from '../output/snapshot.ts';
import { HUB_PATH, hubUrls } from './discovery.ts';
import { answerSubscriber } from './endpoint.ts';
import { Hub } from './hub.ts';
import { Notices } from './notices.ts';
import { Outgoing, type OutgoingOptions } from './outgoing.ts';
import type { WebSubSettings } from './settings.ts';

export interface WebSubOptions {
  readonly settings: WebSubSettings;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly version: string;
  readonly snapshot: () => Snapshot;
  readonly subscriptions: () => Subscriptions;
  readonly log: Log;
  readonly now: () => number;
  /** How long to wait after a first failure. ms */
  readonly retryBaseMs?: number;
  readonly outgoing?: Pick<OutgoingOptions, 'timeoutMs' | 'resolve'>;
}

export class WebSub implements AsyncDisposable {
  readonly #log: Log;
  readonly #toSubscribers: Outgoing;
  /** The operator has named them, so they may be anywhere. */
  readonly #toHubs: Outgoing;
  readonly #hub: Hub | null;
  readonly #notices: readonly Notices[];

  constructor(options: WebSubOptions) {
    const { settings, baseUrl, version } = options;
    const { allowPrivateCallbacks, subscribersMax, subscribersPerHostMax } = settings;
    const userAgent = `feedmill/${version} (+${baseUrl}/)`;
    this.#log = options.log;
    const common = { ...options.outgoing, userAgent };
    this.#toSubscribers = new Outgoing({ ...common, allowPrivate: allowPrivateCallbacks });
    this.#toHubs = new Outgoing({ ...common, allowPrivate: true });
    const publisher = { baseUrl, hubs: hubUrls(settings, baseUrl) };
    const limits = { all: subscribersMax, perHost: subscribersPerHostMax };
    const parts = { publisher, allowPrivateCallbacks, limits };
    this.#hub = settings.hub ? new Hub({ ...options, ...parts, outgoing: this.#toSubscribers }) : null;
    this.#notices = hubUrls({ ...settings, hub: false }, baseUrl).map(
      (hub) => new Notices({ ...options, hub, outgoing: this.#toHubs }),
    );
  }

  /** There may be new versions. Waits for nothing. */
  published(): void {
    this.#hub?.published();
    for (const notices of this.#notices) notices.published();
  }

  /** Who answers at a path; `null` where it is not the hub's. */
  handler(path: string | null): RequestHandler | null {
    const hub = this.#hub;
    if (hub === null || path !== HUB_PATH) return null;
    return async (request) => answerSubscriber(request, hub, this.#log);
  }

  /** Breaks off the requests under way. What they were for is done after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = Promise.all([
      this.#hub?.[Symbol.asyncDispose](),
      ...this.#notices.map((notices) => notices[Symbol.asyncDispose]()),
    ]);
    this.#toSubscribers[Symbol.dispose]();
    this.#toHubs[Symbol.dispose]();
    await ended;
  }
}
