// Cleaning on one core, beside a bare cheerio parse and serialise of the same bodies.
import { load } from 'cheerio';
import { clean } from '../src/mill/clean.ts';
import { createOutlets } from '../src/mill/outlet.ts';
import { parseSeed } from '../src/mill/parse.ts';
import { generator, seed } from './generate.ts';

const ARTICLES = 300;
const ROUNDS = 5;

export function measureCleaning(): {
  articlesPerSecond: number;
  mbPerSecond: number;
  floorMbPerSecond: number;
} {
  const random = generator(1);
  const shape = { seeds: ARTICLES, outlets: 20, duplicates: 0, bodyBytes: 8_000 };
  const articles = Array.from({ length: ARTICLES }, (_, i) => parseSeed(seed(i, i, shape, random))).flatMap(
    (parsed) => (parsed.kind === 'article' ? [parsed] : []),
  );
  const megabytes = articles.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) / 1e6;
  const outlets = createOutlets([]);
  const cleaning = best(() => {
    for (const { header, body } of articles)
      clean(header, body, outlets.ofUrl(header.url), { images: 'keep' });
  });
  const floor = best(() => {
    for (const { body } of articles) load(body, null, false).html();
  });
  return {
    articlesPerSecond: articles.length / cleaning,
    mbPerSecond: megabytes / cleaning,
    floorMbPerSecond: megabytes / floor,
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
