// What an operator's monitoring reads.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renameInto } from '../support/directories.ts';
import { Daemon, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { get, text } from './http.ts';
import { createSite } from './site.ts';

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
    'feedmill_pass_duration_seconds_count{kind="everything"}': 1,
  });
  expect(samples.get('feedmill_ledger_bytes')).toBeGreaterThan(10_000);
  expect(samples.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  expect([...samples.keys()].some((name) => name.startsWith('feedmill_alarm'))).toBe(false);
  const age =
    Date.now() / 1000 - samples.get('feedmill_feed_modified_timestamp_seconds{feed="outlets/voa.atom"}')!;
  expect(Math.abs(age)).toBeLessThan(120);
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
