// A seed that goes away withdraws its article; a directory that goes away withdraws nothing.
import type { Absence } from '../ledger/ledger.ts';

export interface WithdrawalLimits {
  /** More than this share of all seeds … */
  readonly share: number;
  /** … and more than this many gone at once are a mass disappearance. */
  readonly count: number;
}

export type WithdrawalDecision =
  | { readonly kind: 'nothing' }
  /** Seeds are still disappearing: decide when it is known how many go. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'withdraw' }
  | { readonly kind: 'withhold'; readonly missing: number; readonly of: number };

/** Decide at the latest this long after the first seed went, however many still follow. */
const PATIENCE_MS = 30_000;

/**
 * @param orphans how many of the missing seeds have not just been moved elsewhere. Asked only if it matters
 * @param known how many seeds there were before any of these went. Seeds that arrived since do not
 *   count: a disk that is gone does not come back because something is written where it was mounted
 * @param quietMs for how long no further seed must have gone
 */
export async function decideWithdrawal(
  { count, first, last }: Absence,
  orphans: () => Promise<number>,
  known: number,
  limits: WithdrawalLimits,
  quietMs: number,
  now: number,
): Promise<WithdrawalDecision> {
  if (count === 0) return { kind: 'nothing' };
  const delayMs = quietMs - (now - last);
  // A clock that was set back must not keep a withdrawal waiting either.
  if (delayMs > 0 && delayMs <= quietMs && now - first < PATIENCE_MS) return { kind: 'wait', delayMs };
  const tooMany = (gone: number): boolean => gone > limits.count && gone > limits.share * known;
  if (tooMany(count) && tooMany(await orphans())) {
    return { kind: 'withhold', missing: count, of: known };
  }
  return { kind: 'withdraw' };
}
