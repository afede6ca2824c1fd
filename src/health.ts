// How the service is, for `/healthz`: is it alive and fresh, and if not, why? Pure.
import type { Alarms } from './alarms.ts';
import type { Stock } from './ledger/ledger.ts';
import { liveOutlets } from './ledger/tally.ts';
import type { Health } from './output/answers.ts';
import type { Snapshot } from './output/snapshot.ts';
import type { PassSummary } from './report.ts';

export interface HealthFacts {
  readonly version: string;
  readonly now: number;
  /** Of the process. ms */
  readonly startedAt: number;
  readonly alarms: Pick<Alarms, 'raised'>;
  readonly stock: Stock;
  readonly snapshot: Snapshot;
  readonly lastPass: (PassSummary & { readonly at: number }) | null;
  /** When a look at everything last ended. ms */
  readonly lastLook: number | null;
}

/**
 * What the HTTP status says is whether there is something to serve; whether all is well, `status` says: who takes
 * a service out of use because of an alarm takes the last good feeds from their readers.
 */
export function healthOf(facts: HealthFacts): Health {
  const { alarms, stock, snapshot, lastPass, startedAt, now } = facts;
  const { articles, newest, seeds, rejected, missing } = stock;
  const troubled = alarms.raised.size > 0 ? 'degraded' : 'ok';
  return {
    status: snapshot.size > 0 ? troubled : 'starting',
    alarms: Object.fromEntries(
      [...alarms.raised].map(([name, { message, since }]) => [name, { message, since: dateOf(since) }]),
    ),
    version: facts.version,
    startedAt: dateOf(startedAt),
    uptimeSeconds: Math.round((now - startedAt) / 1000),
    articles,
    newestArticle: dateOf(newest),
    outlets: liveOutlets(stock).length,
    feeds: [...snapshot.keys()].filter((path) => path.endsWith('.atom')).length,
    seeds: { known: seeds, rejected, missing },
    lastLook: dateOf(facts.lastLook),
    lastPass: lastPass && { ...lastPass, at: dateOf(lastPass.at) },
  };
}

function dateOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
