// Other hubs are told which feeds have changed; they fetch them and tell the subscribers (WebSub §6).
import type { Log } from '../log.ts';
import type { Snapshot } from '../output/snapshot.ts';
import { backoff } from './backoff.ts';
import { topicUrl, topicVersions } from './discovery.ts';
import type { Outgoing } from './outgoing.ts';
import { isSuccess } from './verification.ts';

export interface NoticesOptions {
  /** Absolute URL. */
  readonly hub: string;
  readonly baseUrl: string;
  readonly snapshot: () => Snapshot;
  readonly outgoing: Outgoing;
  readonly log: Log;
  /** How long to wait after a first failure. ms */
  readonly retryBaseMs?: number;
}

const RETRY_BASE_MS = 30_000;
const RETRY_MAX_MS = 900_000;
/** A quarter of an hour or so; the next change is told again. */
const TRIES_MAX = 6;

/** To one hub, one after another. Not remembered beyond the process. */
export class Notices implements AsyncDisposable {
  readonly #options: NoticesOptions;
  /** What the hub has been told of, or need not be: entity tags by topic. */
  readonly #told: Map<string, string>;
  #running: Promise<void> | null = null;
  readonly #abort = new AbortController();

  /** What was published before is known. */
  constructor(options: NoticesOptions) {
    this.#options = options;
    this.#told = new Map(topicVersions(options.snapshot()));
  }

  /** There may be new versions. Waits for nothing. */
  published(): void {
    if (this.#running === null && this.#next() !== undefined) this.#running = this.#tellAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #tellAll(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [topic, version] = next;
      await this.#tell(topic);
      if (this.#abort.signal.aborted) return;
      this.#told.set(topic, version);
    }
    this.#running = null;
  }

  #next(): [string, string] | undefined {
    return [...topicVersions(this.#options.snapshot())].find(
      ([topic, version]) => this.#told.get(topic) !== version,
    );
  }

  /** Until it has been told, or too many times. */
  async #tell(topic: string): Promise<void> {
    const { hub, log, retryBaseMs = RETRY_BASE_MS } = this.#options;
    const facts = { topic, hub: new URL(hub).hostname };
    for (let tries = 1; !this.#abort.signal.aborted; tries += 1) {
      const why = await this.#try(topic);
      if (why === null) return log.debug(facts, 'hub told of a change');
      if (tries === TRIES_MAX) return log.warn({ ...facts, why }, 'hub could not be told of a change');
      await this.#pause(backoff(tries, retryBaseMs, RETRY_MAX_MS));
    }
  }

  /** @returns why it failed */
  async #try(topic: string): Promise<string | null> {
    const { hub, baseUrl, outgoing } = this.#options;
    const url = topicUrl(topic, baseUrl);
    // `hub.topic` is the recommendation's word for it, `hub.url` that of the hubs there are.
    const form = new URLSearchParams({ 'hub.mode': 'publish', 'hub.url': url, 'hub.topic': url });
    try {
      const { status } = await outgoing.send({
        method: 'POST',
        url: new URL(hub),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(form.toString()),
        bodyMax: 0,
      });
      return isSuccess(status) ? null : `status ${status}`;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #pause(delayMs: number): Promise<void> {
    const { signal } = this.#abort;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(done, delayMs);
      signal.addEventListener('abort', done);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}
