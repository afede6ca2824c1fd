// One new file: from its rename to the new bytes over HTTP.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hugoPage } from '../archive/hugo-content.ts';
import { percentile } from '../report/statistics.ts';
import type { Bench, Context, Newcomer } from '../support/bench.ts';
import { HUGO_SEEDS_MAX, hugoSite } from '../support/hugo.ts';
import { askUntil, ask, freePort, pause } from '../support/http.ts';
import { programPath } from '../support/measured.ts';
import { Daemon, Server } from '../support/server.ts';

const ARRIVALS = 50;
/** Between one and the next, so that each is looked at alone. */
const PAUSE_MS = 200;
/** How often each client asks: more often they would take the cores from whom they ask. */
const ASK_EVERY_MS = 1;

const FORMATS = ['atom', 'rss', 'json'];
const CODINGS = ['identity', 'gzip', 'br', 'zstd'];

export const arrival: Bench = {
  name: 'arrival',
  title: 'One new file',
  async measure(context) {
    for (const size of context.sizes) {
      for (let run = 0; run < context.runsAt(size); run += 1) await measureFeedmill(context, size);
      await measureHugo(context, size);
    }
  },
};

async function measureFeedmill(context: Context, size: number): Promise<void> {
  const shape = context.shape(size);
  const seeds = context.seeds(shape);
  const data = context.data(shape);
  const added = context.newcomers(seeds, ARRIVALS);
  const [unchanged, identity, gzip, complete]: number[][] = [[], [], [], []];
  try {
    await using daemon = await Daemon.start({ seeds, data });
    await daemon.live();
    await daemon.coded();
    for (const each of added) {
      await pause(PAUSE_MS);
      const feed = `${daemon.url}/feed.atom`;
      unchanged!.push(await timed(async () => void (await ask(feed, { 'accept-encoding': 'identity' }))));
      // Those that change: of all articles, and of the outlet's.
      const documents = ['feed', `outlets/${each.outlet}`].flatMap((path) =>
        FORMATS.map((format) => `${daemon.url}/${path}.${format}`),
      );
      const all = await Promise.all(
        documents.flatMap((url) => CODINGS.map(async (coding) => waitFor(url, coding))),
      );
      const [plain, coded] = [await waitFor(feed, 'identity'), await waitFor(feed, 'gzip')];
      const start = performance.now();
      each.rename();
      await Promise.all([
        (async () => {
          const body = await plain(ASK_EVERY_MS);
          identity!.push(performance.now() - start);
          if (!body.includes(each.mark)) throw new Error(`${each.file} is not in the new feed`);
        })(),
        (async () => {
          await coded(ASK_EVERY_MS);
          gzip!.push(performance.now() - start);
        })(),
      ]);
      for (const arrived of all) await arrived(ASK_EVERY_MS);
      complete!.push(performance.now() - start);
    }
  } finally {
    for (const { file } of added) rmSync(file, { force: true });
  }
  const add = (name: string, values: number[], share: number, program = 'feedmill'): void =>
    context.add({ seeds: size, name, unit: 'ms' }, program, percentile(values, share));
  add('rename → identity, median', identity!, 50);
  add('rename → identity, median', unchanged!, 50, 'floor');
  add('rename → identity, p99', identity!, 99);
  add('rename → identity, p99', unchanged!, 99, 'floor');
  add('rename → gzip, median', gzip!, 50);
  add('rename → gzip, p99', gzip!, 99);
  add('rename → all formats and codings, median', complete!, 50);
  add('rename → all formats and codings, p99', complete!, 99);
}

/** What resolves with the next version of a document in a coding; it has to be there in that coding now. */
async function waitFor(url: string, coding: string): Promise<(everyMs: number) => Promise<Buffer>> {
  const headers = { 'accept-encoding': coding };
  const isCoded = ({ headers: { 'content-encoding': used = 'identity' } }: Answer): boolean =>
    used === coding;
  const { headers: before } = await askUntil(url, isCoded, { headers, method: 'HEAD' });
  const conditional = { ...headers, 'if-none-match': before.etag! };
  return async (everyMs) => {
    const wanted = (answer: Answer): boolean => answer.status === 200 && isCoded(answer);
    return (await askUntil(url, wanted, { headers: conditional, everyMs })).body;
  };
}
type Answer = Awaited<ReturnType<typeof ask>>;

async function timed(action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** Its server builds what a new file changes and keeps it in memory; that has no codings. */
async function measureHugo(context: Context, size: number): Promise<void> {
  const hugo = programPath('hugo');
  if (hugo === null) return context.absent('Hugo', size, 'hugo is not installed');
  if (size > HUGO_SEEDS_MAX) return context.absent('Hugo', size, 'it would need more memory than there is');
  const shape = context.shape(size);
  const content = context.hugoContent(shape);
  const port = await freePort();
  const args = [
    'server',
    ...hugoSite(content, join(context.work, 'hugo')),
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--disableLiveReload',
  ];
  const added: string[] = [];
  try {
    await using server = new Server(hugo, args, port);
    const feed = `${server.url}/feed.atom`;
    await server.answers('/feed.atom', ({ status }) => status === 200);
    for (let run = 0; run < context.runsAt(size); run += 1) {
      const [newcomer] = context.newcomers(join(context.work, 'hugo-newcomers'), 1) as [Newcomer];
      const file = join(content, 'outlet-0-example', `newcomer-${run}.html`);
      added.push(file);
      // It takes no article from the future.
      const header = { title: 'New', url: newcomer.mark, time: Date.now() - 60_000 };
      const page = hugoPage({ header, body: `<p>${newcomer.mark}</p>` });
      const whole = `${content}.newcomer`;
      writeFileSync(whole, page);
      const spent = await timed(async () => {
        renameSync(whole, file);
        await askUntil(feed, ({ body }) => body.includes(newcomer.mark), { timeoutMs: 300_000 });
      });
      context.add({ seeds: size, name: 'rename → identity, median', unit: 'ms' }, 'Hugo', spent);
    }
  } finally {
    for (const file of added) rmSync(file, { force: true });
  }
}
