// The real daemon as a real process, on one port through all its lives.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from '../end-to-end/http.ts';
import { Violation } from './model.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const ERROR_LEVEL = 50;
const LINES_KEPT = 10;

export class SoakDaemon implements AsyncDisposable {
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;
  #listen = '127.0.0.1:0';
  #lines: string[] = [];
  #complaint: string | null = null;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  get url(): string {
    return `http://${this.#listen}`;
  }

  /** What it said last. */
  get lines(): string {
    return this.#lines.join('\n');
  }

  /** Resolves when it serves, be it what it published in an earlier life. */
  async start(): Promise<void> {
    const args = ['--expose-gc', '--import', join(import.meta.dirname, 'collect.ts')];
    const program = [join(PROJECT, 'src', 'main.ts'), 'run', '--listen', this.#listen, ...this.#args];
    const child = spawn(process.execPath, [...args, ...program], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    const ended = once(child, 'exit').then(([status]) => {
      throw new Violation(`the daemon ended with ${status}:\n${this.lines}`);
    });
    const serves = new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#lines = [...this.#lines, line].slice(-LINES_KEPT);
        const { listen, level } = JSON.parse(line) as { listen?: string; level: number };
        if (level >= ERROR_LEVEL) this.#complaint = line;
        if (listen !== undefined) resolve(listen);
      });
    });
    ended.catch(() => {});
    this.#listen = await Promise.race([serves, ended]);
  }

  /** @throws Violation if it has complained of anything */
  checkLog(): void {
    if (this.#complaint !== null) throw new Violation(`the daemon says ${this.#complaint}`);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'close');
  }

  /** What `/metrics` says, by name, once all garbage is collected. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    this.#child!.kill('SIGUSR2');
    const lines = (await text(`${this.url}/metrics`)).split('\n').filter((line) => /^\w+ \S+$/.test(line));
    return new Map(
      lines.map((line) => line.split(' ') as [string, string]).map(([name, value]) => [name, Number(value)]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
