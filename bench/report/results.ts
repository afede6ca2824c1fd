// What a run of the bench has measured.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { median } from './statistics.ts';

export interface Quantity {
  readonly bench: string;
  /** How many there are while it is measured; `null` where it makes no difference. */
  readonly seeds: number | null;
  /** In words: a row of the table. */
  readonly name: string;
  readonly unit: 'ms' | 'MB' | '/s' | 'µs' | 'MB/s' | '';
}

export interface Measurement extends Quantity {
  readonly program: string;
  /** One value of each run. */
  readonly runs: readonly number[];
  readonly median: number;
}

/** A peer that was not there to be measured. */
export interface Absence {
  readonly bench: string;
  readonly seeds: number | null;
  readonly program: string;
  readonly why: string;
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly programs: Readonly<Record<string, string>>;
}

export interface Results {
  readonly command: string;
  readonly at: string;
  readonly archive: string;
  readonly machine: Machine;
  readonly measurements: readonly Measurement[];
  readonly absent: readonly Absence[];
}

export class Recorder {
  readonly #head: Pick<Results, 'command' | 'at' | 'archive' | 'machine'>;
  readonly #quantities = new Map<string, Quantity & { program: string; runs: number[] }>();
  readonly #absent = new Map<string, Absence>();

  constructor(command: string, archive: string) {
    this.#head = { command, at: new Date().toISOString(), archive, machine: thisMachine() };
  }

  /** The value of one run. */
  add(quantity: Quantity, program: string, value: number): void {
    const key = JSON.stringify([quantity, program]);
    const known = this.#quantities.get(key) ?? { ...quantity, program, runs: [] };
    known.runs.push(value);
    this.#quantities.set(key, known);
  }

  absent(absence: Absence): void {
    this.#absent.set(JSON.stringify(absence), absence);
  }

  get results(): Results {
    const measurements = [...this.#quantities.values()].map((each) =>
      Object.assign({}, each, { median: median(each.runs) }),
    );
    return { ...this.#head, measurements, absent: [...this.#absent.values()] };
  }
}

export function writeResults(file: string, results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `Linux ${release()}`,
    programs: Object.fromEntries(
      Object.entries({ node: process.version, hugo: said('hugo', 'version'), nginx: said('nginx', '-v') })
        .map(([name, text]) => [name, /v?\d+\.\d+[\d.]*/.exec(text)?.[0] ?? ''] as const)
        .filter(([, version]) => version !== ''),
    ),
  };
}

/** What a program says of itself; nothing if it is not there. */
function said(program: string, argument: string): string {
  try {
    return execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin ${program} ${argument} 2>&1`], {
      encoding: 'utf8',
    });
  } catch {
    return '';
  }
}
