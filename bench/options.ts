// Words on the command line → what to measure.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SIZES, type Sizes } from './archive/generate.ts';

export interface BenchOptions {
  /** Names of benches; all if there are none. */
  readonly benches: readonly string[];
  readonly seeds: readonly number[];
  readonly runs: number;
  readonly outlets: number;
  readonly duplicates: number;
  readonly sizes: Sizes;
  readonly cache: string;
  readonly results: string;
  readonly document: boolean;
  /** Puts results that there are into the documentation, and measures nothing. */
  readonly from: string | null;
}

const PROJECT = join(import.meta.dirname, '..');

export const USAGE = `npm run bench [-- BENCH …] [OPTIONS]

  --seeds N,N,…      how many seeds there are (1000,10000,100000)
  --runs N           how often each is measured; medians are told (3). More than 100,000 seeds are once
  --outlets N        how many sites the articles are of (20)
  --duplicates SHARE how many seeds hold an article that another one holds (0.02)
  --sizes KIND       fixed: bodies of 8 KB; real: of 19 KB, many smaller, some up to 500 KB (fixed)
  --cache DIR        where generated archives are kept from run to run
  --results FILE     where results go (bench/results/latest.json)
  --document         put the results into docs/: the table, the plot, and results as JSON
  --from FILE        measure nothing: put the results of FILE into docs/
`;

/** @throws TypeError that says what is wrong */
export function readOptions(words: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '1000,10000,100000' },
      runs: { type: 'string', default: '3' },
      outlets: { type: 'string', default: '20' },
      duplicates: { type: 'string', default: '0.02' },
      sizes: { type: 'string', default: 'fixed' },
      cache: { type: 'string', default: join(tmpdir(), 'feedmill-bench-cache') },
      results: { type: 'string', default: join(PROJECT, 'bench/results/latest.json') },
      document: { type: 'boolean', default: false },
      from: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`no bench is called ${unknown}: ${known.join(', ')}`);
  const sizes = SIZES.find((kind) => kind === values.sizes);
  if (sizes === undefined) throw new TypeError(`--sizes ${values.sizes}: one of ${SIZES.join(', ')}`);
  const duplicates = Number(values.duplicates);
  if (!(duplicates >= 0 && duplicates < 1)) throw new TypeError('--duplicates: from 0 to less than 1');
  return {
    benches: positionals,
    seeds: values.seeds.split(',').map((each) => count('seeds', each)),
    runs: count('runs', values.runs),
    outlets: count('outlets', values.outlets),
    duplicates,
    sizes,
    cache: values.cache,
    results: values.results,
    document: values.document,
    from: values.from ?? null,
  };
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new TypeError(`--${name}: ${text} is no number from 1`);
  return number;
}
