// When an entry was published and updated (RFC 4287 §4.2.9, §4.2.15). Pure: the clock is an argument.

export interface EntryHistory {
  /** When the article says it was published; `null` if it does not. ms */
  readonly told: number | null;
  /** When the first copy of the article was archived. ms */
  readonly firstCopy: number;
  /** When the first copy that reads as the article does now was archived. ms */
  readonly firstAsNow: number;
  /** When the copy that counts was archived, the last of all. ms */
  readonly lastCopy: number;
  /** Fingerprints of the seed, and of what a reader sees of it. */
  readonly source: string;
  readonly digest: string;
  /** When the seed's file was last written. ms */
  readonly written: number;
}

export interface EarlierRendition {
  readonly source: string;
  readonly digest: string;
  readonly updated: number;
}

/**
 * `published` is when the article says, if that is before it was first archived; else that.
 *
 * `updated` moves only if what a reader sees has changed because the seed has: neither a rewritten
 * file with the same content moves it, nor a better way of cleaning. It is the time of the copy that
 * first read as the article does now; if that is no news (the seed was edited in place and kept its
 * header), the time at which the file was written. That time no copy knows, so none takes it back.
 */
export function entryTimes(
  history: EntryHistory,
  earlier: EarlierRendition | null,
  now: number,
): { published: number; updated: number } {
  const updated = updatedTime(history, earlier, now);
  return { published: Math.min(history.told ?? history.firstCopy, history.firstCopy, updated), updated };
}

function updatedTime(
  { firstAsNow, lastCopy, source, digest, written }: EntryHistory,
  earlier: EarlierRendition | null,
  now: number,
): number {
  if (earlier === null) return firstAsNow;
  if (earlier.source === source) return earlier.updated;
  if (earlier.digest === digest)
    return earlier.updated > lastCopy ? earlier.updated : Math.min(earlier.updated, firstAsNow);
  if (firstAsNow > earlier.updated) return firstAsNow;
  return written > earlier.updated && written <= now ? written : Math.max(now, earlier.updated + 1);
}
