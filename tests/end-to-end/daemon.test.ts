// The daemon as its subscribers, its operator and its archivist meet it.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { appendFile, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, get as httpGet } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renameInto } from '../support/directories.ts';
import { Daemon, runFeedmill, until } from '../support/process.ts';
import { numberedSeed, seedText } from '../support/seeds.ts';
import { readEntries, titles } from './atom.ts';
import { get, health, text } from './http.ts';
import { createSite } from './site.ts';

const OTHER_HOST = 'news.example.org';

async function feedTitles(url: string, path = 'feed.atom'): Promise<string[]> {
  return titles(await text(`${url}/${path}`));
}

const PATIENTLY = { timeout: 15_000, interval: 20 };

function numbered(numbers: readonly number[]): Record<string, string> {
  return Object.fromEntries(numbers.map((number) => [`${number}.txt`, numberedSeed(number)]));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

const titleOf = (number: number): string => `第 ${number} 篇`;

describe('a daemon that has started', () => {
  it('logs how much it serves and where', async () => {
    const site = await createSite({ ...numbered([1, 2]), 'other.txt': numberedSeed(3, OTHER_HOST) });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const live = daemon.lines.find((line) => 'page' in line);
    expect(live).toMatchObject({
      level: 30,
      articles: 3,
      outlets: 2,
      page: `${url}/`,
      feeds: [`${url}/feed.atom`, `${url}/outlets/example.org.atom`, `${url}/outlets/voa.atom`],
    });
    for (const address of live!['feeds'] as string[]) {
      expect((await get(address)).headers['content-type']).toMatch(/^application\/atom\+xml/);
    }
    expect((await get(live!['page'] as string)).headers['content-type']).toMatch(/^text\/html/);
  });

  it('serves the bytes of the files in DATA/public', async () => {
    const site = await createSite({ ...numbered([1, 2]), 'other.txt': numberedSeed(3, OTHER_HOST) });
    const url = await (await Daemon.start(site.flags)).url();
    for (const path of ['feed.atom', 'outlets/voa.atom', 'outlets/example.org.atom', 'index.html']) {
      const { body } = await get(`${url}/${path}`);
      expect(body).toEqual(readFileSync(join(site.data, 'public', path)));
    }
    expect(await feedTitles(url, 'outlets/voa.atom')).toEqual([titleOf(2), titleOf(1)]);
    expect(await feedTitles(url, 'outlets/example.org.atom')).toEqual([titleOf(3)]);
  });

  it('serves nothing from outside of DATA/public', async () => {
    const site = await createSite(numbered([1]));
    const { port } = new URL(await (await Daemon.start(site.flags)).url());
    for (const target of ['/../ledger.sqlite', '/..%2fledger.sqlite', '/%2e%2e/site-id', '//../site-id']) {
      expect(await exchange(Number(port), target)).toMatch(/^HTTP\/1\.1 40[04] /);
    }
  });

  it('says that it is well, and since which look', async () => {
    const site = await createSite({ ...numbered([1, 2]), 'bad.txt': 'no header' });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    await daemon.logged(({ msg }) => msg === 'seed rejected');
    const report = await until(async () => {
      const now = await health(url);
      return now.seeds.rejected === 1 ? now : undefined;
    });
    expect(report).toMatchObject({ status: 'ok', alarms: {}, articles: 2, seeds: { known: 3, missing: 0 } });
    expect(report.lastPass).not.toBeNull();
  });
});

describe('new seeds', () => {
  it('appear when they are renamed into the directory, however long a written file has to settle', async () => {
    const site = await createSite({}, { settleMs: 600_000 });
    const url = await (await Daemon.start(site.flags)).url();
    for (const number of range(5)) {
      await renameInto(site.seeds, `${number}.txt`, numberedSeed(number));
      await expect.poll(() => feedTitles(url), PATIENTLY).toContain(titleOf(number));
    }
  });

  it('appear when they are simply written there', async () => {
    const site = await createSite();
    const url = await (await Daemon.start(site.flags)).url();
    await writeFile(join(site.seeds, '1.txt'), numberedSeed(1));
    await expect.poll(() => feedTitles(url), PATIENTLY).toEqual([titleOf(1)]);
  });

  it('appear in directories made after the start, and in directories within those', async () => {
    const site = await createSite();
    const url = await (await Daemon.start(site.flags)).url();
    await mkdir(join(site.seeds, 'new', 'within'), { recursive: true });
    await writeFile(join(site.seeds, 'new', '1.txt'), numberedSeed(1));
    await writeFile(join(site.seeds, 'new', 'within', '2.txt'), numberedSeed(2));
    await expect.poll(() => feedTitles(url), PATIENTLY).toEqual([titleOf(2), titleOf(1)]);
    await writeFile(join(site.seeds, 'new', 'within', '3.txt'), numberedSeed(3));
    await expect.poll(() => feedTitles(url), PATIENTLY).toEqual([titleOf(3), titleOf(2), titleOf(1)]);
  });

  it('appear when a whole directory of them is renamed into place', async () => {
    const site = await createSite();
    const url = await (await Daemon.start(site.flags)).url();
    const elsewhere = join(site.directory, 'elsewhere');
    await mkdir(elsewhere);
    for (const number of [1, 2]) await writeFile(join(elsewhere, `${number}.txt`), numberedSeed(number));
    await rename(elsewhere, join(site.seeds, 'moved'));
    await expect.poll(() => feedTitles(url), PATIENTLY).toEqual([titleOf(2), titleOf(1)]);
    await writeFile(join(site.seeds, 'moved', '3.txt'), numberedSeed(3));
    await expect.poll(() => feedTitles(url), PATIENTLY).toEqual([titleOf(3), titleOf(2), titleOf(1)]);
  });

  it('are all there after a time in which more came than the kernel can keep note of', async () => {
    // Some four events a file; the kernel drops all beyond max_queued_events, 16,384 by default.
    const count = 4500;
    const site = await createSite({}, { window: { entries: count + 1, bytes: 100_000_000 } });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    daemon.child.kill('SIGSTOP');
    for (const number of range(count)) await renameInto(site.seeds, `${number}.txt`, numberedSeed(number));
    daemon.child.kill('SIGCONT');
    await until(async () => ((await health(url)).articles === count ? true : undefined), 20_000);
    const expected = range(count).reverse().map(titleOf);
    await expect.poll(() => feedTitles(url), PATIENTLY).toEqual(expected);
  });

  const pieces = ['甲', '乙', '丙'].map((word) => `<p>${word}</p>`);
  const slowly = [seedText({ body: pieces[0]! }).trimEnd(), pieces[1]!, pieces[2]!] as const;

  it.each([
    ['that is new', null, [pieces.join('')]],
    ['that was there before', '<p>前</p>', ['<p>前</p>', pieces.join('')]],
  ])('are never seen half: a file %s, written in three pieces', async (_, before, expected) => {
    const site = await createSite(before === null ? {} : { 'slow.txt': seedText({ body: before }) }, {
      settleMs: 1500,
      debounceMs: 0,
    });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const seen: string[] = [];
    const look = async (): Promise<boolean> => {
      const content = readEntries(await text(`${url}/feed.atom`))[0]?.content.replace(/\n/g, '');
      if (content !== undefined && content !== seen.at(-1)) seen.push(content);
      return seen.at(-1) === expected.at(-1);
    };
    if (before !== null) await until(async () => ((await look(), seen.length > 0) ? true : undefined));
    const file = join(site.seeds, 'slow.txt');
    for (const [index, piece] of slowly.entries()) {
      await (index === 0 ? writeFile : appendFile)(file, piece);
      for (let polls = 0; polls < 10; polls += 1) {
        await sleep(30);
        await look();
      }
    }
    await until(async () => ((await look()) ? true : undefined));
    expect(seen).toEqual(expected);
  });
});

describe('a seed that is', () => {
  it('edited changes its entry, which keeps its id', async () => {
    const site = await createSite(numbered([1]));
    const url = await (await Daemon.start(site.flags)).url();
    const [before] = readEntries(await text(`${url}/feed.atom`));
    await renameInto(site.seeds, '1.txt', numberedSeed(1).replaceAll('正文', '改过的正文'));
    const after = await until(async () => {
      const [entry] = readEntries(await text(`${url}/feed.atom`));
      return entry?.content === before!.content ? undefined : entry;
    });
    expect(after.content).toBe(`<p>改过的正文：${titleOf(1)}</p>`);
    expect(after).toMatchObject({ id: before!.id, published: before!.published, link: before!.link });
    expect(Date.parse(after.updated)).toBeGreaterThan(Date.parse(before!.updated));
  });

  it('deleted takes its entry with it', async () => {
    const site = await createSite(numbered([1, 2, 3]));
    const url = await (await Daemon.start(site.flags)).url();
    await rm(join(site.seeds, '2.txt'));
    await expect.poll(() => feedTitles(url), PATIENTLY).toEqual([titleOf(3), titleOf(1)]);
  });

  it('renamed changes nothing for a subscriber, not even for a moment', async () => {
    const site = await createSite(numbered([1, 2]));
    const url = await (await Daemon.start(site.flags)).url();
    const before = await get(`${url}/outlets/voa.atom`);
    await rename(join(site.seeds, '1.txt'), join(site.seeds, 'renamed.txt'));
    await renameInto(site.seeds, 'marker.txt', numberedSeed(3, OTHER_HOST));
    await until(async () => {
      const now = await get(`${url}/outlets/voa.atom`);
      expect(now.body).toEqual(before.body);
      expect(now.headers.etag).toBe(before.headers.etag);
      const { articles, seeds } = await health(url);
      return articles === 3 && seeds.known === 3 && seeds.missing === 0 ? true : undefined;
    });
    expect((await get(`${url}/outlets/voa.atom`)).body).toEqual(before.body);
  });

  it('gone together with most others stays published, and the operator is told until they are back', async () => {
    const site = await createSite(numbered(range(6)), {
      withdrawal: { share: 0.5, count: 3 },
      schedule: '* * * * * *',
    });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const before = await text(`${url}/feed.atom`);
    await rename(site.seeds, `${site.seeds}-unmounted`);
    await mkdir(site.seeds);
    const report = await until(async () => {
      const now = await health(url);
      expect(await text(`${url}/feed.atom`)).toBe(before);
      return now.alarms['mass-disappearance'] === undefined ? undefined : now;
    });
    expect(report.status).toBe('degraded');
    const { message } = report.alarms['mass-disappearance']!;
    expect(message).toContain('6 of 6');
    const logged = await daemon.logged((line) => line['alarm'] === 'mass-disappearance');
    expect(logged).toMatchObject({ level: 50, msg: message });
    await rm(site.seeds, { recursive: true });
    await rename(`${site.seeds}-unmounted`, site.seeds);
    await until(async () => ((await health(url)).status === 'ok' ? true : undefined));
    expect(await text(`${url}/feed.atom`)).toBe(before);
  });
});

describe('a seeds directory that is missing at the start', () => {
  it('is reported, and read as soon as it is there', async () => {
    const site = await createSite({}, { schedule: '* * * * * *' });
    await rm(site.seeds, { recursive: true });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    const report = await health(url);
    expect(report.status).toBe('degraded');
    // Where it is on this machine is nobody else's business.
    const { message } = report.alarms['seeds-unlisted']!;
    expect(message).toMatch(/^cannot list the seeds directory \(ENOENT\); .+ Mount it/);
    expect(JSON.stringify(report)).not.toContain(site.directory);
    const logged = await daemon.logged(({ alarm }) => alarm === 'seeds-unlisted');
    expect(logged).toMatchObject({ msg: message, why: expect.stringContaining(site.seeds) });
    expect(await feedTitles(url)).toEqual([]);
    await mkdir(site.seeds);
    await writeFile(join(site.seeds, '1.txt'), numberedSeed(1));
    await expect.poll(() => feedTitles(url), PATIENTLY).toEqual([titleOf(1)]);
    await until(async () => ((await health(url)).status === 'ok' ? true : undefined));
    await daemon.logged((line) => line.msg === 'alarm cleared');
  });
});

describe('a daemon that is asked to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s ends with status 0 and leaves its port free, whoever is connected',
    async (signal) => {
      const site = await createSite(numbered([1]));
      const daemon = await Daemon.start(site.flags);
      const url = await daemon.url();
      const agent = new Agent({ keepAlive: true });
      onTestFinished(() => agent.destroy());
      await new Promise((resolve, reject) => {
        const asked = httpGet(`${url}/feed.atom`, { agent }, (response) =>
          response.resume().on('end', resolve),
        );
        asked.on('error', reject);
      });
      daemon.child.kill(signal);
      const { status, stderr } = await daemon.ended();
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(daemon.lines.at(-1)).toMatchObject({ msg: 'stopping', signal });
      await listenOnce(Number(new URL(url).port));
    },
  );
});

describe('a daemon that is started again', () => {
  it('serves what it served last, with the same validators, before it has looked at anything', async () => {
    const site = await createSite(numbered(range(3)));
    const first = await Daemon.start(site.flags);
    const url = await first.url();
    const before = await get(`${url}/feed.atom`);
    await first.stop();
    // The clock moves on, the seeds too: what is served now can only be what was kept.
    await sleep(1100);
    await renameInto(site.seeds, '4.txt', numberedSeed(4));
    const socket = join(site.directory, 'feed.sock');
    const config = join(site.directory, 'later.yaml');
    await writeFile(config, 'debounceMs: 60000\n');
    const directories = ['--seeds', site.seeds, '--data', site.data];
    const second = await Daemon.start(['--config', config, ...directories, '--listen', `unix:${socket}`]);
    const after = await until(() => get('http://localhost/feed.atom', { socket }).catch(() => undefined));
    expect((await health('http://localhost', socket)).lastPass).toBeNull();
    expect(after.status).toBe(200);
    expect(after.body).toEqual(before.body);
    expect(after.headers.etag).toBe(before.headers.etag);
    expect(after.headers['last-modified']).toBe(before.headers['last-modified']);
    expect((await second.stop()).status).toBe(0);
  });

  it('answers 304 to who has what it served last, also when it has looked at everything', async () => {
    const site = await createSite(numbered(range(3)));
    const socket = join(site.directory, 'feed.sock');
    const flags = [...site.flags, '--listen', `unix:${socket}`];
    const feed = 'http://localhost/outlets/voa.atom';
    const first = await Daemon.start(flags);
    await first.url();
    const { headers } = await get(feed, { socket });
    await first.stop();
    await (await Daemon.start(flags)).url();
    expect((await health('http://localhost', socket)).lastPass).not.toBeNull();
    for (const condition of [
      { 'if-none-match': headers.etag! },
      { 'if-modified-since': headers['last-modified']! },
    ]) {
      expect((await get(feed, { socket, headers: condition })).status).toBe(304);
    }
  });

  it('publishes what it had recorded and not yet published when it was killed', async () => {
    const site = await createSite(numbered([1]));
    const [published, kept] = [join(site.data, 'public'), join(site.directory, 'kept')];
    const first = await Daemon.start(site.flags);
    await first.url();
    await first.stop();
    await cp(published, kept, { recursive: true, preserveTimestamps: true });
    await renameInto(site.seeds, '2.txt', numberedSeed(2));
    const killed = await Daemon.start(site.flags);
    await killed.url();
    await killed.kill();
    // As if it had been killed before it wrote a file: only the ledger knows of the second article.
    await rm(published, { recursive: true });
    await rename(kept, published);
    const url = await (await Daemon.start(site.flags)).url();
    expect(await feedTitles(url)).toEqual([titleOf(2), titleOf(1)]);
    expect(titles(readFileSync(join(published, 'feed.atom'), 'utf8'))).toEqual([titleOf(2), titleOf(1)]);
  });
});

describe('a data directory', () => {
  it('is refused to a second process, which says so, and free once the first has ended, however it did', async () => {
    const site = await createSite(numbered([1]));
    const first = await Daemon.start(site.flags);
    const url = await first.url();
    const inUse = expect.stringContaining(
      `${site.data} is in use by another feedmill: stop it, or choose`,
    ) as string;
    for (const command of [['run', '--listen', '127.0.0.1:0'], ['build']]) {
      const { status, stderr } = await runFeedmill([...command, ...site.flags]);
      expect([status, stderr]).toEqual([78, inUse]);
    }
    expect(titles(await text(`${url}/feed.atom`))).toHaveLength(1);
    await first.kill();
    const { status, stderr } = await runFeedmill(['build', ...site.flags]);
    expect([status, stderr]).toEqual([0, '']);
    const again = await Daemon.start(site.flags);
    await again.url();
    await again.stop();
    expect(existsSync(join(site.data, 'lock-journal'))).toBe(false);
  });
});

describe('a Unix socket', () => {
  it('is served on, also where a killed daemon has left one, and gone after the stop', async () => {
    const site = await createSite(numbered([1]));
    const socket = join(site.directory, 'feed.sock');
    const flags = [...site.flags, '--listen', `unix:${socket}`];
    const killed = await Daemon.start(flags);
    await killed.url();
    await killed.kill();
    expect(statSync(socket).isSocket()).toBe(true);
    const daemon = await Daemon.start(flags);
    await daemon.url();
    const { body } = await get('http://localhost/feed.atom', { socket });
    expect(titles(body.toString())).toEqual([titleOf(1)]);
    expect((await daemon.stop()).status).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });

  it('that another daemon serves on is left to it', async () => {
    const [site, other] = [await createSite(numbered([1])), await createSite(numbered([2]))];
    const socket = join(site.directory, 'feed.sock');
    await (await Daemon.start([...site.flags, '--listen', `unix:${socket}`])).url();
    const late = await (await Daemon.start([...other.flags, '--listen', `unix:${socket}`])).ended();
    expect(late.status).toBe(78);
    expect(late.stderr).toContain(`unix:${socket}`);
    const { body } = await get('http://localhost/feed.atom', { socket });
    expect(titles(body.toString())).toEqual([titleOf(1)]);
  });

  it('is not put in the place of an ordinary file', async () => {
    const site = await createSite(numbered([1]));
    const file = join(site.directory, 'precious');
    await writeFile(file, 'kept');
    const { status, stderr } = await (
      await Daemon.start([...site.flags, '--listen', `unix:${file}`])
    ).ended();
    expect(status).toBe(78);
    expect(stderr).toContain(`unix:${file}`);
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });
});

describe('a port that is in use', () => {
  it('ends the start with status 78 and says which, and what to do', async () => {
    const site = await createSite(numbered([1]));
    const taken = createServer();
    onTestFinished(() => void taken.close());
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const daemon = await Daemon.start([...site.flags, '--listen', `127.0.0.1:${port}`]);
    const { status, stderr } = await daemon.ended();
    expect(status).toBe(78);
    expect(stderr).toBe(
      `feedmill: cannot listen on 127.0.0.1:${port}: another process listens there; ` +
        'stop it, or choose another address with --listen\n',
    );
  });
});

/** Everything that comes back on a connection of its own for a target sent as it is. */
function exchange(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** Fails if somebody listens on `port` already. */
async function listenOnce(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}
