// Is a file still being written? A pure judgement on times and on what the watch has seen.
import type { SeedFile } from '../article.ts';

/** What the watch has seen of a path lately. */
export interface Sighting {
  /** Its name appeared (created, or renamed into place), while the watch was there to see it. */
  readonly appeared: boolean;
  /** It was written to under that name. */
  readonly written: boolean;
}

/**
 * How long to wait before looking at the file again, in ms; 0 if it is whole as far as can be told.
 *
 * A write moves mtime and ctime alike, a rename only ctime: times that differ say that a file which
 * was finished elsewhere has been put in place. Within one tick of the file system's clock (4 ms on
 * many kernels) the two come out the same; then a name that appeared without any write to it says so.
 *
 * @param sinceSameMs for how long the fingerprint is known to have stayed as it is, by a clock that
 *   cannot be set; decides when the file's own times lie in the future
 */
export function settleDelay(
  file: SeedFile,
  now: number,
  settleMs: number,
  sighting: Sighting | null,
  sinceSameMs: number,
): number {
  const quietMs = Math.max(now - file.changedMs, sinceSameMs);
  if (quietMs >= settleMs || file.renamed) return 0;
  if (sighting?.appeared === true && !sighting.written) return 0;
  return Math.ceil(settleMs - Math.max(quietMs, 0));
}
