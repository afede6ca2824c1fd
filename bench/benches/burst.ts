// Many files at once, while the daemon runs and while it is stopped: when all of them are live, and that none is lost.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Context } from '../support/bench.ts';
import { askUntil } from '../support/http.ts';
import { PEERS, runNode } from '../support/measured.ts';
import { Daemon } from '../support/server.ts';

const RUNNING = 10_000;
/** More than the kernel's queue of events holds: 16,384. */
const STOPPED = 30_000;
const GIVE_UP_MS = 120_000;

export const burst: Bench = {
  name: 'burst',
  title: 'Many files at once',
  async measure(context) {
    for (const size of new Set([Math.min(...context.sizes), context.largest])) {
      for (let run = 0; run < context.runsAt(size); run += 1) {
        await measureBurst(context, size, RUNNING, false);
        await measureBurst(context, size, STOPPED, true);
      }
    }
  },
};

async function measureBurst(context: Context, size: number, count: number, stopped: boolean): Promise<void> {
  const shape = context.shape(size);
  const seeds = context.seeds(shape);
  const data = context.data(shape);
  const added = context.newcomers(seeds, count);
  const what = `${count.toLocaleString('en')} renames${stopped ? ' while it is stopped' : ''}`;
  try {
    await using daemon = await Daemon.start({ seeds, data });
    await daemon.live();
    await daemon.coded();
    const [before, publications] = [await daemon.articles(), daemon.publications];
    if (stopped) daemon.child.kill('SIGSTOP');
    let start = performance.now();
    for (const { rename } of added) rename();
    if (stopped) start = performance.now();
    daemon.child.kill('SIGCONT');
    const reached = await daemon.reaches(before + count, GIVE_UP_MS);
    if (reached === before + count) {
      const last = added.at(-1)!;
      await askUntil(`${daemon.url}/feed.atom`, ({ body }) => body.includes(last.mark));
    }
    const spent = performance.now() - start;
    // A publication is logged when it has been made and written.
    await daemon.atRest();
    const add = (name: string, unit: 'ms' | '', value: number): void =>
      context.add({ seeds: size, name: `${what}: ${name}`, unit }, 'feedmill', value);
    add('all live', 'ms', spent);
    add('lost', '', before + count - reached);
    add('publications', '', daemon.publications - publications);
    const heads = join(context.work, 'heads');
    const floor = context.newcomers(heads, count);
    for (const { rename } of floor) rename();
    const { wallMs } = runNode(join(PEERS, 'heads.ts'), heads);
    context.add({ seeds: size, name: `${what}: all live`, unit: 'ms' }, 'floor', wallMs);
    rmSync(heads, { recursive: true });
  } finally {
    for (const { file } of added) rmSync(file, { force: true });
  }
}
