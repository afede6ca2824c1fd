// A server that is measured, as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Answer, askUntil, freePort, pause } from './http.ts';
import { MAIN, PEERS, PROJECT } from './measured.ts';

/** Of /proc/PID/stat, on every Linux. */
const TICKS_PER_SECOND = 100;
/** As long as a first look at a large archive may take. */
const START_MS = 600_000;

/** As `npm start` and the service have it. */
const COMPILED = { NODE_COMPILE_CACHE: join(PROJECT, 'node_modules/.cache/feedmill') };

/** Who used less of a processor than this share for so long is at rest. */
const REST_MS = 500;
const REST_SHARE = 0.05;

export interface ServerOptions {
  readonly standardOutput?: 'ignore' | 'pipe';
  readonly env?: Readonly<Record<string, string>>;
}

export class Server implements AsyncDisposable {
  readonly child: ChildProcess;
  /** Without a slash at its end. */
  readonly url: string;
  /** When it was started, by `performance.now()`. */
  readonly started: number;

  constructor(program: string, args: readonly string[], port: number, options: ServerOptions = {}) {
    const { standardOutput = 'ignore', env = {} } = options;
    this.started = performance.now();
    this.child = spawn(program, args, {
      stdio: ['ignore', standardOutput, 'inherit'],
      env: { ...process.env, ...env },
    });
    process.prependOnceListener('exit', this.#kill);
    this.url = `http://127.0.0.1:${port}`;
  }

  /** It does not outlive whoever measures it. */
  readonly #kill = (): void => void this.child.kill('SIGKILL');

  get pid(): number {
    return this.child.pid!;
  }

  /** What is in memory now. */
  get residentMb(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1024;
  }

  /** What it and its children have used. */
  get cpuMs(): number {
    return cpuMs(this.pid);
  }

  /** The first answer that `wanted` is true of, from the start of the server on. */
  async answers(path: string, wanted: (answer: Answer) => boolean): Promise<Answer> {
    const alive = (): boolean => this.#alive;
    return askUntil(this.url + path, wanted, { timeoutMs: START_MS, alive });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill);
    if (!this.#alive) return;
    this.child.kill();
    // One that is stopped takes no other signal.
    this.child.kill('SIGCONT');
    await once(this.child, 'close');
  }

  get #alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
}

/** What a process of Node's is started with. */
export interface NodeOptions {
  /** A script that is loaded before it. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A server in Node that serves one file and does nothing else, once it does. */
export async function startBareServer(
  file: string,
  { preload, env = {} }: NodeOptions = {},
): Promise<Server> {
  const port = await freePort();
  const args = [...preloading(preload), join(PEERS, 'bare-server.ts'), file, String(port)];
  const server = new Server(process.execPath, args, port, { env });
  await server.answers('/', ({ status }) => status === 200);
  return server;
}

function preloading(script: string | undefined): string[] {
  return script === undefined ? [] : ['--import', script];
}

export interface DaemonOptions extends NodeOptions {
  readonly seeds: string;
  readonly data: string;
}

export class Daemon extends Server {
  /** Publications since the start. */
  publications = 0;
  readonly #live: Promise<void>;

  static async start({ seeds, data, preload, env = {} }: DaemonOptions): Promise<Daemon> {
    const port = await freePort();
    const options = { seeds, data, listen: `127.0.0.1:${port}`, 'base-url': 'https://feeds.example' };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    return new Daemon([...preloading(preload), MAIN, 'run', ...flags], port, { ...COMPILED, ...env });
  }

  private constructor(args: readonly string[], port: number, env: Readonly<Record<string, string>>) {
    super(process.execPath, args, port, { standardOutput: 'pipe', env });
    const lines = createInterface({ input: this.child.stdout! });
    this.#live = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        const { page, pass, documents = 0 } = JSON.parse(line) as LogLine;
        if (page !== undefined) resolve();
        if (pass !== undefined && documents > 0) this.publications += 1;
      });
      lines.on('close', () => reject(new Error('the daemon ended before it was live')));
    });
    this.#live.catch(() => {});
  }

  /** Its first look at everything has come to its end. */
  async live(): Promise<void> {
    await this.#live;
  }

  /** The last good feeds are there for who asks. */
  async served(): Promise<void> {
    await this.answers('/feed.atom', ({ status }) => status === 200);
  }

  /** Everything that is published is there in all codings. */
  async coded(): Promise<void> {
    await askUntil(`${this.url}/feed.json`, ({ headers }) => headers['content-encoding'] === 'zstd', {
      headers: { 'accept-encoding': 'zstd' },
      everyMs: 20,
    });
  }

  /** It has nothing more to do, such as to prepare codings of what few ask for. */
  async atRest(): Promise<void> {
    const end = performance.now() + START_MS;
    for (;;) {
      const before = this.cpuMs;
      await pause(REST_MS);
      if (this.cpuMs - before < REST_MS * REST_SHARE) return;
      if (performance.now() > end) throw new Error('the daemon does not come to rest');
    }
  }

  async articles(): Promise<number> {
    const { body } = await askUntil(`${this.url}/healthz`, ({ status }) => status === 200);
    return (JSON.parse(body.toString()) as { articles: number }).articles;
  }

  /** Until there are that many. @returns how many there are in the end */
  async reaches(articles: number, timeoutMs: number): Promise<number> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const now = await this.articles();
      if (now === articles || performance.now() > end) return now;
      await pause(2);
    }
  }
}

interface LogLine {
  readonly page?: string;
  /** Which look a pass began with. */
  readonly pass?: string;
  readonly documents?: number;
}

function cpuMs(pid: number): number {
  const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  // utime and stime (proc_pid_stat(5)), the 14th and 15th, the third being the first here.
  const own = ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000;
  return own + below.reduce((sum, each) => sum + cpuMs(Number(each)), 0);
}
