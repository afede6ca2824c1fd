// What an operator's monitoring reads.
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ALARMS } from '../../src/alarms.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, PROJECT, until } from '../support/process.ts';
import { NOON, numberedSeed } from '../support/seeds.ts';
import { get, text } from './http.ts';
import { createSite } from './site.ts';

const { version: VERSION } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
  version: string;
};

/** Samples by name and labels. */
function samplesIn(metrics: string): Map<string, number> {
  const lines = metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => /^(.*) (\S+)$/.exec(line)!).map(([, name, value]) => [name!, Number(value)]),
  );
}

it('/metrics tells of seeds, articles, passes, alarms, and of what was answered and spared', async () => {
  const seeds = { '1.txt': numberedSeed(1), '2.txt': numberedSeed(2), 'broken.txt': 'no header' };
  const site = await createSite(seeds);
  const url = await (await Daemon.start(site.flags)).url();
  const read = async (): Promise<Map<string, number>> => samplesIn(await text(`${url}/metrics`));
  await renameInto(site.seeds, '3.txt', numberedSeed(3));
  await rm(join(site.seeds, '1.txt'));
  await until(async () =>
    (await read()).get('feedmill_changes_total{change="withdrawn"}') === 1 ? true : undefined,
  );
  const samples = await read();
  expect(Object.fromEntries(samples)).toMatchObject({
    feedmill_articles: 2,
    'feedmill_seeds{state="known"}': 3,
    'feedmill_seeds{state="rejected"}': 1,
    'feedmill_changes_total{change="added"}': 3,
    'feedmill_changes_total{change="rejected"}': 1,
    'feedmill_rejections_total{reason="header-missing"}': 1,
    'feedmill_pass_duration_seconds_count{kind="everything"}': 1,
    feedmill_pass_failures_total: 0,
    [`feedmill_build_info{version="${VERSION}"}`]: 1,
    feedmill_newest_article_timestamp_seconds: NOON / 1000 + 3,
  });
  expect(samples.get('feedmill_data_available_bytes')).toBeGreaterThan(0);
  expect(samples.get('feedmill_ledger_bytes')).toBeGreaterThan(10_000);
  expect(samples.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  const alarms = [...samples].filter(([name]) => name.startsWith('feedmill_alarm{'));
  expect(alarms.map(([, value]) => value)).toEqual(ALARMS.map(() => 0));
  const lately = [
    'feedmill_feed_modified_timestamp_seconds{feed="outlets/voa.atom"}',
    'feedmill_last_full_look_timestamp_seconds',
    'process_start_time_seconds',
  ];
  const secondsAgo = lately.map((name) => Math.abs(Date.now() / 1000 - samples.get(name)!));
  expect(Math.max(...secondsAgo)).toBeLessThan(120);
});

it('/metrics counts answers by status, the bytes sent, and those that were not', async () => {
  const site = await createSite({ '1.txt': numberedSeed(1) });
  const url = await (await Daemon.start(site.flags)).url();
  const before = samplesIn(await text(`${url}/metrics`));
  const whole = await get(`${url}/feed.atom`);
  const known = await get(`${url}/feed.atom`, { headers: { 'if-none-match': whole.headers.etag! } });
  expect(known.status).toBe(304);
  await get(`${url}/nothing`);
  const after = samplesIn(await text(`${url}/metrics`));
  const grown = (name: string): number => after.get(name)! - (before.get(name) ?? 0);
  expect(grown('feedmill_http_responses_total{status="304"}')).toBe(1);
  expect(grown('feedmill_http_responses_total{status="404"}')).toBe(1);
  expect(grown('feedmill_http_saved_bytes_total')).toBe(whole.body.length);
  expect(grown('feedmill_http_sent_bytes_total')).toBeGreaterThan(whole.body.length);
});

it('/metrics counts what was answered before it was first asked for, and before the first look', async () => {
  const site = await createSite(
    Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}.txt`, numberedSeed(i)])),
  );
  const socket = join(site.directory, 'socket');
  const daemon = await Daemon.start([...site.flags, '--listen', `unix:${socket}`]);
  const statuses: number[] = [];
  while (statuses.at(-1) !== 200 && statuses.length < 100_000) {
    const answer = await get('http://feedmill/feed.atom', { socket }).catch(() => null);
    if (answer !== null) statuses.push(answer.status);
  }
  await daemon.logged(({ pass }) => pass === 'everything');
  const { body } = await get('http://feedmill/metrics', { socket });
  const counted = [...samplesIn(body.toString())].filter(([name]) =>
    name.startsWith('feedmill_http_responses_total'),
  );
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
  expect(Object.fromEntries(counted)).toEqual({
    'feedmill_http_responses_total{status="200"}': 1,
    'feedmill_http_responses_total{status="503"}': statuses.length - 1,
  });
});

it('/metrics is what Prometheus reads: typed, explained, and kept by no cache', async () => {
  const site = await createSite({ '1.txt': numberedSeed(1) });
  const url = await (await Daemon.start(site.flags)).url();
  const { headers, body } = await get(`${url}/metrics`);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  const told = [...body.toString().matchAll(/^# (HELP|TYPE) (feedmill_\w+)/gm)].map(
    ([, what, name]) => `${what} ${name}`,
  );
  expect(told.length).toBeGreaterThan(15);
  expect(told.filter((each) => each.startsWith('HELP')).map((each) => each.replace('HELP', 'TYPE'))).toEqual(
    told.filter((each) => each.startsWith('TYPE')),
  );
});

it('/metrics tells the rest while the data directory is gone', async () => {
  const site = await createSite({ '1.txt': numberedSeed(1) });
  // Behind a link it is not made anew, whatever is still to be written.
  const [there, gone] = ['there', 'gone'].map((name) => join(site.directory, name)) as [string, string];
  await mkdir(there);
  await symlink(there, site.data);
  const url = await (await Daemon.start(site.flags)).url();
  await rename(there, gone);
  const samples = samplesIn(await text(`${url}/metrics`));
  expect(samples.get('feedmill_articles')).toBe(1);
  expect(samples.has('feedmill_data_available_bytes')).toBe(false);
  await rename(gone, there);
  const again = samplesIn(await text(`${url}/metrics`));
  expect(again.get('feedmill_data_available_bytes')).toBeGreaterThan(0);
});

it('/metrics does not tell when the newest article came where there is none', async () => {
  const site = await createSite();
  const url = await (await Daemon.start(site.flags)).url();
  const samples = samplesIn(await text(`${url}/metrics`));
  expect(samples.get('feedmill_articles')).toBe(0);
  expect(samples.has('feedmill_newest_article_timestamp_seconds')).toBe(false);
  expect(samples.get('feedmill_last_full_look_timestamp_seconds')).toBeGreaterThan(NOON / 1000);
});
