// For how long the daemon's event loop is blocked at most: nobody is answered meanwhile. Beside it is a process that does
// nothing: for as long as it does not come to its turn either, it is the machine that has no processor to give.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Context } from '../support/bench.ts';
import { askUntil, pause } from '../support/http.ts';
import { Daemon, type NodeOptions, startBareServer } from '../support/server.ts';

const ONE_BY_ONE = 50;
const AT_ONCE = 10_000;
const GIVE_UP_MS = 120_000;
const PRELOAD = join(import.meta.dirname, '../support/loop-delay.ts');

export const loop: Bench = {
  name: 'loop',
  title: 'The longest that the event loop is blocked',
  async measure(context) {
    for (const size of context.sizes) {
      for (let run = 0; run < context.runsAt(size); run += 1) await measureLoop(context, size);
    }
  },
};

async function measureLoop(context: Context, size: number): Promise<void> {
  const shape = context.shape(size);
  const seeds = context.seeds(shape);
  const data = join(context.work, 'loop');
  rmSync(data, { recursive: true, force: true });
  const told = (program: string): string => join(context.work, `loop-delay-${program}`);
  const options = (program: string): NodeOptions => {
    return { preload: PRELOAD, env: { LOOP_DELAY_FILE: told(program) } };
  };
  const added = context.newcomers(seeds, ONE_BY_ONE + AT_ONCE);
  const [single, together] = [added.slice(0, ONE_BY_ONE), added.slice(ONE_BY_ONE)];
  try {
    await using floor = await startBareServer(join(seeds, readdirSync(seeds)[0]!), options('floor'));
    await using daemon = await Daemon.start({ seeds, data, ...options('feedmill') });
    const read = async (name: string | null): Promise<void> => {
      for (const [program, { child }] of Object.entries({ feedmill: daemon, floor })) {
        rmSync(told(program), { force: true });
        child.kill('SIGUSR2');
        const text = (): string => (existsSync(told(program)) ? readFileSync(told(program), 'utf8') : '');
        while (text() === '') await pause(5);
        const { blockedMs } = JSON.parse(text()) as { blockedMs: number };
        if (name !== null) context.add({ seeds: size, name, unit: 'ms' }, program, blockedMs);
      }
    };
    await daemon.answers('/healthz', () => true);
    await read(null);
    await daemon.served();
    await daemon.live();
    await daemon.coded();
    await read('during the first look at everything');
    for (const { rename, mark } of single) {
      rename();
      await askUntil(`${daemon.url}/feed.atom`, ({ body }) => body.includes(mark), { everyMs: 20 });
    }
    await daemon.coded();
    await read(`during ${ONE_BY_ONE} new files, one by one`);
    const before = await daemon.articles();
    for (const { rename } of together) rename();
    await daemon.reaches(before + AT_ONCE, GIVE_UP_MS);
    await daemon.coded();
    await read(`during ${AT_ONCE.toLocaleString('en')} new files at once`);
  } finally {
    for (const { file } of added) rmSync(file, { force: true });
  }
}
