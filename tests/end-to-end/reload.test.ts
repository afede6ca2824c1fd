// SIGHUP: the configuration and the recipes are read anew, and no subscriber notices.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { renameInto } from '../support/directories.ts';
import { Daemon, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { readEntries, titles } from './atom.ts';
import { get, health, text } from './http.ts';
import { createSite, type TestSite } from './site.ts';

async function configure(site: TestSite, settings: object): Promise<void> {
  const yaml = stringify({ settleMs: 100, schedule: '0 0 1 1 *', ...settings });
  await writeFile(join(site.directory, 'config.yaml'), yaml);
}

async function reload(daemon: Daemon): Promise<void> {
  const before = daemon.lines.length;
  daemon.child.kill('SIGHUP');
  await until(() =>
    daemon.lines
      .slice(before)
      .find(({ msg, alarm }) => msg === 'configuration and recipes read anew' || alarm === 'reload-refused'),
  );
}

describe('a daemon that is told to read its configuration anew', () => {
  it('goes on by it, on the connection and with the ids that there were', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) }, { title: 'before' });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const before = (await get(`${url}/feed.atom`, { agent })).body.toString();
    await configure(site, { title: 'after' });
    await reload(daemon);
    const after = await until(async () => {
      const { body, reused } = await get(`${url}/feed.atom`, { agent });
      expect(reused).toBe(true);
      return body.toString().includes('<title>after</title>') ? body.toString() : undefined;
    });
    expect(before).toContain('<title>before</title>');
    expect(readEntries(after).map(({ id }) => id)).toEqual(readEntries(before).map(({ id }) => id));
  });

  it('publishes what it did before when all is taken back, wherever it was with the new', async () => {
    const hosts = Array.from({ length: 20 }, (_, i) => [
      `${i}.txt`,
      numberedSeed(i, `www.site-${i}.example`),
    ]);
    const site = await createSite(Object.fromEntries(hosts) as Record<string, string>, { title: 'before' });
    const daemon = await Daemon.start(site.flags);
    await daemon.url();
    const documents = (): Record<string, string> =>
      Object.fromEntries(
        readdirSync(join(site.data, 'public'), { recursive: true, encoding: 'utf8' })
          .filter((path) => /\.(?:atom|rss|json|html|opml)$/.test(path))
          .map((path) => [path, readFileSync(join(site.data, 'public', path), 'utf8')]),
      );
    const before = documents();
    for (const pauseMs of [0, 5, 20, 50]) {
      await configure(site, { title: 'after' });
      await reload(daemon);
      await setTimeout(pauseMs);
      await configure(site, { title: 'before' });
      await reload(daemon);
      await expect.poll(documents, { timeout: 15_000 }).toEqual(before);
    }
  });

  it('takes what arrives afterwards, and what arrived meanwhile', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    await renameInto(site.seeds, 'b.txt', numberedSeed(2));
    await reload(daemon);
    await renameInto(site.seeds, 'c.txt', numberedSeed(3));
    await expect.poll(async () => titles(await text(`${url}/feed.atom`))).toHaveLength(3);
  });

  it('loses no request, however often it is told', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const done = new AbortController();
    const client = async (): Promise<number> => {
      let answered = 0;
      for (; !done.signal.aborted; answered += 1) {
        expect((await get(`${url}/feed.atom`)).status).toBe(200);
      }
      return answered;
    };
    const clients = [client(), client(), client()];
    for (let time = 0; time < 10; time += 1) await reload(daemon);
    done.abort();
    expect(Math.min(...(await Promise.all(clients)))).toBeGreaterThan(3);
  });

  it('refuses what is no good, says why, and goes on as before until it is mended', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) }, { title: 'before' });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    await configure(site, { title: 'after', windows: {} });
    await reload(daemon);
    const { status, alarms } = await health(url);
    expect(status).toBe('degraded');
    expect(Object.keys(alarms)).toEqual(['reload-refused']);
    const refused = daemon.lines.find(({ alarm }) => alarm === 'reload-refused');
    expect(refused?.['why']).toContain('did you mean window?');
    expect(JSON.stringify(alarms)).not.toContain(site.directory);
    await renameInto(site.seeds, 'b.txt', numberedSeed(2));
    const feed = await until(async () => {
      const answer = await text(`${url}/feed.atom`);
      return titles(answer).length === 2 ? answer : undefined;
    });
    expect(feed).toContain('<title>before</title>');
    await configure(site, { title: 'after' });
    await reload(daemon);
    await until(async () =>
      (await text(`${url}/feed.atom`)).includes('<title>after</title>') ? true : undefined,
    );
    expect((await health(url)).status).toBe('ok');
  });

  it('refuses to move: where it listens and keeps its data is fixed for its life', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const config = join(site.directory, 'config.yaml');
    await configure(site, { data: site.data, seeds: site.seeds });
    const daemon = await Daemon.start(['--config', config]);
    const url = await daemon.url();
    await configure(site, { data: join(site.directory, 'elsewhere'), seeds: site.seeds });
    await reload(daemon);
    expect(Object.keys((await health(url)).alarms)).toEqual(['reload-refused']);
    const refused = daemon.lines.find(({ alarm }) => alarm === 'reload-refused');
    expect(refused?.['why']).toMatch(/^data: .*until feedmill is started again$/);
  });

  it('keeps closed what is closed, and closes what is to be closed from now on, as files too', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const tokens = join(site.directory, 'tokens');
    await writeFile(tokens, 'reader 0123456789abcdef0123456789abcdef\n', { mode: 0o600 });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    expect((await get(`${url}/feed.atom`)).status).toBe(200);
    for (let time = 0; time < 2; time += 1) {
      await configure(site, { access: tokens });
      await reload(daemon);
      expect((await get(`${url}/feed.atom`)).status).toBe(401);
      expect(statSync(join(site.data, 'public')).mode & 0o007).toBe(0);
    }
  });

  it('answers who asks for an archive meanwhile', async () => {
    const seeds = Object.fromEntries([1, 2, 3].map((number) => [`${number}.txt`, numberedSeed(number)]));
    const window = { entries: 1, bytes: 100_000 };
    const site = await createSite(seeds, { window });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const archive = /<link [^>]*prev-archive[^>]*>/
      .exec(await text(`${url}/feed.atom`))![0]
      .match(/href="([^"]+)"/)![1]!;
    for (let time = 0; time < 3; time += 1) {
      await reload(daemon);
      expect((await get(archive)).status).toBe(200);
    }
  });

  it('opens what is no longer closed, and forgets tokens that could not be read', async () => {
    const schedule = '* * * * * *';
    const site = await createSite({ 'a.txt': numberedSeed(1) }, { access: './tokens', schedule });
    await writeFile(join(site.directory, 'tokens'), 'reader 0123456789abcdef0123456789abcdef\n');
    const daemon = await Daemon.start(site.flags, { cwd: site.directory });
    const url = await daemon.url();
    await rm(join(site.directory, 'tokens'));
    await daemon.logged(({ alarm }) => alarm === 'tokens-unreadable');
    await configure(site, { schedule });
    await reload(daemon);
    expect((await get(`${url}/feed.atom`)).status).toBe(200);
    await until(async () => ((await health(url)).status === 'ok' ? true : undefined));
  });

  it('is not begun once it is to stop, however long that takes', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    for (let time = 0; time < 3; time += 1) {
      const daemon = await Daemon.start(site.flags);
      const { port } = new URL(await daemon.url());
      // Waited for while it stops.
      const client = connect(Number(port), '127.0.0.1');
      onTestFinished(() => void client.destroy());
      client.on('error', () => {});
      await new Promise((resolve) => client.write('GET / HT', resolve));
      const ended = daemon.stop();
      for (let hangup = 0; hangup < 5 && daemon.child.exitCode === null; hangup += 1) {
        daemon.child.kill('SIGHUP');
        await setTimeout(100);
      }
      expect((await ended).status).toBe(0);
    }
  });

  it('keeps what is published up when it cannot go on, and goes on once it can', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const kept = join(site.data, 'site-id');
    await rm(kept);
    await mkdir(kept);
    daemon.child.kill('SIGHUP');
    const { alarms } = await until(async () => {
      const report = await health(url);
      return report.status === 'degraded' ? report : undefined;
    });
    expect(Object.keys(alarms)).toEqual(['pass-failed']);
    expect((await get(`${url}/feed.atom`)).status).toBe(200);
    await rm(kept, { recursive: true });
    await daemon.logged(({ msg }) => msg === 'configuration and recipes read anew');
    await renameInto(site.seeds, 'b.txt', numberedSeed(2));
    await expect
      .poll(async () => titles(await text(`${url}/feed.atom`)), { timeout: 10_000 })
      .toHaveLength(2);
  });

  it('reads recipes anew, too', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1, 'news.example.org') });
    const outlets = join(site.directory, 'outlets');
    await configure(site, { outlets });
    await mkdir(outlets);
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    expect((await get(`${url}/outlets/example.org.atom`)).status).toBe(200);
    const recipe = {
      name: '例子',
      home: 'https://news.example.org/',
      language: 'zh-Hans',
      hosts: ['news.example.org'],
    };
    await writeFile(join(outlets, 'example.yaml'), stringify(recipe));
    await reload(daemon);
    await until(async () => ((await get(`${url}/outlets/example.atom`)).status === 200 ? true : undefined));
  });
});
