// What the daemon keeps in memory with a hundred outlets: settled, and after many new files.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../support/bench.ts';
import { askUntil, pause } from '../support/http.ts';
import { Daemon, startBareServer } from '../support/server.ts';

const OUTLETS = 100;
const SETTLE_MS = 10_000;
/** So many that a megabyte kept of each would be seen. */
const CHURN = 100;

export const memory: Bench = {
  name: 'memory',
  title: 'Memory of the daemon, with a hundred outlets',
  async measure(context) {
    for (const size of context.sizes) {
      const shape = context.shape(size, { outlets: OUTLETS });
      const seeds = context.seeds(shape);
      const data = context.data(shape);
      context.add(
        { seeds: size, name: 'settled', unit: 'MB' },
        'floor',
        await bareServerMb(join(data, 'public/feed.atom')),
      );
      const added = context.newcomers(seeds, CHURN);
      try {
        await using daemon = await Daemon.start({ seeds, data, env: allocatorOfTheService() });
        await daemon.live();
        await daemon.coded();
        await pause(SETTLE_MS);
        context.add({ seeds: size, name: 'settled', unit: 'MB' }, 'feedmill', daemon.residentMb);
        for (const { rename, mark } of added) {
          rename();
          await askUntil(`${daemon.url}/feed.atom`, ({ body }) => body.includes(mark), { everyMs: 20 });
          await daemon.coded();
        }
        await pause(SETTLE_MS);
        const name = `after ${CHURN} new files, one by one`;
        context.add({ seeds: size, name, unit: 'MB' }, 'feedmill', daemon.residentMb);
      } finally {
        for (const { file } of added) rmSync(file, { force: true });
      }
    }
  },
};

/** What systemd/feedmill.service tells the C library, so that it gives back what has been freed. */
function allocatorOfTheService(): Record<string, string> {
  const unit = readFileSync(join(import.meta.dirname, '../../systemd/feedmill.service'), 'utf8');
  return Object.fromEntries(
    [...unit.matchAll(/^Environment=(MALLOC_\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
  );
}

/** What a server in Node keeps that serves one feed. MB */
async function bareServerMb(file: string): Promise<number> {
  await using server = await startBareServer(file);
  return server.residentMb;
}
