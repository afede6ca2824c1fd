// Would a publication lose what readers have? Pure.
import type { Document } from '../article.ts';
import type { Snapshot } from './snapshot.ts';

const MERGED_FEED = 'feed.atom';

/**
 * A new ledger knows nothing of seeds that were there before it: then what is published tells whether
 * they have disappeared.
 *
 * @param limits see `withdrawal` in the configuration
 */
export function losesTooMuch(
  snapshot: Snapshot,
  documents: readonly Document[],
  { share, count }: { readonly share: number; readonly count: number },
): boolean {
  const before = entryIds(snapshot.get(MERGED_FEED)?.body);
  const after = new Set(entryIds(documents.find(({ path }) => path === MERGED_FEED)?.body));
  const lost = before.filter((id) => !after.has(id)).length;
  return lost > 0 && (after.size === 0 || (lost > count && lost > share * before.length));
}

function entryIds(feed: Buffer | undefined): string[] {
  const entries = feed?.toString().split('<entry').slice(1) ?? [];
  return entries.flatMap((entry) => /<id>([^<]*)<\/id>/.exec(entry)?.[1] ?? []);
}
