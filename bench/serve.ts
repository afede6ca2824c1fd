// The same files of one directory, served by the daemon and by nginx, under the same load: wrk, from Debian.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'nginx.conf');
const NGINX = '/usr/sbin/nginx';
const WRK = '/usr/bin/wrk';

/** How long each is asked; one thread of the load beside one of the server. */
const LOAD_SECONDS = 3;
const CONNECTIONS = 16;
/** Of /proc/PID/stat, on every Linux. */
const TICKS_PER_SECOND = 100;
const READY_MS = 20_000;

export interface Served {
  readonly requestsPerSecond: number;
  /** Of the server alone. µs */
  readonly cpuPerRequest: number;
}

export interface Comparison {
  readonly name: string;
  readonly daemon: Served;
  readonly nginx: Served;
}

interface Server {
  readonly url: string;
  readonly pid: number;
}

/** What is missing on this machine, if anything is. */
export function missingForServing(): readonly string[] {
  return [NGINX, WRK].filter((program) => !existsSync(program));
}

/** Serves `data/public`, made of `seeds`, by both; `data` must have been built with all codings. */
export async function measureServing(seeds: string, data: string): Promise<readonly Comparison[]> {
  const work = mkdtempSync(join(tmpdir(), 'feedmill-bench-'));
  const children: ChildProcess[] = [];
  try {
    const daemon = await startDaemon(seeds, data, children);
    const nginx = await startNginx(work, join(data, 'public'), children);
    const comparisons: Comparison[] = [];
    for (const [name, coding, conditional] of [
      ['304', 'gzip', true],
      ['200 gzip', 'gzip', false],
      ['200 identity', 'identity', false],
    ] as const) {
      const [own, theirs] = [await load(daemon, coding, conditional), await load(nginx, coding, conditional)];
      comparisons.push({ name, daemon: own, nginx: theirs });
    }
    return comparisons;
  } finally {
    for (const child of children) {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    }
    rmSync(work, { recursive: true, force: true });
  }
}

async function startDaemon(seeds: string, data: string, children: ChildProcess[]): Promise<Server> {
  const args = [
    MAIN,
    'run',
    '--seeds',
    seeds,
    '--data',
    data,
    '--listen',
    '127.0.0.1:0',
    '--base-url',
    'https://a.example',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const { listen } = JSON.parse(line) as { listen?: string };
    if (listen === undefined) continue;
    child.stdout.resume();
    const server = { url: `http://${listen}/feed.atom`, pid: child.pid! };
    await ready(server.url);
    return server;
  }
  throw new Error('the daemon ended before it was live');
}

/** From the example configuration, with one worker; as the user that we are. */
async function startNginx(work: string, root: string, children: ChildProcess[]): Promise<Server> {
  const [files, proxy] = [await freePort(), await freePort()];
  const example = readFileSync(EXAMPLE, 'utf8')
    .replace('/opt/feedmill/data/public', root)
    .replace('127.0.0.1:8081', `127.0.0.1:${files}`)
    .replace('127.0.0.1:8082', `127.0.0.1:${proxy}`);
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${work}/${name};`,
  );
  writeFileSync(
    join(work, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${work}/pid; ${user} events {}
     http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; ${temporary.join(' ')}
     ${example} }`,
  );
  const child = spawn(NGINX, ['-p', work, '-e', 'stderr', '-c', join(work, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  const server = { url: `http://127.0.0.1:${files}/feed.atom`, pid: child.pid! };
  await ready(server.url);
  return server;
}

/** Once it answers in a coding, which the daemon prepares after its start. */
async function ready(url: string): Promise<void> {
  const end = performance.now() + READY_MS;
  while (performance.now() < end) {
    const coding = await fetch(url, { headers: { 'accept-encoding': 'gzip' } }).then(
      async (answer) => (await answer.arrayBuffer(), answer.headers.get('content-encoding')),
      () => null,
    );
    if (coding === 'gzip') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${url} does not answer`);
}

async function load({ url, pid }: Server, coding: string, conditional: boolean): Promise<Served> {
  const headers = { 'accept-encoding': coding };
  const answer = await fetch(url, { headers });
  await answer.arrayBuffer();
  const tag = answer.headers.get('etag') ?? '';
  const sent = { ...headers, ...(conditional && { 'if-none-match': tag }) };
  const wanted = conditional ? 304 : 200;
  const { status } = await fetch(url, { headers: sent, cache: 'no-store' });
  if (status !== wanted) throw new Error(`${url}: ${status}, not ${wanted}`);
  const before = cpuMs(pid);
  const flags = Object.entries(sent).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const output = execFileSync(WRK, ['-t1', `-c${CONNECTIONS}`, `-d${LOAD_SECONDS}s`, ...flags, url], {
    encoding: 'utf8',
  });
  const requests = Number(/(\d+) requests in/.exec(output)![1]);
  const used = cpuMs(pid) - before;
  return {
    requestsPerSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(output)![1]),
    cpuPerRequest: (used * 1000) / requests,
  };
}

/** What a process and its children have used. ms */
function cpuMs(pid: number): number {
  const task = `/proc/${pid}/task/${pid}/children`;
  const below = readFileSync(task, 'utf8').split(' ').filter(Boolean).map(Number);
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  // utime and stime (proc_pid_stat(5)), the 14th and 15th, the third being the first here.
  const own = ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000;
  return own + below.reduce((sum, each) => sum + cpuMs(each), 0);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
