// How long to wait before trying again what has failed.

/**
 * Twice as long after each failure, up to a limit; and not all at the same time, or those that failed together
 * would meet again.
 *
 * @param failures in a row, from 1
 * @returns ms
 */
export function backoff(failures: number, baseMs: number, maxMs: number): number {
  const full = Math.min(baseMs * 2 ** (failures - 1), maxMs);
  return Math.round(full * (1 - JITTER * Math.random()));
}
const JITTER = 0.5;
