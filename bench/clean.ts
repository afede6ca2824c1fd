// Cleaning on one core, beside a bare cheerio parse and serialise of the same bodies.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'cheerio';
import { clean } from '../src/mill/clean/clean.ts';
import { type ParsedSeed, parseSeed } from '../src/mill/parse.ts';
import { loadRules } from '../src/recipes.ts';
import { generator, seed } from './generate.ts';

const ARTICLES = 300;
const ROUNDS = 7;
const PROJECT = join(import.meta.dirname, '..');

export interface CleaningSpeed {
  readonly articles: number;
  /** On average. */
  readonly bodyBytes: number;
  readonly articlesPerSecond: number;
  readonly mbPerSecond: number;
  readonly floorMbPerSecond: number;
}

/** Of long articles without a recipe, and of short ones in the markup of the outlets that have one. */
export function measureCleaning(): { generated: CleaningSpeed; outlets: CleaningSpeed } {
  const random = generator(1);
  const shape = { seeds: ARTICLES, outlets: 20, duplicates: 0, bodyBytes: 8_000 };
  const generated = Array.from({ length: ARTICLES }, (_, i) => seed(i, i, shape, random));
  return { generated: measure(generated), outlets: measure(fixtures()) };
}

function fixtures(): string[] {
  const folder = join(PROJECT, 'tests/fixtures/articles');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('seed.txt'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

function measure(seeds: readonly string[]): CleaningSpeed {
  const { outlets } = loadRules(join(PROJECT, 'config/outlets'), 'keep');
  const articles = seeds
    .map((text) => parseSeed(text))
    .filter((parsed): parsed is ParsedSeed => parsed.kind === 'article');
  const bytes = articles.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  const cleaning = best(() => {
    for (const { header, body } of articles) {
      clean(header, body, outlets.ofUrl(header.url), { images: 'keep', archived: header.time ?? 0 });
    }
  });
  const floor = best(() => {
    for (const { body } of articles) load(body, null, false).html();
  });
  return {
    articles: articles.length,
    bodyBytes: bytes / articles.length,
    articlesPerSecond: articles.length / cleaning,
    mbPerSecond: bytes / 1e6 / cleaning,
    floorMbPerSecond: bytes / 1e6 / floor,
  };
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
