// What is published was made by the program that there was, from the ledger that there was.
import { appendFileSync, cpSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { DATABASE_ENDS } from '../../src/ledger/open.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { Daemon, PROJECT, runFeedmill } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { readEntries } from './atom.ts';
import { get, text } from './http.ts';
import { createSite, type TestSite } from './site.ts';

function imprintOf({ data }: TestSite): { ledger: string; makers: string } | null {
  const { imprint } = JSON.parse(readFileSync(join(data, 'tags.json'), 'utf8')) as {
    imprint: { ledger: string; makers: string } | null;
  };
  return imprint;
}

it('a program that was changed publishes what it makes, though no seed has changed', async () => {
  const site = await createSite({ 'a.txt': numberedSeed(1) });
  const program = temporaryDirectory();
  for (const name of ['src', 'config', 'package.json', 'package-lock.json']) {
    cpSync(join(PROJECT, name), join(program, name), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(program, 'node_modules'));
  const build = (): number | null =>
    spawnSync(process.execPath, [join(program, 'src/main.ts'), 'build', ...site.flags]).status;
  expect(build()).toBe(0);
  const before = imprintOf(site);
  expect(build()).toBe(0);
  expect(imprintOf(site)).toEqual(before);
  expect(before).not.toBeNull();
  appendFileSync(join(program, 'src/pages/layout.eta'), '<!-- of the next version -->');
  expect(build()).toBe(0);
  expect(readFileSync(join(site.data, 'public/index.html'), 'utf8')).toContain('of the next version');
  expect(imprintOf(site)!.makers).not.toBe(before!.makers);
});

it('a ledger that was restored is no more the one that what is published was made from', async () => {
  const site = await createSite({ 'a.txt': numberedSeed(1) });
  const file = join(site.directory, 'backup');
  await runFeedmill(['build', ...site.flags]);
  const before = imprintOf(site);
  expect((await runFeedmill(['backup', file, ...site.flags])).status).toBe(0);
  for (const end of DATABASE_ENDS) rmSync(join(site.data, `ledger.sqlite${end}`), { force: true });
  expect((await runFeedmill(['restore', file, ...site.flags])).status).toBe(0);
  await runFeedmill(['build', ...site.flags]);
  expect(imprintOf(site)).not.toBeNull();
  expect(imprintOf(site)!.ledger).not.toBe(before!.ledger);
});

it('a daemon that was killed serves what it served, takes up what came, and has its archive', async () => {
  const site = await createSite(
    { 'a.txt': numberedSeed(1), 'b.txt': numberedSeed(2) },
    { window: { entries: 1 }, baseUrl: 'https://feeds.example' },
  );
  const first = await Daemon.start(site.flags);
  const url = await urlOf(first);
  const before = await get(`${url}/feed.atom`);
  await expect.poll(() => imprintOf(site)).not.toBeNull();
  const archive = /<link rel="prev-archive"[^>]*href="https:\/\/feeds\.example(?<path>[^"]+)"/.exec(
    before.body.toString(),
  )!.groups!['path']!;
  const archived = await text(url + archive);
  await first.kill();
  const second = await Daemon.start(site.flags);
  const again = await urlOf(second);
  const after = await get(`${again}/feed.atom`);
  expect(after.body).toEqual(before.body);
  expect(after.headers.etag).toBe(before.headers.etag);
  expect(await text(again + archive)).toBe(archived);
  expect(readEntries(archived)).toHaveLength(1);
  const samples = await text(`${again}/metrics`);
  expect(samples).toContain('feedmill_pass_duration_seconds_count{kind="everything"} 1');
});

/** Where it listens, once it has looked at everything. */
async function urlOf(daemon: Daemon): Promise<string> {
  const { listen } = await daemon.logged((line) => typeof line['page'] === 'string');
  return `http://${listen as string}`;
}
