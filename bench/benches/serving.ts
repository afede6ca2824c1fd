// The same files of one directory, served by the daemon and by nginx, under the same load; and while it publishes.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from '../report/statistics.ts';
import type { Bench, Context, Newcomer } from '../support/bench.ts';
import { ask, askUntil, pause } from '../support/http.ts';
import { programPath } from '../support/measured.ts';
import { startNginx } from '../support/nginx.ts';
import { Daemon, type Server } from '../support/server.ts';

/** How long each is asked; one thread of the load beside one of the server. */
const LOAD_SECONDS = 3;
const CONNECTIONS = 16;
/** Before that: who serves for weeks has its code compiled. */
const WARMING_SECONDS = 1;

/** A feed for a client that asks now and then, and not as fast as it can. */
const PROBES = 1_000;
const PROBE_EVERY_MS = 4;
const PUBLICATIONS_MAX = 500;

export const serving: Bench = {
  name: 'serving',
  title: 'Serving the merged feed',
  async measure(context) {
    for (let run = 0; run < context.runsAt(Math.min(...context.sizes)); run += 1)
      await measureServing(context);
  },
};

const CASES = [
  ['304', 'gzip', true],
  ['200 gzip', 'gzip', false],
  ['200 identity', 'identity', false],
] as const;

async function measureServing(context: Context): Promise<void> {
  // What is served is the same whatever there is behind it.
  const shape = context.shape(Math.min(...context.sizes));
  const seeds = context.seeds(shape);
  const data = context.data(shape);
  const [nginxPath, wrk] = [programPath('nginx'), programPath('wrk')];
  const added = context.newcomers(seeds, PUBLICATIONS_MAX);
  try {
    await using daemon = await Daemon.start({ seeds, data });
    await daemon.live();
    await daemon.coded();
    await daemon.atRest();
    await using nginx =
      nginxPath === null
        ? null
        : await startNginx(nginxPath, join(context.work, 'nginx'), join(data, 'public'));
    const programs: readonly (readonly [string, Server])[] = [
      ['feedmill', daemon],
      ...(nginx ? [['nginx', nginx] as const] : []),
    ];
    if (!nginx) context.absent('nginx', null, 'nginx is not installed');
    if (wrk === null) context.absent('feedmill', null, 'what asks is wrk, which is not installed');
    else {
      for (const [name, coding, conditional] of CASES) {
        for (const [program, server] of programs) {
          const { rate, cpuUs } = await load(wrk, server, coding, conditional);
          context.add({ seeds: null, name: `${name}: requests`, unit: '/s' }, program, rate);
          context.add({ seeds: null, name: `${name}: CPU of a request`, unit: 'µs' }, program, cpuUs);
        }
      }
    }
    const add = (name: string, program: string, latencies: readonly number[]): void => {
      context.add({ seeds: null, name: `p99 ${name}`, unit: 'ms' }, program, percentile(latencies, 99));
    };
    for (const [program, server] of programs) add('at rest', program, await probe(server));
    const publishing = publishOneByOne(daemon, added);
    add('while one publication follows the other', 'feedmill', await probe(daemon));
    await publishing.stop();
  } finally {
    for (const { file } of added) rmSync(file, { force: true });
  }
}

async function load(
  wrk: string,
  server: Server,
  coding: string,
  conditional: boolean,
): Promise<{ rate: number; cpuUs: number }> {
  const url = `${server.url}/feed.atom`;
  const headers = { 'accept-encoding': coding };
  const { headers: given } = await ask(url, headers);
  const sent = { ...headers, ...(conditional && { 'if-none-match': given.etag! }) };
  const wanted = conditional ? 304 : 200;
  const { status } = await ask(url, sent);
  if (status !== wanted) throw new Error(`${url}: ${status}, not ${wanted}`);
  const flags = Object.entries(sent).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const run = (seconds: number): string =>
    execFileSync(wrk, ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, ...flags, url], { encoding: 'utf8' });
  run(WARMING_SECONDS);
  const before = server.cpuMs;
  const output = run(LOAD_SECONDS);
  const requests = Number(/(\d+) requests in/.exec(output)![1]);
  return {
    rate: Number(/Requests\/sec:\s*([\d.]+)/.exec(output)![1]),
    cpuUs: ((server.cpuMs - before) * 1000) / requests,
  };
}

/** How long answers took. ms */
async function probe(server: Server): Promise<number[]> {
  const latencies: number[] = [];
  while (latencies.length < PROBES) {
    const start = performance.now();
    await ask(`${server.url}/feed.atom`, { 'accept-encoding': 'gzip' });
    latencies.push(performance.now() - start);
    await pause(PROBE_EVERY_MS);
  }
  return latencies;
}

/** As soon as one article is in the feed the next one comes. */
function publishOneByOne(daemon: Daemon, added: readonly Newcomer[]): { stop(): Promise<void> } {
  let stopped = false;
  const all = (async () => {
    for (const { rename, mark } of added) {
      if (stopped) return;
      rename();
      await askUntil(`${daemon.url}/feed.json`, ({ body }) => body.includes(mark), { everyMs: 10 });
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await all;
    },
  };
}
