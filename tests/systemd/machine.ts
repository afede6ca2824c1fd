// A machine with a real systemd, and commands in it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, until } from '../support/process.ts';

/** Where the machine sees the project; it cannot write there. */
export const CHECKOUT = '/checkout';

export interface Done {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Machine implements Disposable {
  readonly #nspawn: ChildProcess;
  #leader = 0;
  #console = '';

  /** @param root the folder of a Debian; what the machine writes is in memory, and gone with it */
  static async boot(root: string): Promise<Machine> {
    const machine = new Machine(root);
    await until(async () => {
      machine.#leader ||= machine.#findLeader();
      if (machine.#leader === 0) return;
      const { stdout } = await machine.run('systemctl', 'is-system-running');
      return stdout.trim() === 'running' ? true : undefined;
    }, 30_000).catch((cause: unknown) => {
      throw new Error(`the machine does not boot: ${machine.#console}`, { cause });
    });
    return machine;
  }

  private constructor(root: string) {
    this.#nspawn = spawn(
      'systemd-nspawn',
      [
        '--quiet',
        '--register=no',
        '--keep-unit',
        '--machine=feedmill',
        '--boot',
        '-D',
        root,
        '--volatile=overlay',
        `--bind-ro=${PROJECT}:${CHECKOUT}`,
        'systemd.unified_cgroup_hierarchy=1',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#nspawn.stdout!, this.#nspawn.stderr!]) {
      stream.on('data', (chunk) => (this.#console += String(chunk)));
    }
  }

  /** Runs a program in the machine, as root. */
  run(...words: readonly string[]): Promise<Done> {
    const into = ['--target', String(this.#leader), '--all', '--'];
    return new Promise((resolve) => {
      execFile('nsenter', [...into, ...words], { env: ENVIRONMENT }, (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
  }

  /** What a line of shell prints. @throws Error if it fails */
  async shell(line: string): Promise<string> {
    const { status, stdout, stderr } = await this.run('sh', '-euc', line);
    if (status !== 0) throw new Error(`${line}: status ${status}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /** A property of a unit, as systemd sees it. */
  async property(unit: string, name: string): Promise<string> {
    return this.shell(`systemctl show --value --property=${name} '${unit}'`);
  }

  /** Where a file of the machine lies for whoever is outside of it. */
  path(inside: string): string {
    return join('/proc', String(this.#leader), 'root', inside);
  }

  [Symbol.dispose](): void {
    this.#nspawn.kill('SIGKILL');
  }

  /** The machine's first process; 0 as long as it has none. */
  #findLeader(): number {
    const { pid, exitCode } = this.#nspawn;
    if (exitCode !== null) throw new Error(`systemd-nspawn ended with ${exitCode}`);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    const leader = Number(children.split(' ').at(-1));
    return leader > 0 && readFileSync(`/proc/${leader}/comm`, 'utf8').trim() === 'systemd' ? leader : 0;
  }
}

const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' };
