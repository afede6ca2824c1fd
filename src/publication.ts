// The second half of a pass: what is due → composed and published, feed by feed.
import type { Composer } from './compose.ts';
import { Findings, type RejectedChange } from './entries.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Publisher } from './output/publish.ts';
import type { Progress } from './progress.ts';

/** Feeds that are served and not written yet; they are in memory for so long. */
const PUBLISHED_AT_ONCE = 6;

export interface PublicationContext {
  readonly composer: Composer;
  readonly publisher: Publisher;
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly progress: Progress;
  /** See `Edition` in compose.ts. */
  readonly provisional: boolean;
  /** See `Haste` in haste.ts. */
  readonly presses: () => boolean;
}

export interface Publication {
  /** Paths of what changed. */
  readonly published: readonly string[];
  /** Files could not be written; they are served all the same. */
  readonly publishError: Error | null;
}

/**
 * Composes and publishes what is due; again, where a seed turned out to be no article and another copy may be one.
 *
 * @param due outlets; those that are left are due the next time. `null` means all, and that whatever else is published goes
 */
export async function publish(
  due: Set<string> | null,
  { composer, publisher, ledger, now, progress, provisional, presses }: PublicationContext,
): Promise<Publication & { stale: readonly string[]; unsure: boolean; rejected: readonly RejectedChange[] }> {
  const paths = new Set<string>();
  const published = new Set<string>();
  const rejected: RejectedChange[] = [];
  const stale = new Set<string>();
  let unsure = false;
  let publishError: Error | null = null;
  const attempt = async (action: () => Promise<readonly string[]>): Promise<void> => {
    const publication = await attempted(action);
    for (const path of publication.published) published.add(path);
    // Each writes all that is not written yet, one after the other: the last one tells.
    publishError = publication.publishError;
  };
  for (;;) {
    const findings = new Findings();
    const edition = { now: now(), findings, provisional, presses };
    const begun = due && new Set(due);
    const publishing: Promise<void>[] = [];
    try {
      for await (const documents of composer.compose(due, edition, progress)) {
        for (const { path } of documents) paths.add(path);
        publishing.push(attempt(() => publisher.publish(documents, now())));
        if (publishing.length >= PUBLISHED_AT_ONCE) await publishing.shift();
      }
    } catch (error) {
      // Which of them are published cannot be told.
      for (const outlet of begun ?? []) due!.add(outlet);
      throw error;
    } finally {
      await Promise.all(publishing);
    }
    for (const path of findings.stale) stale.add(path);
    unsure ||= findings.unsure;
    if (findings.rejected.length === 0) {
      if (due === null) await attempt(() => publisher.retain(paths));
      return { published: [...published], publishError, stale: [...stale], unsure, rejected };
    }
    rejected.push(...findings.rejected);
    const recorded = await ledger.record(findings.rejected, now());
    for (const outlet of recorded.outlets) due?.add(outlet);
  }
}

/** What could not be written stays to be written, and is tried again with whatever is published next. */
export async function attempted(action: () => Promise<readonly string[]>): Promise<Publication> {
  try {
    return { published: await action(), publishError: null };
  } catch (error) {
    return { published: [], publishError: error as Error };
  }
}
