// What subscribers are sent, and when it is sent again.
import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/directories.ts';
import { until } from '../support/process.ts';
import { BASE, DAY_MS, Publication, TOPIC } from './publication.ts';
import { Subscriber } from './subscriber.ts';

interface Subscribed {
  readonly hub: Publication;
  readonly subscriber: Subscriber;
  readonly callback: string;
}

async function subscribe(hub: Publication, callback: string, parameters = {}): Promise<void> {
  expect((await hub.subscribe(callback, parameters)).status).toBe(202);
  const topic = (parameters as { topic?: string }).topic?.slice(BASE.length + 1);
  await until(async () => (await hub.subscription(callback, topic)) ?? undefined);
}

async function subscribed(
  parameters = {},
  options: Parameters<typeof Publication.start>[0] = {},
  directory?: string,
): Promise<Subscribed> {
  const hub = await Publication.start(options, directory);
  await hub.publish('a1', { 'feed.json': 'a1' });
  const subscriber = await Subscriber.listen();
  const callback = subscriber.callback();
  await subscribe(hub, callback, parameters);
  return { hub, subscriber, callback };
}

const sent = (subscriber: Subscriber, times: number): Promise<true> =>
  until(() => subscriber.deliveries.length >= times || undefined);

/** The hub's own account: until nothing is owed. */
function settled({ hub, callback }: Subscribed): Promise<true> {
  return until(async () => {
    const subscription = await hub.subscription(callback);
    return subscription?.delivered === hub.publisher.snapshot.get('feed.atom')!.etag || undefined;
  });
}

const fail = (response: ServerResponse): void => void response.writeHead(500).end('sorry');

describe('a subscriber is sent', () => {
  it('only what is new or has changed, as what it is, and where it comes from', async () => {
    const { hub, subscriber } = await subscribed();
    await hub.publish('c1 b1 a2');
    await sent(subscriber, 1);
    await hub.publish('d1 c1 b1 a2');
    await sent(subscriber, 2);
    expect(subscriber.bodies).toEqual(['<head>c1,b1,a2</end>', '<head>d1</end>']);
    expect(subscriber.deliveries[1]!.headers).toMatchObject({
      'content-type': 'application/atom+xml; charset=utf-8',
      'content-length': String('<head>d1</end>'.length),
      link: `<${BASE}/hub>; rel="hub", <${TOPIC}>; rel="self"`,
      'user-agent': `feedmill/0 (+${BASE}/)`,
    });
    expect(subscriber.deliveries[1]!.headers).not.toHaveProperty('x-hub-signature');
  });

  it('the whole document where nothing in it is new', async () => {
    const { hub, subscriber } = await subscribed();
    await hub.publish('b1 a1');
    await sent(subscriber, 1);
    await hub.publish('b1');
    await sent(subscriber, 2);
    expect(subscriber.bodies[1]).toBe('<head>b1</end>');
  });

  it('what it has subscribed to and nothing else', async () => {
    const hub = await Publication.start();
    await hub.publish('a1', { 'feed.json': 'a1' });
    const subscriber = await Subscriber.listen();
    await subscribe(hub, subscriber.callback(), { topic: `${BASE}/feed.json` });
    await hub.publish('b1 a1', { 'feed.json': 'j1 a1' });
    await sent(subscriber, 1);
    expect(subscriber.bodies).toEqual(['<head>j1</end>']);
    expect(subscriber.deliveries[0]!.headers['content-type']).toMatch(/^application\/feed\+json/);
    expect(subscriber.deliveries[0]!.headers['link']).toContain(`<${BASE}/feed.json>; rel="self"`);
  });

  it('a signature of exactly these bytes, if it has given a secret', async () => {
    const secret = '秘密 with\n a line';
    const { hub, subscriber } = await subscribed({ secret });
    await hub.publish('b1 a1');
    await sent(subscriber, 1);
    const [{ headers, body }] = subscriber.deliveries as [(typeof subscriber.deliveries)[number]];
    const expected = createHmac('sha256', secret).update(body).digest('hex');
    expect(headers['x-hub-signature']).toBe(`sha256=${expected}`);
  });

  it('nothing once its lease has ended', async () => {
    const { hub, subscriber, callback } = await subscribed();
    hub.now += 10 * DAY_MS;
    await hub.publish('b1 a1');
    await until(async () => (await hub.subscription(callback)) === null || undefined);
    expect(subscriber.deliveries).toEqual([]);
  });

  it('nothing more once it says that it is gone', async () => {
    const { hub, subscriber, callback } = await subscribed();
    subscriber.take = (response) => void response.writeHead(410).end();
    await hub.publish('b1 a1');
    await until(async () => (await hub.subscription(callback)) === null || undefined);
    await hub.publish('c1 b1 a1');
    expect(subscriber.deliveries).toHaveLength(1);
    expect(hub.logged.join('')).toContain('subscriber is gone');
  });
});

describe('a delivery that fails', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['with a status', fail],
    ['by leading elsewhere', (response) => void response.writeHead(308, { location: '/x' }).end()],
    ['by breaking off', (response) => void response.destroy()],
  ])('%s is tried again until it succeeds', async (_, take) => {
    const { hub, subscriber, callback } = await subscribed();
    subscriber.take = take;
    await hub.publish('b1 a1');
    for (const failures of [1, 2, 3]) {
      await until(async () => (await hub.subscription(callback))!.failures === failures || undefined);
      hub.now += DAY_MS / 100;
      if (failures === 3) subscriber.take = (response) => void response.writeHead(200).end();
      hub.wake();
    }
    await settled({ hub, subscriber, callback });
    expect(subscriber.bodies).toEqual(Array.from({ length: 4 }, () => '<head>b1</end>'));
    expect(await hub.subscription(callback)).toMatchObject({ failures: 0, retryAt: 0 });
  });

  it('is tried again by itself', async () => {
    const { hub, subscriber, callback } = await subscribed();
    subscriber.take = fail;
    await hub.publish('b1 a1');
    await until(async () => (await hub.subscription(callback))!.failures > 0 || undefined);
    subscriber.take = (response) => void response.writeHead(204).end();
    hub.now += 60_000;
    await settled({ hub, subscriber, callback });
    expect(subscriber.bodies.at(-1)).toBe('<head>b1</end>');
  });

  it('is not tried again before its time, which comes later each time', async () => {
    const { hub, subscriber, callback } = await subscribed({}, { retryBaseMs: 60_000 });
    subscriber.take = fail;
    await hub.publish('b1 a1');
    for (const failures of [1, 2, 3, 4]) {
      await until(async () => (await hub.subscription(callback))!.failures === failures || undefined);
      const { retryAt } = (await hub.subscription(callback))!;
      const full = 60_000 * 2 ** (failures - 1);
      expect(retryAt - hub.now).toBeGreaterThanOrEqual(full / 2);
      expect(retryAt - hub.now).toBeLessThanOrEqual(full);
      await hub.publish(`${failures} b1 a1`);
      expect(subscriber.deliveries).toHaveLength(failures);
      hub.now = retryAt;
      hub.wake();
    }
  });

  it('and those after it become one', async () => {
    const { hub, subscriber, callback } = await subscribed({}, { retryBaseMs: 60_000 });
    subscriber.take = fail;
    await hub.publish('b1 a1');
    await until(async () => (await hub.subscription(callback))!.failures === 1 || undefined);
    await hub.publish('c1 b1 a1');
    await hub.publish('d1 c1 b1 a1');
    subscriber.take = (response) => void response.writeHead(204).end();
    hub.now += 60_000;
    hub.wake();
    await settled({ hub, subscriber, callback });
    expect(subscriber.bodies).toEqual(['<head>b1</end>', '<head>d1,c1,b1</end>']);
  });

  it('twenty times ends the subscription', async () => {
    const { hub, subscriber, callback } = await subscribed({ lease_seconds: '2592000' });
    subscriber.take = fail;
    await hub.publish('b1 a1');
    for (let failures = 1; failures < 20; failures += 1) {
      await until(async () => (await hub.subscription(callback))!.failures === failures || undefined);
      hub.now += DAY_MS / 4;
      hub.wake();
    }
    await until(async () => (await hub.subscription(callback)) === null || undefined);
    expect(subscriber.deliveries).toHaveLength(20);
    expect(hub.logged.join('')).toContain('given up');
  });

  it('keeps nobody else waiting', async () => {
    const { hub, subscriber } = await subscribed();
    subscriber.take = () => {};
    for (let i = 0; i < 20; i += 1) await subscribe(hub, subscriber.callback(String(i)));
    const other = await Subscriber.listen();
    // The same machine under another name is another host.
    const callback = `http://localhost:${other.port}/`;
    await subscribe(hub, callback);
    await hub.publish('b1 a1');
    await sent(other, 1);
    expect(subscriber.deliveries.length).toBeLessThanOrEqual(2);
  });
});

it('a host is sent two things at once at most, and in the end everything', async () => {
  const { hub, subscriber } = await subscribed();
  for (let i = 0; i < 20; i += 1) await subscribe(hub, subscriber.callback(String(i)));
  const held: ServerResponse[] = [];
  subscriber.take = (response) => {
    held.push(response);
    if (held.length < 2 && subscriber.deliveries.length < 21) return;
    for (const each of held.splice(0)) each.writeHead(204).end();
  };
  await hub.publish('b1 a1');
  await sent(subscriber, 21);
  expect(subscriber.most).toBe(2);
  expect(new Set(subscriber.deliveries.map(({ path }) => path)).size).toBe(21);
});

it('hosts that are slow leave room for the others', async () => {
  const hub = await Publication.start({ outgoing: { resolve: async () => ['127.0.0.1'] } });
  await hub.publish('a1');
  const [slow, quick] = [await Subscriber.listen(), await Subscriber.listen()];
  const callbacks = Array.from({ length: 20 }, (_, i) => `http://slow.example${i}:${slow.port}/`);
  for (const callback of callbacks) await subscribe(hub, callback);
  // Once they have been slow, that is known of them.
  slow.take = (response) => void setTimeout(() => response.writeHead(204).end(), 1_200);
  await hub.publish('b1 a1');
  for (const callback of callbacks) await settled({ hub, subscriber: slow, callback });
  expect(slow.most).toBeGreaterThan(4);
  await subscribe(hub, `http://quick.example:${quick.port}/`);
  const held: ServerResponse[] = [];
  slow.take = (response) => void held.push(response);
  await hub.publish('c1 b1 a1');
  await sent(quick, 1);
  expect(held.length).toBeLessThanOrEqual(4);
});

describe('a restart', () => {
  it('loses no subscription, and what was published meanwhile is sent', async () => {
    const before = await subscribed({ secret: 'word' });
    const { subscriber } = before;
    await before.hub.publish('b1 a1');
    await settled(before);
    await before.hub.stop();
    // The next process finds out what the version before held.
    const hub = await before.hub.restart();
    await hub.publish('c1 b1 a1');
    await sent(subscriber, 2);
    expect(subscriber.bodies).toEqual(['<head>b1</end>', '<head>c1</end>']);
    expect(subscriber.deliveries[1]!.headers['x-hub-signature']).toMatch(/^sha256=[\da-f]{64}$/);
  });

  it('sends what could not be sent before', async () => {
    const before = await subscribed();
    const { subscriber, callback } = before;
    subscriber.take = (response) => void response.destroy();
    await before.hub.publish('b1 a1');
    await until(async () => (await before.hub.subscription(callback))!.failures > 0 || undefined);
    await before.hub.stop();
    const times = subscriber.deliveries.length;
    subscriber.take = (response) => void response.writeHead(204).end();
    const hub = await before.hub.restart();
    hub.now += DAY_MS;
    hub.wake();
    await settled({ ...before, hub });
    expect(subscriber.bodies.slice(times)).toEqual(['<head>b1,a1</end>']);
  });

  it('sends nothing where nothing is new', async () => {
    const before = await subscribed();
    await before.hub.publish('b1 a1');
    await settled(before);
    const hub = await before.hub.restart();
    await hub.publish('b1 a1');
    await subscribe(hub, before.subscriber.callback('later'));
    await hub.publish('c1 b1 a1');
    await sent(before.subscriber, 3);
    expect(before.subscriber.bodies).toEqual(['<head>b1</end>', '<head>c1</end>', '<head>c1</end>']);
  });
});

it('can be stopped in the middle of a delivery, which is no failure of the subscriber’s', async () => {
  const directory = temporaryDirectory();
  const { hub, subscriber, callback } = await subscribed({}, {}, directory);
  subscriber.take = () => {};
  await hub.publish('b1 a1');
  await sent(subscriber, 1);
  await hub.stop();
  const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
  const rows = database.prepare('SELECT callback, failures FROM subscription').all();
  database.close();
  expect(rows).toEqual([{ callback, failures: 0 }]);
});

it('a ledger that takes nothing in does not make it send the same again and again', async () => {
  const directory = temporaryDirectory();
  const { hub, subscriber } = await subscribed({}, {}, directory);
  const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
  database.exec(`CREATE TRIGGER full BEFORE UPDATE ON subscription
    BEGIN SELECT raise(ABORT, 'database or disk is full'); END`);
  database.close();
  await hub.publish('b1 a1');
  await until(() => hub.logged.some((line) => line.includes('cannot be read or written')) || undefined);
  hub.wake();
  await hub.publish('b1 a1');
  expect(subscriber.deliveries).toHaveLength(1);
});
