// A start on an archive that is known: until the last good feeds are served, and until it is known what has changed.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../support/bench.ts';
import { PEERS, runNode } from '../support/measured.ts';
import { Daemon, startBareServer } from '../support/server.ts';

/** Renamed into the directory while nothing runs. */
const NEWCOMERS = 10;
const GIVE_UP_MS = 120_000;

export const restart: Bench = {
  name: 'restart',
  title: 'A restart on a known archive',
  async measure(context) {
    for (const size of context.sizes) {
      const shape = context.shape(size);
      const seeds = context.seeds(shape);
      for (let run = 0; run < context.runsAt(size); run += 1) {
        const data = context.data(shape);
        {
          // What it was built by had another address and place; a restart finds what the same service has left.
          await using daemon = await Daemon.start({ seeds, data });
          await daemon.live();
          await daemon.atRest();
        }
        const served = { seeds: size, name: 'start → the last feeds served', unit: 'ms' } as const;
        context.add(served, 'floor', await bareServerMs(join(data, 'public', 'feed.atom')));
        const looked = { seeds: size, name: 'start → a look found nothing new', unit: 'ms' } as const;
        context.add(looked, 'floor', runNode(join(PEERS, 'list.ts'), seeds).wallMs);
        let articles = 0;
        {
          await using daemon = await Daemon.start({ seeds, data });
          await daemon.served();
          context.add(served, 'feedmill', performance.now() - daemon.started);
          await daemon.live();
          context.add(looked, 'feedmill', performance.now() - daemon.started);
          articles = await daemon.articles();
        }
        const added = context.newcomers(seeds, NEWCOMERS);
        try {
          for (const { rename } of added) rename();
          await using daemon = await Daemon.start({ seeds, data });
          await daemon.served();
          const found = await daemon.reaches(articles + NEWCOMERS, GIVE_UP_MS);
          if (found !== articles + NEWCOMERS)
            throw new Error('articles that came while it was down are lost');
          const name = `start → ${NEWCOMERS} files that came meanwhile are found`;
          context.add({ seeds: size, name, unit: 'ms' }, 'feedmill', performance.now() - daemon.started);
        } finally {
          for (const { file } of added) rmSync(file, { force: true });
        }
      }
    }
  },
};

/** How long a server in Node takes to its first answer if there is nothing it has to do before. ms */
async function bareServerMs(file: string): Promise<number> {
  await using server = await startBareServer(file);
  return performance.now() - server.started;
}
