// The real program, as a real process.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export const PROJECT = join(import.meta.dirname, '..', '..');
export const MAIN = join(PROJECT, 'src', 'main.ts');

/** As `npm start` has it. */
const COMPILED = { NODE_COMPILE_CACHE: join(PROJECT, 'node_modules/.cache/feedmill') };

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whom it runs as, if this process may choose. */
  readonly uid?: number;
  /** A descriptor that takes its output, instead of {@link Daemon.lines}. */
  readonly stdout?: number;
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function runFeedmill(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = start(args, options);
  const [stdout, stderr] = [collect(child.stdout!), collect(child.stderr!)];
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout: await stdout, stderr: await stderr };
}

export interface LogLine {
  readonly msg: string;
  readonly level: number;
  readonly [fact: string]: unknown;
}

export class Daemon {
  readonly child: ChildProcess;
  readonly lines: LogLine[] = [];
  #stderr: Promise<string>;

  /** @param args after `run`; a free port is taken unless they say otherwise */
  static async start(args: readonly string[], options: RunOptions = {}): Promise<Daemon> {
    const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
    const daemon = new Daemon(start(['run', ...listen, '--log-level', 'debug', ...args], options));
    onTestFinished(() => daemon.kill());
    return daemon;
  }

  private constructor(child: ChildProcess) {
    this.child = child;
    this.#stderr = collect(child.stderr!);
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) =>
      this.lines.push(JSON.parse(line) as LogLine),
    );
  }

  /** Its address, without a slash at the end, once it says that its articles are live. */
  async url(timeoutMs?: number): Promise<string> {
    const { page } = await this.logged((line) => typeof line['page'] === 'string', timeoutMs);
    return (page as string).replace(/\/$/, '');
  }

  /** The first log line that `matches`, now or later. */
  async logged(matches: (line: LogLine) => boolean, timeoutMs = 15_000): Promise<LogLine> {
    return until(() => {
      if (this.child.exitCode !== null)
        throw new Error(`ended with ${this.child.exitCode}: ${JSON.stringify(this.lines)}`);
      return this.lines.find(matches);
    }, timeoutMs);
  }

  /** Asks it to stop and waits until it has. */
  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.ended();
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'close');
  }

  async ended(): Promise<Ended> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return { status: this.child.exitCode, stdout: JSON.stringify(this.lines), stderr: await this.#stderr };
  }
}

/** What `look` finds, once it finds something. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 15_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not seen within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function start(args: readonly string[], { cwd = PROJECT, env = {}, uid, stdout }: RunOptions): ChildProcess {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('FEEDMILL_')),
  );
  return spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...COMPILED, ...inherited, ...env },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
