// Cleaning on one core, beside a bare cheerio parse and serialise of the same bodies.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'cheerio';
import { clean } from '../../src/mill/clean/clean.ts';
import { type ParsedSeed, parseSeed } from '../../src/mill/parse.ts';
import { loadRules } from '../../src/recipes.ts';
import { seed } from '../archive/generate.ts';
import type { Bench } from '../support/bench.ts';
import { PROJECT } from '../support/measured.ts';

const ARTICLES = 300;
const ROUNDS = 7;

/** Of long articles without a recipe, and of short ones in the markup of the outlets that have one. */
export const cleaning: Bench = {
  name: 'cleaning',
  title: 'Cleaning on one core',
  async measure(context) {
    const shape = context.shape(ARTICLES);
    const generated = Array.from({ length: ARTICLES }, (_, file) => seed(file, shape).toString());
    for (let run = 0; run < context.runsAt(ARTICLES); run += 1) {
      for (const [name, texts] of [
        ['generated articles', generated],
        ['articles of known outlets', fixtures()],
      ] as const) {
        const { own, floor } = measure(texts);
        context.add({ seeds: null, name, unit: 'MB/s' }, 'feedmill', own);
        context.add({ seeds: null, name, unit: 'MB/s' }, 'floor', floor);
      }
    }
  },
};

function fixtures(): string[] {
  const folder = join(PROJECT, 'tests/fixtures/articles');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('seed.txt'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

function measure(seeds: readonly string[]): { own: number; floor: number } {
  const { outlets } = loadRules(join(PROJECT, 'config/outlets'), 'keep');
  const articles = seeds
    .map((text) => parseSeed(text))
    .filter((parsed): parsed is ParsedSeed => parsed.kind === 'article');
  const megabytes = articles.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) / 1e6;
  const own = best(() => {
    for (const { header, body } of articles) {
      clean(header, body, outlets.ofUrl(header.url), { images: 'keep', archived: header.time ?? 0 });
    }
  });
  const floor = best(() => {
    for (const { body } of articles) load(body, null, false).html();
  });
  return { own: megabytes / own, floor: megabytes / floor };
}

/** The least duration of several runs, in s: what the code costs when nothing disturbs it. */
function best(action: () => void): number {
  const durations = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    action();
    return (performance.now() - start) / 1000;
  });
  return Math.min(...durations);
}
