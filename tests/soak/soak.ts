// `npm run soak [-- --minutes 10 --seed 7 --restarts]`: an hour's worth of traffic in less, and what it does to memory.
//
// An hour here is one operation on the seeds a second, 3,600 in all: far more than eight outlets make.
import { parseArgs } from 'node:util';
import { Soak } from './run.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    restarts: { type: 'boolean', default: false },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
const MINUTE_MS = 60_000;
const MIB = 1_048_576;
const HEAP = 'nodejs_heap_size_used_bytes';
/** Of each row: the least counts. */
const MEASUREMENTS = 5;
/** Of the whole time; at least two minutes. What is kept a while has filled up by then. */
const WARM_UP_SHARE = 0.25;
const WARM_UP_MINUTES_MIN = 2;
const GROWTH_MAX = 1.1;
const HOUR_OPERATIONS = 3_600;

/** What is measured when all garbage has been collected. */
interface Row {
  readonly minute: number;
  readonly rss: number;
  readonly heap: number;
  readonly external: number;
}

const rows: Row[] = [];
const start = performance.now();
const columns = (...cells: (string | number)[]): string =>
  cells.map((cell) => String(cell).padStart(10)).join('');

async function measure({ daemon, traffic, observers, model, rounds }: Soak): Promise<void> {
  const first = await daemon.metrics();
  let metrics = first;
  // A pass or a compressor may be at work when one is taken.
  for (let i = 1; i < MEASUREMENTS; i += 1) {
    const again = await daemon.metrics();
    if (again.get(HEAP)! < metrics.get(HEAP)!) metrics = again;
  }
  const value = (name: string): number => metrics.get(name) ?? Number.NaN;
  const minute = (performance.now() - start) / MINUTE_MS;
  const row = {
    minute,
    rss: value('process_resident_memory_bytes') / MIB,
    heap: value(HEAP) / MIB,
    external: value('nodejs_external_memory_bytes') / MIB,
  };
  rows.push(row);
  const sizes = [row.rss, row.heap, row.external].map((size) => size.toFixed(1));
  // Since it was last read.
  const lag = (first.get('nodejs_eventloop_lag_p99_seconds')! * 1000).toFixed(1);
  const live = model.live(null).length;
  const counts = [rounds, traffic.operations, observers.requests, model.articles.length, live];
  console.log(columns(minute.toFixed(1), ...counts, ...sizes, lag));
}

console.log(`seed ${seed}, ${minutes} minutes${values.restarts ? ', with restarts' : ''}`);
console.log(
  columns(
    'minute',
    'rounds',
    'operations',
    'requests',
    'articles',
    'live',
    'RSS MiB',
    'heap MiB',
    'ext. MiB',
    'lag ms',
  ),
);
let nextRow = 0;
// The round under way is the last: nothing is left behind.
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (stopped = true));
const soak = await Soak.run({
  seed,
  population: 400,
  window: 50,
  operationsPerRound: 150,
  pauseMs: 20,
  restarts: values.restarts,
  onRound: async (under) => {
    const elapsed = performance.now() - start;
    const ends = stopped || elapsed >= minutes * MINUTE_MS;
    if (elapsed >= nextRow || ends) {
      await measure(under);
      nextRow += MINUTE_MS;
    }
    return !ends;
  },
});

const { traffic, observers, ends } = soak;
console.log(`operations  ${told(traffic.counts)}`);
console.log(`answers     ${told(observers.statuses)}`);
if (values.restarts) console.log(`ended by    SIGTERM ${ends.SIGTERM}, SIGKILL ${ends.SIGKILL}`);
console.log(
  `${(traffic.operations / HOUR_OPERATIONS).toFixed(2)} hours' worth; every subscriber got every article once`,
);
// A process that was started anew has nothing to compare with.
if (!values.restarts) verdict();

function verdict(): void {
  const warm = rows.find(({ minute }) => minute >= Math.max(WARM_UP_MINUTES_MIN, minutes * WARM_UP_SHARE));
  const last = rows.at(-1)!;
  if (warm === undefined || warm === last) {
    console.log('too short to say anything of memory');
    return;
  }
  const growth = (['heap', 'rss'] as const).map((name) => ({ name, times: last[name] / warm[name] }));
  for (const { name, times } of growth)
    console.log(`${name} at the end: ${(times * 100).toFixed(1)} % of warm`);
  if (growth.some(({ times }) => times > GROWTH_MAX)) {
    console.log(`memory grew by more than ${((GROWTH_MAX - 1) * 100).toFixed(0)} %`);
    process.exitCode = 1;
  }
}

function told(counts: ReadonlyMap<string | number, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}
