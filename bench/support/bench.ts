// What each bench is, and what it is given.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveCache } from '../archive/cache.ts';
import { type ArchiveShape, seed } from '../archive/generate.ts';
import type { Quantity, Recorder } from '../report/results.ts';
import { MAIN, runNode } from './measured.ts';

export interface Bench {
  readonly name: string;
  readonly title: string;
  readonly measure: (context: Context) => Promise<void>;
}

export interface ContextOptions {
  readonly bench: string;
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly shape: Omit<ArchiveShape, 'seeds'>;
  readonly cache: ArchiveCache;
  readonly recorder: Recorder;
  /** A directory that is gone at the end. */
  readonly work: string;
}

/** Newcomers have numbers that no generated seed has. */
const NEWCOMERS_FROM = 50_000_000;
let newcomers = 0;

export interface Newcomer {
  /** It stands in a feed if, and only if, the article does. */
  readonly mark: string;
  readonly outlet: string;
  /** Where it is to be renamed to. */
  readonly file: string;
  /** Puts it into the directory of seeds, whole at once. */
  readonly rename: () => void;
}

/** With more seeds than this a single run takes minutes. */
const RUN_OFTEN_MAX = 100_000;

export class Context {
  readonly #options: ContextOptions;

  constructor(options: ContextOptions) {
    this.#options = options;
  }

  get sizes(): readonly number[] {
    return this.#options.sizes;
  }

  get largest(): number {
    return Math.max(...this.sizes);
  }

  /** How often to measure with so many seeds. */
  runsAt(seeds: number): number {
    return seeds > RUN_OFTEN_MAX ? 1 : this.#options.runs;
  }

  get work(): string {
    return this.#options.work;
  }

  shape(seeds: number, other: Partial<ArchiveShape> = {}): ArchiveShape {
    return { seeds, ...this.#options.shape, ...other };
  }

  seeds(shape: ArchiveShape): string {
    return this.#options.cache.seeds(shape);
  }

  hugoContent(shape: ArchiveShape): string {
    return this.#options.cache.hugoContent(shape);
  }

  /** A data directory in which an archive is published. It is the caller's own: built once, then copied. */
  data(shape: ArchiveShape): string {
    const built = join(this.work, `built-${Object.values(shape).join('-')}`);
    if (!existsSync(built)) runNode(MAIN, 'build', '--seeds', this.seeds(shape), '--data', built);
    const copy = join(this.work, 'data');
    rmSync(copy, { recursive: true, force: true });
    cpSync(built, copy, { recursive: true, preserveTimestamps: true });
    return copy;
  }

  /** New articles, written under hidden names, of which the next publication is full if they are renamed. */
  newcomers(directory: string, count: number): Newcomer[] {
    mkdirSync(directory, { recursive: true });
    const { outlets } = this.#options.shape;
    return Array.from({ length: count }, () => {
      const number = NEWCOMERS_FROM + newcomers;
      newcomers += 1;
      const text = seed(number, { ...this.#options.shape, duplicates: 0 }).toString();
      const name = `newcomer-${number}`;
      const [hidden, file] = [join(directory, `.${name}`), join(directory, `${name}.txt`)];
      writeFileSync(hidden, text.replace(/^<!--\d+-->/, `<!--${Date.now()}-->`));
      return {
        mark: `/a/sample-${number}/${number}.html`,
        outlet: `outlet-${number % outlets}.example`,
        file,
        rename: () => renameSync(hidden, file),
      };
    });
  }

  add(quantity: Omit<Quantity, 'bench'>, program: string, value: number): void {
    this.#options.recorder.add({ bench: this.#options.bench, ...quantity }, program, value);
  }

  absent(program: string, seeds: number | null, why: string): void {
    this.#options.recorder.absent({ bench: this.#options.bench, seeds, program, why });
  }
}
