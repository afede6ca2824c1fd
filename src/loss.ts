// Would the first publication from a new ledger lose what readers have?
import type { Ledger } from './ledger/ledger.ts';
import { feedPath } from './output/paths.ts';
import { bytesOf } from './output/store.ts';
import type { Snapshot } from './output/snapshot.ts';

/**
 * A new ledger knows nothing of seeds that were there before it: then what is published tells whether
 * they have disappeared. Articles that are live and merely no longer among the newest have not.
 *
 * @param limits see `withdrawal` in the configuration
 */
export async function losesTooMuch(
  snapshot: Snapshot,
  ledger: Pick<Ledger, 'live' | 'tally'>,
  { share, count }: { readonly share: number; readonly count: number },
): Promise<boolean> {
  const before = await publishedIds(snapshot);
  const lost = before.length - (await ledger.live(before));
  const { articles } = await ledger.tally();
  return lost > 0 && (articles === 0 || (lost > count && lost > share * before.length));
}

/** The UUIDs of the articles that readers were last shown. */
async function publishedIds(snapshot: Snapshot): Promise<string[]> {
  const feed = await bytesOf(snapshot.get(`${feedPath(null)}.atom`));
  const entries = feed?.toString().split('<entry').slice(1) ?? [];
  return entries.flatMap((entry) => /<id>urn:uuid:([^<]*)<\/id>/.exec(entry)?.[1] ?? []);
}
