// Subscriptions: asked for, confirmed, renewed, ended, refused.
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { until } from '../support/process.ts';
import { BASE, DAY_MS, Publication, TOPIC } from './publication.ts';
import { Subscriber } from './subscriber.ts';

async function publication(...[options]: Parameters<typeof Publication.start>): Promise<Publication> {
  const started = await Publication.start(options);
  await started.publish('a1', { 'outlets/voa.rss': 'a1' });
  return started;
}

/** A subscription that has been confirmed. */
async function subscribed(hub: Publication, callback: string, parameters = {}): Promise<void> {
  expect(await hub.subscribe(callback, parameters)).toMatchObject({ status: 202 });
  await until(async () => (await hub.subscription(callback)) ?? undefined);
}

const asked = (subscriber: Subscriber, times = 1): Promise<true> =>
  until(() => subscriber.verifications.length >= times || undefined);

describe('whoever subscribes', () => {
  it('is asked whether it meant it, and is kept once it has said so', async () => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    const callback = subscriber.callback('a?own=%2F&x');
    await subscribed(hub, callback, { secret: 'word', lease_seconds: '86400' });
    const [query] = subscriber.verifications;
    expect(Object.fromEntries(query!)).toEqual({
      own: '/',
      x: '',
      'hub.mode': 'subscribe',
      'hub.topic': TOPIC,
      'hub.challenge': expect.stringMatching(/^[\w-]{22,}$/) as string,
      'hub.lease_seconds': '86400',
    });
    expect(await hub.subscription(callback)).toMatchObject({
      secret: 'word',
      expires: hub.now + DAY_MS,
      delivered: hub.publisher.snapshot.get('feed.atom')!.etag,
    });
  });

  it('is asked with another challenge each time', async () => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    for (const path of ['a', 'b', 'c']) await subscribed(hub, subscriber.callback(path));
    const challenges = subscriber.verifications.map((query) => query.get('hub.challenge'));
    expect(new Set(challenges).size).toBe(3);
  });

  it('is sent nothing that was there before', async () => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    await subscribed(hub, subscriber.callback());
    hub.wake();
    await hub.publish('b1 a1');
    await until(() => subscriber.bodies.length > 0 || undefined);
    expect(subscriber.bodies).toEqual(['<head>b1</end>']);
  });

  it('may subscribe again: lease and secret change, but only once confirmed', async () => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    const callback = subscriber.callback();
    await subscribed(hub, callback, { secret: 'old' });
    hub.now += DAY_MS;
    subscriber.confirm = (_, response) => void response.writeHead(404).end();
    await hub.subscribe(callback, { secret: 'stolen' });
    await asked(subscriber, 2);
    await until(() => hub.logged.some((line) => line.includes('not confirmed')) || undefined);
    const before = await hub.subscription(callback);
    expect(before).toMatchObject({ secret: 'old', expires: hub.now + 9 * DAY_MS });
    subscriber.confirm = (query, response) => void response.end(query.get('hub.challenge'));
    await hub.subscribe(callback, { secret: 'new' });
    await until(async () => (await hub.subscription(callback))?.secret === 'new' || undefined);
    expect((await hub.subscription(callback))!.expires).toBe(hub.now + 10 * DAY_MS);
  });

  it('can unsubscribe, and is asked about that too', async () => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    const callback = subscriber.callback();
    await subscribed(hub, callback);
    subscriber.confirm = (_, response) => void response.writeHead(404).end();
    const leave = { mode: 'unsubscribe', topic: TOPIC, callback };
    expect((await hub.ask(leave)).status).toBe(202);
    await until(() => hub.logged.some((line) => line.includes('not confirmed')) || undefined);
    expect(await hub.subscription(callback)).not.toBeNull();
    subscriber.confirm = (query, response) => void response.end(query.get('hub.challenge'));
    await until(async () => (await hub.ask(leave)).status === 202 || undefined);
    await until(async () => (await hub.subscription(callback)) === null || undefined);
    const query = subscriber.verifications.at(-1)!;
    expect([query.get('hub.mode'), query.get('hub.lease_seconds')]).toEqual(['unsubscribe', null]);
  });
});

describe('it is not taken for a confirmation', () => {
  const challengeOf = (query: URLSearchParams): string => query.get('hub.challenge')!;
  it.each<[string, (query: URLSearchParams, response: ServerResponse) => void]>([
    ['to say nothing', (_, response) => void response.end()],
    ['to say less', (query, response) => void response.end(challengeOf(query).slice(1))],
    ['to say more', (query, response) => void response.end(`${challengeOf(query)}\n`)],
    ['to say it in HTML', (query, response) => void response.end(`<p>${challengeOf(query)}</p>`)],
    ['to send back the whole query', (query, response) => void response.end(query.toString())],
    ['to say it with 404', (query, response) => void response.writeHead(404).end(challengeOf(query))],
    [
      'to say it while leading elsewhere',
      (query, response) => void response.writeHead(302, { location: '/' }).end(challengeOf(query)),
    ],
    ['to break off', (_, response) => void response.destroy()],
    [
      'to say much before it says it',
      (query, response) => {
        for (let i = 0; i < 9; i += 1) response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.end(challengeOf(query));
      },
    ],
  ])('%s', async (_, confirm) => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    subscriber.confirm = confirm;
    expect((await hub.subscribe(subscriber.callback())).status).toBe(202);
    await until(() => hub.logged.some((line) => line.includes('not confirmed')) || undefined);
    expect(await hub.subscription(subscriber.callback())).toBeNull();
    expect(subscriber.verifications).toHaveLength(1);
  });
});

describe('a subscription is refused', () => {
  it.each([
    ['of another site', 'https://other.example/feed.atom'],
    ['that is not published', `${BASE}/outlets/none.atom`],
    ['that is no feed', `${BASE}/index.html`],
    ['with a query', `${TOPIC}?a`],
    ['in another spelling', `${BASE}/./feed.atom`],
    ['with another scheme', TOPIC.replace('https', 'http')],
    ['that is only a path', 'feed.atom'],
    ['that is a file', `${BASE}/../../etc/passwd`],
  ])('for a topic %s', async (_, topic) => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    await hub.publisher.publish([{ path: 'index.html', body: Buffer.from('x') }], hub.now);
    const { status, body } = await hub.subscribe(subscriber.callback(), { topic });
    expect([status, body.toString()]).toEqual([404, 'hub.topic is not the address of a feed here.\n']);
    expect(subscriber.verifications).toEqual([]);
  });

  it('before there are feeds, with the time to come again', async () => {
    const hub = await Publication.start();
    const { status, headers } = await hub.subscribe('https://reader.example/');
    expect([status, headers['retry-after']]).toEqual([503, '10']);
  });

  it.each(['http://127.0.0.1/', 'http://[::1]/', 'http://169.254.169.254/latest/meta-data', 'http://0/'])(
    'for a callback at %s, unless that is allowed',
    async (callback) => {
      const hub = await publication({ settings: { allowPrivateCallbacks: false } });
      const { status, body } = await hub.subscribe(callback);
      expect([status, body.toString()]).toEqual([400, 'hub.callback is not a public address.\n']);
    },
  );

  it('silently, for a callback whose name leads to this machine', async () => {
    const subscriber = await Subscriber.listen();
    const settings = { allowPrivateCallbacks: false };
    const outgoing = { resolve: () => Promise.resolve(['127.0.0.1']) };
    const hub = await publication({ settings, outgoing });
    const callback = `http://reader.example:${subscriber.port}/`;
    expect((await hub.subscribe(callback)).status).toBe(202);
    await until(() => hub.logged.some((line) => line.includes('not confirmed')) || undefined);
    expect([subscriber.verifications, await hub.subscription(callback)]).toEqual([[], null]);
  });

  it('with 429 where a host has too many, but not for renewing one', async () => {
    const [hub, subscriber] = [
      await publication({ settings: { subscribersPerHostMax: 2 } }),
      await Subscriber.listen(),
    ];
    for (const path of ['a', 'b']) await subscribed(hub, subscriber.callback(path));
    const { status, headers } = await hub.subscribe(subscriber.callback('c'));
    expect([status, headers['retry-after']]).toEqual([429, '3600']);
    expect((await hub.subscribe(subscriber.callback('a'))).status).toBe(202);
  });

  it('with 503 where there are too many in all, until leases end', async () => {
    const [hub, subscriber] = [
      await publication({ settings: { subscribersMax: 1 } }),
      await Subscriber.listen(),
    ];
    await subscribed(hub, subscriber.callback('a'));
    const { status, headers } = await hub.subscribe(subscriber.callback('b'));
    expect([status, headers['retry-after']]).toEqual([503, '3600']);
    hub.now += 10 * DAY_MS;
    expect((await hub.subscribe(subscriber.callback('b'))).status).toBe(202);
  });

  it('with 429 while the same one is being confirmed', async () => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    subscriber.confirm = () => {};
    expect((await hub.subscribe(subscriber.callback())).status).toBe(202);
    const { status, headers } = await hub.subscribe(subscriber.callback());
    expect([status, headers['retry-after']]).toEqual([429, '10']);
  });

  it('with 429 where a host has been named too often within a minute', async () => {
    const [hub, subscriber] = [await publication(), await Subscriber.listen()];
    const answers: unknown[] = [];
    for (let i = 0; i < 35; i += 1) {
      const { status, headers } = await hub.subscribe(subscriber.callback(String(i)));
      answers.push([status, headers['retry-after']]);
    }
    expect(answers).toEqual([
      ...Array.from({ length: 30 }, () => [202, undefined]),
      ...Array.from({ length: 5 }, () => [429, '60']),
    ]);
    await asked(subscriber, 30);
    hub.now += 60_000;
    expect((await hub.subscribe(subscriber.callback('next'))).status).toBe(202);
  });

  it('with 503 where too many are being confirmed', async () => {
    const outgoing = { resolve: () => new Promise<never>(() => {}) };
    const hub = await publication({ outgoing });
    const statuses: number[] = [];
    for (let i = 0; i < 65; i += 1) {
      statuses.push((await hub.subscribe(`https://reader-${i}.example/`)).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 64 }, () => 202), 503]);
    const { headers } = await hub.subscribe('https://one-more.example/');
    expect(headers['retry-after']).toBe('10');
  });

  it('with 503 where too many have come within a minute, whoever they name', async () => {
    const outgoing = { resolve: () => Promise.reject(new Error('ENOTFOUND')) };
    const hub = await publication({ outgoing });
    const statuses: number[] = [];
    for (let i = 0; i < 301; i += 1) {
      statuses.push((await hub.subscribe(`https://reader-${i}.example/`)).status);
    }
    expect(statuses.slice(0, 300)).toEqual(Array.from({ length: 300 }, () => 202));
    expect(statuses[300]).toBe(503);
  });
});

it('a callback’s path is in no line of the log', async () => {
  const [hub, subscriber] = [await publication(), await Subscriber.listen()];
  const callback = subscriber.callback('capability?key=capability');
  await subscribed(hub, callback);
  subscriber.take = (response) => void response.writeHead(500).end();
  await hub.publish('b1 a1');
  await until(() => hub.logged.some((line) => line.includes('not delivered')) || undefined);
  expect(hub.logged.join('')).toContain('"host":"127.0.0.1"');
  expect(hub.logged.join('')).not.toContain('capability');
});

it('can be stopped while it waits for confirmations', async () => {
  const [hub, subscriber] = [await publication(), await Subscriber.listen()];
  subscriber.confirm = () => {};
  await hub.subscribe(subscriber.callback());
  await asked(subscriber);
  await hub.stop();
  expect(hub.logged.filter((line) => line.includes('"level":40'))).toEqual([]);
});
