// Who is sent what is new, and is not sent it twice.
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/open.ts';
import type { DueQuery, Subscriptions } from '../../src/ledger/subscriptions.ts';
import { AMPLE, ledgerFile, newLedger, subscription } from './changes.ts';

const NEW = '"new"';
const QUERY: DueQuery = {
  versions: new Map([['feed.atom', NEW]]),
  now: 1_000_000,
  busyHosts: [],
  limit: 100,
};

async function dueIn(subscriptions: Subscriptions, query: Partial<DueQuery> = {}): Promise<string[]> {
  return (await subscriptions.due({ ...QUERY, ...query })).map(({ callback }) => callback);
}

const callbackOf = (name: string): string => `https://reader.example/${name}`;

describe('a subscription', () => {
  test('is found as it was confirmed, also by the next process', async () => {
    const file = ledgerFile();
    const confirmed = subscription({ secret: 's\u0000ecret 美' });
    {
      await using ledger = openLedger(file);
      expect(await ledger.subscriptions.save(confirmed, AMPLE)).toBe('enough');
    }
    const { subscriptions } = newLedger(file);
    expect(await subscriptions.find(confirmed)).toEqual({ ...confirmed, failures: 0, retryAt: 0 });
    expect(await subscriptions.find({ ...confirmed, topic: 'feed.rss' })).toBeNull();
  });

  test('that is renewed takes its lease and its secret, and owes what it owed', async () => {
    const { subscriptions } = newLedger();
    await subscriptions.save(subscription({ secret: 'old' }), AMPLE);
    await subscriptions.recordFailure(subscription(), 9_000_000);
    const renewed = subscription({ secret: 'new', expires: 3_000_000, delivered: NEW });
    await subscriptions.save(renewed, AMPLE);
    expect(await subscriptions.find(renewed)).toEqual({
      ...renewed,
      delivered: '"old"',
      failures: 0,
      retryAt: 0,
    });
    expect(await dueIn(subscriptions)).toEqual([renewed.callback]);
  });

  test('that is removed is gone, and only then was it there', async () => {
    const { subscriptions } = newLedger();
    await subscriptions.save(subscription(), AMPLE);
    expect(await subscriptions.remove(subscription())).toBe(true);
    expect(await subscriptions.remove(subscription())).toBe(false);
    expect(await subscriptions.find(subscription())).toBeNull();
  });

  test('goes when its lease has ended, and is due no more by then', async () => {
    const { subscriptions } = newLedger();
    await subscriptions.save(subscription({ expires: QUERY.now }), AMPLE);
    await subscriptions.save(subscription({ callback: callbackOf('b'), expires: QUERY.now + 1 }), AMPLE);
    expect(await dueIn(subscriptions)).toEqual([callbackOf('b')]);
    expect(await subscriptions.expire(QUERY.now)).toBe(1);
    expect(await subscriptions.find(subscription())).toBeNull();
  });
});

describe('a subscription is due', () => {
  test('while it lacks the version that its topic is at', async () => {
    const { subscriptions } = newLedger();
    await subscriptions.save(subscription(), AMPLE);
    await subscriptions.save(subscription({ callback: callbackOf('has-it'), delivered: NEW }), AMPLE);
    await subscriptions.save(subscription({ topic: 'outlets/gone.rss' }), AMPLE);
    expect(await dueIn(subscriptions)).toEqual([subscription().callback]);
    await subscriptions.recordDelivery(subscription(), NEW);
    expect(await dueIn(subscriptions)).toEqual([]);
  });

  test('once the time to try again has come, and behind those that did not fail', async () => {
    const { subscriptions } = newLedger();
    for (const name of ['a', 'b'])
      await subscriptions.save(subscription({ callback: callbackOf(name) }), AMPLE);
    await subscriptions.recordFailure(subscription({ callback: callbackOf('a') }), 2_000);
    expect(await dueIn(subscriptions, { now: 1_999 })).toEqual([callbackOf('b')]);
    expect(await subscriptions.nextRetry(1_999)).toBe(2_000);
    expect(await dueIn(subscriptions, { now: 2_000 })).toEqual([callbackOf('b'), callbackOf('a')]);
    expect(await subscriptions.nextRetry(2_000)).toBeNull();
  });

  test('unless its host is busy, and no more of them than are asked for', async () => {
    const { subscriptions } = newLedger();
    for (const name of ['a', 'b', 'c']) {
      await subscriptions.save(subscription({ callback: callbackOf(name), host: name }), AMPLE);
    }
    expect(await dueIn(subscriptions, { busyHosts: ['a', 'c'] })).toEqual([callbackOf('b')]);
    expect(await dueIn(subscriptions, { limit: 2 })).toHaveLength(2);
  });
});

describe('there is no room', () => {
  test('for more of one host, but for what is there already', async () => {
    const { subscriptions } = newLedger();
    const limits = { all: 10, perHost: 1 };
    await subscriptions.save(subscription(), limits);
    expect(await subscriptions.save(subscription({ callback: callbackOf('b') }), limits)).toBe('host-full');
    expect(await subscriptions.save(subscription({ secret: 'new' }), limits)).toBe('enough');
    expect(await subscriptions.roomFor(subscription({ callback: callbackOf('c'), host: 'c' }), limits)).toBe(
      'enough',
    );
  });

  test('for more in all', async () => {
    const { subscriptions } = newLedger();
    const limits = { all: 1, perHost: 1 };
    await subscriptions.save(subscription(), limits);
    const other = subscription({ callback: callbackOf('b'), host: 'b' });
    expect(await subscriptions.save(other, limits)).toBe('full');
    expect(await subscriptions.find(other)).toBeNull();
  });
});
