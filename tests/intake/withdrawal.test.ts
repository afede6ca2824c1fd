import { describe, expect, test } from 'vitest';
import { decideWithdrawal, type WithdrawalDecision } from '../../src/intake/withdrawal.ts';

const NOW = 1_000_000;
const QUIET = 2000;
const PATIENCE = 30_000;

interface Case {
  readonly gone: number;
  readonly of: number;
  /** Of those gone, so many have no copy elsewhere; all if left out. */
  readonly orphans?: number;
  readonly share?: number;
  readonly count?: number;
  /** So long ago the first went, and the last. ms */
  readonly first?: number;
  readonly last?: number;
  readonly quietMs?: number;
}

function decide({ gone, of, orphans = gone, quietMs = QUIET, ...rest }: Case): Promise<WithdrawalDecision> {
  const { share = 0.5, count = 10, first = QUIET, last = QUIET } = rest;
  const absence = { count: gone, first: NOW - first, last: NOW - last };
  return decideWithdrawal(absence, async () => orphans, of, { share, count }, quietMs, NOW);
}

test('nothing gone, nothing to decide', async () => {
  expect(await decide({ gone: 0, of: 5 })).toEqual({ kind: 'nothing' });
});

describe('withdrawn are', () => {
  test.for<[string, Case]>([
    ['a few of many', { gone: 11, of: 100 }],
    ['just the share', { gone: 50, of: 100 }],
    ['just the count, be it all there are', { gone: 10, of: 10 }],
    ['most, if nearly all of them have a copy elsewhere', { gone: 1500, of: 2000, orphans: 10 }],
    ['all, where a share of 1 says so', { gone: 1000, of: 1000, share: 1 }],
    ['all, at once, where no quiet is asked for', { gone: 3, of: 3, first: 0, last: 0, quietMs: 0 }],
    ['those that have been going for longer than anyone waits', { gone: 3, of: 9, first: PATIENCE, last: 0 }],
    ['those that went in what is now the future', { gone: 3, of: 9, first: -5000, last: -5000 }],
  ])('%s', async ([, absence]) => {
    expect(await decide(absence)).toEqual({ kind: 'withdraw' });
  });
});

describe('withheld are', () => {
  test.for<[string, Case]>([
    ['more than the share and the count', { gone: 11, of: 21 }],
    ['all', { gone: 11, of: 11 }],
    ['most, though some of them have a copy elsewhere', { gone: 15, of: 20, orphans: 11 }],
    ['any, where the limits are 0', { gone: 1, of: 100, share: 0, count: 0 }],
    ['those that have been going for long', { gone: 60, of: 100, first: PATIENCE, last: 0 }],
  ])('%s', async ([, absence]) => {
    expect(await decide(absence)).toEqual({ kind: 'withhold', missing: absence.gone, of: absence.of });
  });
});

describe('it is too early to decide', () => {
  test.for<[string, Case, number]>([
    ['while they are going', { gone: 3, of: 9, first: 0, last: 0 }, QUIET],
    ['until it has been quiet for long enough', { gone: 3, of: 9, last: QUIET - 1 }, 1],
    ['though some went long ago', { gone: 60, of: 100, first: PATIENCE - 1, last: 500 }, 1500],
  ])('%s', async ([, absence, delayMs]) => {
    expect(await decide(absence)).toEqual({ kind: 'wait', delayMs });
  });
});
