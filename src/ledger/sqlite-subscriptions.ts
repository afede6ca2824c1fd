// Subscriptions on SQLite. Owns their SQL; `schema.ts` owns the table.
import type { DatabaseSync } from 'node:sqlite';
import type {
  ConfirmedSubscription,
  DueQuery,
  Room,
  Subscription,
  SubscriptionKey,
  SubscriptionLimits,
  Subscriptions,
} from './subscriptions.ts';
import { prepareAll, type Prepared } from './prepare.ts';

const COLUMNS = 'topic, callback, host, secret, expires, delivered, failures, retry_at AS retryAt';
const KEY = 'topic = :topic AND callback = :callback';

const SQL = {
  find: `SELECT ${COLUMNS} FROM subscription WHERE ${KEY}`,
  counts: `SELECT count(*) AS every, (SELECT count(*) FROM subscription WHERE host = ?) AS same FROM subscription`,
  save: `
    INSERT INTO subscription (topic, callback, host, secret, expires, delivered)
    VALUES (:topic, :callback, :host, :secret, :expires, :delivered)
    ON CONFLICT (topic, callback) DO UPDATE SET host = excluded.host, secret = excluded.secret,
      expires = excluded.expires, failures = 0, retry_at = 0`,
  remove: `DELETE FROM subscription WHERE ${KEY}`,
  due: `
    SELECT ${COLUMNS} FROM subscription JOIN json_each(:versions) AS version ON version.key = topic
    WHERE delivered <> version.value AND retry_at <= :now AND expires > :now
      AND host NOT IN (SELECT value FROM json_each(:busyHosts))
    ORDER BY failures, subscription.id LIMIT :limit`,
  recordDelivery: `UPDATE subscription SET delivered = :version, failures = 0, retry_at = 0 WHERE ${KEY}`,
  recordFailure: `UPDATE subscription SET failures = failures + 1, retry_at = :retryAt WHERE ${KEY}`,
  nextRetry: 'SELECT min(retry_at) AS time FROM subscription WHERE retry_at > 0 AND retry_at > ?',
  expire: 'DELETE FROM subscription WHERE expires <= ?',
} as const;

export class SqliteSubscriptions implements Subscriptions {
  readonly #statements: Prepared<typeof SQL>;
  readonly #run: <T>(action: () => T) => Promise<T>;

  /** @param run does synchronous work behind an asynchronous interface */
  constructor(database: DatabaseSync, run: <T>(action: () => T) => Promise<T>) {
    this.#statements = prepareAll(database, SQL);
    this.#run = run;
  }

  find({ topic, callback }: SubscriptionKey): Promise<Subscription | null> {
    return this.#run(() => {
      return (this.#statements.find.get({ topic, callback }) as unknown as Subscription | undefined) ?? null;
    });
  }

  roomFor(key: SubscriptionKey & { readonly host: string }, limits: SubscriptionLimits): Promise<Room> {
    return this.#run(() => this.#roomFor(key, limits));
  }

  save(subscription: ConfirmedSubscription, limits: SubscriptionLimits): Promise<Room> {
    const { topic, callback, host, secret, expires, delivered } = subscription;
    return this.#run(() => {
      const room = this.#roomFor(subscription, limits);
      if (room === 'enough') {
        this.#statements.save.run({ topic, callback, host, secret, expires, delivered });
      }
      return room;
    });
  }

  #roomFor(
    { topic, callback, host }: SubscriptionKey & { readonly host: string },
    { all, perHost }: SubscriptionLimits,
  ): Room {
    if (this.#statements.find.get({ topic, callback }) !== undefined) return 'enough';
    const { every, same } = this.#statements.counts.get(host) as { every: number; same: number };
    if (same >= perHost) return 'host-full';
    return every < all ? 'enough' : 'full';
  }

  remove({ topic, callback }: SubscriptionKey): Promise<boolean> {
    return this.#run(() => this.#statements.remove.run({ topic, callback }).changes === 1);
  }

  due({ versions, now, busyHosts, limit }: DueQuery): Promise<readonly Subscription[]> {
    return this.#run(() => {
      return this.#statements.due.all({
        versions: JSON.stringify(Object.fromEntries(versions)),
        now,
        busyHosts: JSON.stringify(busyHosts),
        limit,
      }) as unknown as Subscription[];
    });
  }

  recordDelivery({ topic, callback }: SubscriptionKey, version: string): Promise<void> {
    return this.#run(() => void this.#statements.recordDelivery.run({ topic, callback, version }));
  }

  recordFailure({ topic, callback }: SubscriptionKey, retryAt: number): Promise<void> {
    return this.#run(() => void this.#statements.recordFailure.run({ topic, callback, retryAt }));
  }

  nextRetry(now: number): Promise<number | null> {
    return this.#run(() => this.#statements.nextRetry.get(now)!['time'] as number | null);
  }

  expire(now: number): Promise<number> {
    return this.#run(() => Number(this.#statements.expire.run(now).changes));
  }
}
