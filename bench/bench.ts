// `npm run bench`: how long things take, each beside a peer or a floor in the same run. `--help` says what can be chosen.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveCache } from './archive/cache.ts';
import { arrival } from './benches/arrival.ts';
import { build } from './benches/build.ts';
import { burst } from './benches/burst.ts';
import { cleaning } from './benches/cleaning.ts';
import { loop } from './benches/loop.ts';
import { memory } from './benches/memory.ts';
import { restart } from './benches/restart.ts';
import { serving } from './benches/serving.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { document } from './report/document.ts';
import { Recorder, readResults, type Results, writeResults } from './report/results.ts';
import { tables } from './report/table.ts';
import { type Bench, Context } from './support/bench.ts';

/** In the order of the table. */
const BENCHES: readonly Bench[] = [build, restart, arrival, burst, memory, loop, serving, cleaning];
const TITLES = new Map(BENCHES.map(({ name, title }) => [name, title]));

async function measure(options: BenchOptions, words: readonly string[]): Promise<Results> {
  const { benches, seeds, runs, outlets, duplicates, sizes, results } = options;
  const chosen = BENCHES.filter(({ name }) => benches.length === 0 || benches.includes(name));
  const archive =
    `${outlets} outlets, ${duplicates * 100} % of the seeds duplicates, ` +
    (sizes === 'fixed' ? 'bodies of 8 KB' : 'bodies around 19 KB, with a tail to 500 KB');
  const recorder = new Recorder(
    ['npm run bench', ...(words.length > 0 ? ['--'] : []), ...words].join(' '),
    archive,
  );
  const work = mkdtempSync(join(tmpdir(), 'feedmill-bench-'));
  // What a server that is just being killed still writes makes it try again.
  const remove = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };
  process.once('exit', () => rmSync(work, remove));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  for (const { name, title, measure: run } of chosen) {
    console.error(`${title} …`);
    const shape = { outlets, duplicates, sizes };
    const cache = new ArchiveCache(options.cache, (line) => console.error(line));
    await run(new Context({ bench: name, sizes: seeds, runs, shape, cache, recorder, work }));
    // What has been measured stays, whatever comes next.
    writeResults(results, recorder.results);
    console.log(tables(recorder.results, new Map([[name, title]])));
  }
  console.error(`results are in ${results}`);
  return recorder.results;
}

const words = process.argv.slice(2);
if (words.includes('--help')) {
  console.log(
    `${USAGE}\nBenches:\n${BENCHES.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join('\n')}`,
  );
} else {
  const options = readOptions(words, [...TITLES.keys()]);
  const results = options.from === null ? await measure(options, words) : readResults(options.from);
  if (options.document || options.from !== null) document(results, TITLES);
}
