// A first build: of feedmill, of Hugo, of a naive script, and of what only reads the head of every file.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bench, Context } from '../support/bench.ts';
import { HUGO_SEEDS_MAX, hugoSite } from '../support/hugo.ts';
import { MAIN, PEERS, programPath, runNode, runProgram, type Usage } from '../support/measured.ts';

/** It holds every article in memory. */
const NAIVE_SEEDS_MAX = 100_000;

export const build: Bench = {
  name: 'build',
  title: 'A first build',
  async measure(context) {
    for (const size of context.sizes) {
      const programs = Object.entries(programsFor(context, size));
      for (let run = 0; run < context.runsAt(size); run += 1) {
        for (const [name, program] of programs) {
          const { wallMs, cpuMs, peakMb } = program.run();
          if (program.merged !== null) requireFeeds(context, program.merged);
          context.add({ seeds: size, name: 'time', unit: 'ms' }, name, wallMs);
          context.add({ seeds: size, name: 'CPU', unit: 'ms' }, name, cpuMs);
          context.add({ seeds: size, name: 'memory at the peak', unit: 'MB' }, name, peakMb);
        }
      }
    }
  },
};

interface Program {
  /** The feed of everything, beside or below which those of the outlets are. */
  readonly merged: string | null;
  readonly run: () => Usage;
}

function programsFor(context: Context, size: number): Record<string, Program> {
  const shape = context.shape(size);
  const seeds = context.seeds(shape);
  const [data, output] = [join(context.work, 'first'), join(context.work, 'naive')];
  const programs: Record<string, Program> = {
    floor: { merged: null, run: () => runNode(join(PEERS, 'heads.ts'), seeds) },
    feedmill: {
      merged: join(data, 'public', 'feed.atom'),
      run: () => {
        rmSync(data, { recursive: true, force: true });
        return runNode(MAIN, 'build', '--seeds', seeds, '--data', data);
      },
    },
  };
  const [hugo, time] = [programPath('hugo'), programPath('time')];
  if (size > HUGO_SEEDS_MAX) context.absent('Hugo', size, 'it would need more memory than there is');
  else if (hugo === null || time === null) context.absent('Hugo', size, 'hugo or time is not installed');
  else {
    const content = context.hugoContent(shape);
    const site = join(context.work, 'hugo');
    programs['Hugo'] = {
      merged: join(site, 'public', 'feed.atom'),
      run: () => runProgram(time, hugo, ...hugoSite(content, site)),
    };
  }
  if (size > NAIVE_SEEDS_MAX) context.absent('naive', size, 'it would need more memory than there is');
  else {
    programs['naive'] = {
      merged: join(output, 'feed.atom'),
      run: () => {
        rmSync(output, { recursive: true, force: true });
        return runNode(join(PEERS, 'naive.ts'), seeds, output);
      },
    };
  }
  return programs;
}

/** A program that makes nothing is fast. */
function requireFeeds(context: Context, merged: string): void {
  const entries = readFileSync(merged, 'utf8').split(/<entry[ >]/).length - 1;
  const feeds = readdirSync(dirname(merged), { recursive: true, encoding: 'utf8' });
  const outlets = feeds.filter((path) => path.endsWith('.atom')).length - 1;
  const wanted = context.shape(0).outlets;
  if (entries === 0 || outlets !== wanted) {
    throw new Error(`${merged}: ${entries} entries, and feeds of ${outlets} outlets instead of ${wanted}`);
  }
}
