// Other users of the machine, as the file system keeps them out; and what they may have left lying about.
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { get } from '../end-to-end/http.ts';
import { Daemon, type Ended, runFeedmill } from '../support/process.ts';
import { seedText } from '../support/seeds.ts';

const TOKENS = 'reader 0123456789abcdef0123456789abcdef\n';

const modeOf = (...path: string[]): number => statSync(join(...path)).mode & 0o777;

async function build({ flags }: TestSite): Promise<Ended> {
  const ended = await runFeedmill(['build', ...flags]);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  return ended;
}

async function privateSite(): Promise<{ site: TestSite; tokens: string }> {
  const directory = await createSite();
  const tokens = join(directory.directory, 'tokens');
  writeFileSync(tokens, TOKENS, { mode: 0o600 });
  return { site: await createSite({ 'a.txt': seedText() }, { access: tokens }), tokens };
}

describe('other users of the machine', () => {
  it('can read what is published, and neither the ledger nor the lock', async () => {
    const site = await createSite({ 'a.txt': seedText() });
    await build(site);
    expect(modeOf(site.data, 'public', 'feed.atom')).toBe(0o644);
    const files = readdirSync(site.data).filter((name) => /^(?:ledger|lock)/.test(name));
    expect(files.length).toBeGreaterThanOrEqual(2);
    expect(files.filter((name) => (modeOf(site.data, name) & 0o077) !== 0)).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)(
    'have nothing of theirs written into by root, who is told whose it is',
    async () => {
      const site = await createSite({ 'a.txt': seedText() });
      mkdirSync(site.data);
      chownSync(site.data, 65_534, 65_534);
      const { status, stderr } = await runFeedmill(['build', ...site.flags]);
      expect(status).toBe(78);
      expect(stderr).toMatch(/^feedmill: data: .* belongs to user 65534, .*run feedmill as that user\n$/);
      expect(readdirSync(site.data)).toEqual([]);
    },
  );

  it('can no more read a ledger that they could', async () => {
    const site = await createSite({ 'a.txt': seedText() });
    await build(site);
    for (const name of ['ledger.sqlite', 'lock']) chmodSync(join(site.data, name), 0o644);
    const daemon = await Daemon.start(site.flags);
    await daemon.url();
    const files = readdirSync(site.data).filter((name) => /^(?:ledger|lock)/.test(name));
    expect(files).toContain('ledger.sqlite-wal');
    expect(files.filter((name) => (modeOf(site.data, name) & 0o007) !== 0)).toEqual([]);
  });

  it('cannot read as files what only a token opens over HTTP', async () => {
    const { site } = await privateSite();
    await build(site);
    // The folder was made by this run; one of an earlier time is closed by the next.
    expect((await build(site)).stdout).not.toContain('every user');
    expect(modeOf(site.data, 'public')).toBe(0o750);
  });

  it('that may read the tokens, or write into the data directory, are told of', async () => {
    const { site, tokens } = await privateSite();
    await build(site);
    chmodSync(tokens, 0o644);
    chmodSync(site.data, 0o777);
    const { stdout } = await build(site);
    expect(stdout).toContain(`every user of this machine may read the tokens: chmod o-rwx ${tokens}`);
    expect(stdout).toContain(
      `every user of this machine may write into ${site.data}: chmod o-w ${site.data}`,
    );
  });
});

describe('a symbolic link', () => {
  it('among the seeds, for a file or a folder outside of them, is not followed', async () => {
    const outside = await createSite({ 'folder/secret.txt': seedText({ title: '密' }) });
    const site = await createSite({ 'a.txt': seedText({ url: 'https://www.voachinese.com/a/x/2.html' }) });
    symlinkSync(join(outside.seeds, 'folder', 'secret.txt'), join(site.seeds, 'b.txt'));
    symlinkSync(join(outside.seeds, 'folder'), join(site.seeds, 'c'));
    await build(site);
    const feed = readFileSync(join(site.data, 'public', 'feed.atom'), 'utf8');
    expect(feed.match(/<entry\b/g)).toHaveLength(1);
    expect(feed).not.toContain('密');
  });

  it('in the place of a published file is replaced, and what it leads to stays as it was', async () => {
    const site = await createSite({ 'a.txt': seedText() });
    const victim = join(site.directory, 'victim');
    writeFileSync(victim, 'mine');
    await build(site);
    const feed = join(site.data, 'public', 'feed.atom');
    writeFileSync(join(site.seeds, 'b.txt'), seedText({ url: 'https://www.voachinese.com/a/x/2.html' }));
    rmSync(feed);
    symlinkSync(victim, feed);
    symlinkSync(victim, join(site.data, 'public', '.feed.atom.feedmill-tmp'));
    await build(site);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readFileSync(feed, 'utf8')).toContain('<feed');
  });

  it('in the place of a prepared coding is not served', async () => {
    const files = { 'a.txt': seedText({ body: `<p>${'东风'.repeat(2_000)}</p>` }) };
    // So that the daemon has nothing to write anew.
    const site = await createSite(files, { baseUrl: 'https://feeds.example' });
    await build(site);
    const published = join(site.data, 'public');
    const secret = join(site.directory, 'secret');
    writeFileSync(secret, 'not for readers');
    for (const end of ['.gz', '.br', '.zst']) {
      const { mtime } = statSync(join(published, `feed.atom${end}`));
      rmSync(join(published, `feed.atom${end}`));
      utimesSync(secret, mtime, mtime);
      symlinkSync(secret, join(published, `feed.atom${end}`));
    }
    const daemon = await Daemon.start(site.flags);
    const { listen } = await daemon.logged((line) => typeof line['listen'] === 'string');
    const headers = { 'accept-encoding': 'gzip' };
    const { body } = await get(`http://${listen as string}/feed.atom`, { headers });
    expect(body.toString('latin1')).not.toContain('not for readers');
  });
});
