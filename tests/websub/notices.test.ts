// Other hubs are told.
import { describe, expect, it } from 'vitest';
import { until } from '../support/process.ts';
import { BASE, Publication, TOPIC } from './publication.ts';
import { Subscriber } from './subscriber.ts';

async function publication(...hubs: readonly Subscriber[]): Promise<Publication> {
  // Hubs are the operator's choice: they may be anywhere, whatever callbacks may.
  const settings = { hub: false, allowPrivateCallbacks: false };
  return Publication.start({ settings: { ...settings, hubs: hubs.map((hub) => hub.callback('?push=hub')) } });
}

const told = (hub: Subscriber, times: number): Promise<true> =>
  until(() => hub.deliveries.length >= times || undefined);

describe('another hub', () => {
  it('is told of each feed that has changed, in the words of both generations', async () => {
    const hub = await Subscriber.listen();
    const site = await publication(hub);
    await site.publish('a1', { 'outlets/voa.rss': 'a1', 'index.html': 'x' });
    await told(hub, 2);
    await site.publish('b1 a1');
    await told(hub, 3);
    const forms = hub.bodies.map((body) => Object.fromEntries(new URLSearchParams(body)));
    const form = (url: string): object => ({ 'hub.mode': 'publish', 'hub.url': url, 'hub.topic': url });
    expect(forms).toEqual([form(TOPIC), form(`${BASE}/outlets/voa.rss`), form(TOPIC)]);
    expect(hub.deliveries[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('is told again if it did not answer, and others do not wait for it', async () => {
    const [broken, sound] = [await Subscriber.listen(), await Subscriber.listen()];
    broken.take = (response) => void response.destroy();
    const site = await publication(broken, sound);
    await site.publish('a1');
    await told(sound, 1);
    await told(broken, 3);
    broken.take = (response) => void response.writeHead(202).end();
    await until(
      () => site.logged.filter((line) => line.includes('told of a change')).length === 2 || undefined,
    );
    expect(new Set(broken.bodies).size).toBe(1);
  });

  it('is given up after six times, until the next change', async () => {
    const hub = await Subscriber.listen();
    hub.take = (response) => void response.writeHead(500).end();
    const site = await publication(hub);
    await site.publish('a1');
    await until(() => site.logged.some((line) => line.includes('could not be told')) || undefined);
    expect(hub.deliveries).toHaveLength(6);
    await site.publish('b1 a1');
    await told(hub, 7);
  });

  it('is told nothing after a restart if nothing is new', async () => {
    const hub = await Subscriber.listen();
    const site = await publication(hub);
    await site.publish('a1');
    await told(hub, 1);
    const again = await site.restart();
    await again.publish('a1');
    await again.publish('a1', { 'feed.rss': 'a1' });
    await told(hub, 2);
    expect(hub.bodies[1]).toContain(encodeURIComponent(`${BASE}/feed.rss`));
  });

  it('that does not answer keeps nobody from stopping', async () => {
    const hub = await Subscriber.listen();
    hub.take = () => {};
    const site = await publication(hub);
    await site.publish('a1');
    await told(hub, 1);
    await site.stop();
    expect(site.logged.filter((line) => line.includes('"level":40'))).toEqual([]);
  });
});
