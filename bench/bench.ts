// `npm run bench [-- SEEDS …]`: how long things take, each beside a floor in the same run.
//
//   build    a first build, and one with nothing new     beside reading every file's first bytes
//   arrival  rename of a seed → its entry over HTTP       beside a file served as it is
//   serve    304, 200 gzip and 200 identity               beside nginx serving the same files
//   clean    one core cleaning articles                   beside parsing and serialising them
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureArrival } from './arrival.ts';
import { measureCleaning } from './clean.ts';
import { type ArchiveShape, generate } from './generate.ts';
import { measureServing, missingForServing, type Served } from './serve.ts';

const SIZES = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000, 10_000, 100_000];
const RUNS = 3;
const SHAPE: Omit<ArchiveShape, 'seeds'> = { outlets: 20, duplicates: 0.02, bodyBytes: 8_000 };
const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');

interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

function run(script: string, ...args: string[]): Usage {
  const usage = join(import.meta.dirname, 'usage.ts');
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', usage, script, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const wallMs = performance.now() - start;
  if (status !== 0) throw new Error(`${script} ${args.join(' ')}: ${stderr}`);
  const used = JSON.parse(/usage (\{.*\})/.exec(stderr)![1]!) as Omit<Usage, 'wallMs'>;
  return { wallMs, ...used };
}

function median(runs: readonly Usage[]): Usage {
  const middle = (key: keyof Usage): number =>
    runs.map((each) => each[key]).sort((a, b) => a - b)[runs.length >> 1]!;
  return { wallMs: middle('wallMs'), cpuMs: middle('cpuMs'), rssMb: middle('rssMb') };
}

function repeat(action: () => Usage): Usage {
  return median(Array.from({ length: RUNS }, action));
}

function row(name: string, { wallMs, cpuMs, rssMb }: Usage, floor: Usage): void {
  const times = (wallMs / floor.wallMs).toFixed(1);
  console.log(
    `${name.padEnd(34)}${wallMs.toFixed(0).padStart(8)} ms ${cpuMs.toFixed(0).padStart(8)} ms CPU ` +
      `${rssMb.toFixed(0).padStart(6)} MB ${times.padStart(8)} × floor`,
  );
}

function told(name: string, { requestsPerSecond, cpuPerRequest }: Served): string {
  return `${name} ${requestsPerSecond.toFixed(0).padStart(6)}/s ${cpuPerRequest.toFixed(1).padStart(6)} µs CPU`;
}

/** The daemon beside nginx, over the files of one build. */
async function compareServing(seeds: string, data: string): Promise<void> {
  const missing = missingForServing();
  if (missing.length > 0) {
    console.log(`serving is not measured, for there is no ${missing.join(', no ')}`);
    return;
  }
  for (const { name, daemon, nginx } of await measureServing(seeds, data)) {
    const rate = (daemon.requestsPerSecond / nginx.requestsPerSecond).toFixed(2);
    const cost = (daemon.cpuPerRequest / nginx.cpuPerRequest).toFixed(1);
    console.log(
      `${`serve ${name}`.padEnd(20)}${told('feedmill', daemon)}; ${told('nginx', nginx)}; ` +
        `${rate} × its rate, ${cost} × its CPU`,
    );
  }
}

const work = mkdtempSync(join(tmpdir(), 'feedmill-bench-'));
try {
  for (const seeds of SIZES) {
    const directory = join(work, `seeds-${seeds}`);
    generate(directory, { ...SHAPE, seeds });
    const data = join(work, 'data');
    const build = (): Usage => run(MAIN, 'build', '--seeds', directory, '--data', data);
    const floor = repeat(() => run(join(import.meta.dirname, 'floor.ts'), directory));
    row(`${seeds} seeds: floor`, floor, floor);
    const first = repeat(() => {
      rmSync(data, { recursive: true, force: true });
      return build();
    });
    row(`${seeds} seeds: first build`, first, floor);
    row(`${seeds} seeds: nothing new`, repeat(build), floor);
    const { median: arrival, p99, floor: served } = await measureArrival(directory, data);
    console.log(
      `${`${seeds} seeds: rename → HTTP`.padEnd(34)}${arrival.toFixed(1).padStart(8)} ms median, ` +
        `${p99.toFixed(1)} ms p99; one request ${served.toFixed(2)} ms`,
    );
    if (seeds === SIZES[0]) await compareServing(directory, data);
    rmSync(data, { recursive: true, force: true });
  }
  for (const [name, speed] of Object.entries(measureCleaning())) {
    const of = `clean on one core, ${name} (${(speed.bodyBytes / 1000).toFixed(1)} KB)`;
    console.log(
      `${of.padEnd(42)}${speed.articlesPerSecond.toFixed(0).padStart(8)} articles/s ` +
        `${speed.mbPerSecond.toFixed(1)} MB/s; parse and serialise alone ${speed.floorMbPerSecond.toFixed(1)} MB/s`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
