// The daemon as a subscriber meets it: found out, subscribed, told, left.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import { describe, expect, it } from 'vitest';
import { titles } from '../end-to-end/atom.ts';
import { get, text } from '../end-to-end/http.ts';
import { createSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, runFeedmill, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { ask, discover } from './ask.ts';
import { Subscriber } from './subscriber.ts';

const logged = (daemon: Daemon, message: string): Promise<unknown> =>
  daemon.logged(({ msg }) => msg === message);

describe('a daemon that is its own hub', () => {
  it('tells who subscribes what is new, also over a restart, until it leaves', async () => {
    const site = await createSite(
      { '1.txt': numberedSeed(1) },
      { websub: { hub: true, allowPrivateCallbacks: true } },
    );
    const subscriber = await Subscriber.listen();
    const callback = subscriber.callback();
    const first = await Daemon.start(site.flags);
    const url = await first.url();
    const { hub, self } = await discover(`${url}/feed.atom`);
    expect({ hub, self }).toEqual({ hub: `${url}/hub`, self: `${url}/feed.atom` });

    const wanted = { topic: self, callback, secret: 'word' };
    expect(await ask(hub, { ...wanted, mode: 'subscribe' })).toBe(202);
    await logged(first, 'subscribed');
    await renameInto(site.seeds, '2.txt', numberedSeed(2));
    await until(() => subscriber.deliveries.length > 0 || undefined);
    const { headers, body } = subscriber.deliveries[0]!;
    expect(titles(body.toString())).toEqual(['第 2 篇']);
    expect(headers['x-hub-signature']).toBe(
      `sha256=${createHmac('sha256', 'word').update(body).digest('hex')}`,
    );
    await logged(first, 'delivered');
    expect((await first.stop()).status).toBe(0);

    await renameInto(site.seeds, '3.txt', numberedSeed(3));
    const listen = new URL(url).host;
    const second = await Daemon.start([...site.flags, '--listen', listen]);
    await until(() => subscriber.deliveries.length > 1 || undefined);
    expect(titles(subscriber.bodies[1]!)[0]).toBe('第 3 篇');
    await logged(second, 'delivered');

    expect(await ask(hub, { ...wanted, mode: 'unsubscribe' })).toBe(202);
    await logged(second, 'unsubscribed');
    await renameInto(site.seeds, '4.txt', numberedSeed(4));
    await until(async () => titles(await text(`${url}/feed.atom`)).length === 4 || undefined);
    expect((await second.stop()).status).toBe(0);
    expect(subscriber.deliveries).toHaveLength(2);
    expect(JSON.stringify([...first.lines, ...second.lines])).not.toContain('own=1');
  });

  it('stops while subscribers hold what it has sent and asked', async () => {
    const site = await createSite(
      { '1.txt': numberedSeed(1) },
      { websub: { hub: true, allowPrivateCallbacks: true } },
    );
    const subscriber = await Subscriber.listen();
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const wanted = { mode: 'subscribe', topic: `${url}/feed.atom` };
    await ask(`${url}/hub`, { ...wanted, callback: subscriber.callback('a') });
    await logged(daemon, 'subscribed');
    subscriber.confirm = () => {};
    subscriber.take = () => {};
    await ask(`${url}/hub`, { ...wanted, callback: subscriber.callback('b') });
    await renameInto(site.seeds, '2.txt', numberedSeed(2));
    await until(
      () => (subscriber.deliveries.length === 1 && subscriber.verifications.length === 2) || undefined,
    );
    expect(await daemon.stop()).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('what names the hubs', () => {
  const HUBS = ['https://hub.example/?push=hub&a', 'https://other.example/'];

  it('are the feeds in every format, and their headers; nothing else', async () => {
    const websub = { hub: true, hubs: HUBS };
    const site = await createSite({ '1.txt': numberedSeed(1) }, { baseUrl: 'http://127.0.0.1:1', websub });
    const daemon = await Daemon.start(site.flags);
    const { listen } = await daemon.logged((line) => typeof line['listen'] === 'string');
    const url = `http://${String(listen)}`;
    const expected = ['http://127.0.0.1:1/hub', ...HUBS];
    for (const feed of ['feed', 'outlets/voa']) {
      const atom = parseAtomFeed(await text(`${url}/${feed}.atom`));
      const rss = parseRssFeed(await text(`${url}/${feed}.rss`));
      const json = parseJsonFeed(await text(`${url}/${feed}.json`)) as { hubs: unknown };
      const inAtom = atom.links!.filter(({ rel }) => rel === 'hub').map(({ href }) => href);
      const inRss = rss.atom!.links!.filter(({ rel }) => rel === 'hub').map(({ href }) => href);
      expect([inAtom, inRss]).toEqual([expected, expected]);
      expect(json.hubs).toEqual(expected.map((hub) => ({ type: 'WebSub', url: hub })));
      for (const format of ['atom', 'rss', 'json']) {
        const link = String((await get(`${url}/${feed}.${format}`)).headers['link']);
        const hubs = [...link.matchAll(/<([^>]*)>; rel="hub"/g)].map(([, hub]) => hub);
        expect([hubs, link.includes('rel="self"'), link.includes('rel="alternate"')]).toEqual([
          expected,
          true,
          true,
        ]);
      }
    }
    for (const path of ['', 'feeds.opml']) {
      expect((await get(`${url}/${path}`)).headers['link']).not.toContain('rel="hub"');
    }
  });

  it('are the feeds that `build` writes too, and nobody need be told when the daemon starts', async () => {
    const settings = { baseUrl: 'http://127.0.0.1:1', websub: { hub: true, hubs: HUBS } };
    const site = await createSite({ '1.txt': numberedSeed(1) }, settings);
    expect((await runFeedmill(['build', ...site.flags])).status).toBe(0);
    const built = readFileSync(join(site.data, 'public', 'feed.atom'), 'utf8');
    const daemon = await Daemon.start(site.flags);
    const { listen } = await daemon.logged((line) => typeof line['listen'] === 'string');
    expect(await text(`http://${String(listen)}/feed.atom`)).toBe(built);
    expect(built).toContain('rel="hub"');
  });

  it('is nothing, by default', async () => {
    const site = await createSite({ '1.txt': numberedSeed(1) });
    const url = await (await Daemon.start(site.flags)).url();
    expect(String((await get(`${url}/feed.atom`)).headers['link'])).not.toContain('hub');
    for (const format of ['atom', 'rss', 'json']) {
      expect(await text(`${url}/feed.${format}`)).not.toMatch(/hub"/);
    }
    expect((await get(`${url}/hub`)).status).toBe(404);
  });
});

it.each([
  ['no address', 'hub.example'],
  ['not of HTTP', 'ftp://hub.example/'],
  ['with a password', 'https://user:word@hub.example/'],
])('a hub that is %s is a mistake of the configuration', async (_, hub) => {
  const site = await createSite({}, { websub: { hubs: [hub] } });
  const { status, stderr } = await runFeedmill(['build', ...site.flags]);
  expect([status, stderr]).toEqual([78, expect.stringContaining('must be the http(s) address of a hub')]);
});
