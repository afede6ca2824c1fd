// A program run to its end, and what that took.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export const PROJECT = join(import.meta.dirname, '..', '..');
export const MAIN = join(PROJECT, 'src', 'main.ts');
export const PEERS = join(import.meta.dirname, '..', 'peers');
const USAGE = join(import.meta.dirname, 'usage.ts');

export interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Where a program is; `null` if it is not installed. */
export function programPath(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** A script, with the Node that this is. */
export function runNode(script: string, ...args: string[]): Usage {
  const { wallMs, stderr } = run(process.execPath, ['--import', USAGE, script, ...args]);
  return { wallMs, ...(JSON.parse(/usage (\{.*\})\n$/.exec(stderr)![1]!) as Omit<Usage, 'wallMs'>) };
}

/** Any other program, under GNU time. */
export function runProgram(time: string, program: string, ...args: string[]): Usage {
  const work = mkdtempSync(join(tmpdir(), 'feedmill-bench-'));
  try {
    const told = join(work, 'time');
    const { wallMs } = run(time, ['-f', '%U %S %M', '-o', told, program, ...args]);
    const [user, system, peakKb] = readFileSync(told, 'utf8').split(' ').map(Number);
    return { wallMs, cpuMs: (user! + system!) * 1000, peakMb: peakKb! / 1024 };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): { wallMs: number; stderr: string } {
  const start = performance.now();
  const { status, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: Infinity,
  });
  const wallMs = performance.now() - start;
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return { wallMs, stderr };
}
