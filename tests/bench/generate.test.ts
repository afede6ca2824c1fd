import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArchiveCache } from '../../bench/archive/cache.ts';
import { type ArchiveShape, fileName, seed } from '../../bench/archive/generate.ts';
import { percentile } from '../../bench/report/statistics.ts';
import { parseSeed, type ParsedSeed } from '../../src/mill/parse.ts';
import { temporaryDirectory } from '../support/directories.ts';

const SHAPE: ArchiveShape = { seeds: 300, outlets: 7, duplicates: 0.2, sizes: 'fixed' };

function parsed(text: Buffer | string): ParsedSeed {
  const article = parseSeed(text.toString());
  if (article.kind !== 'article') throw new Error(article.detail);
  return article;
}

function newCache(): ArchiveCache {
  return new ArchiveCache(temporaryDirectory(), () => {});
}

function archive(shape: ArchiveShape): ParsedSeed[] {
  return Array.from({ length: shape.seeds }, (_, file) => parsed(seed(file, shape)));
}

describe('a generated archive', () => {
  it('is the same every time', () => {
    const [here, there] = [newCache().seeds(SHAPE), newCache().seeds(SHAPE)];
    expect(readdirSync(here)).toHaveLength(SHAPE.seeds);
    for (const name of readdirSync(here)) {
      expect(readFileSync(join(there, name))).toEqual(readFileSync(join(here, name)));
    }
  });

  it('is of as many outlets as it is to be', () => {
    const hosts = archive(SHAPE).map(({ header }) => new URL(header.url).hostname);
    expect(new Set(hosts).size).toBe(SHAPE.outlets);
  });

  it('has as many duplicates as it is to have, with the text of the first', () => {
    const articles = archive({ ...SHAPE, seeds: 2_000 });
    const copies = Map.groupBy(articles, ({ header }) => header.url);
    const duplicates = articles.length - copies.size;
    expect(duplicates / articles.length).toBeGreaterThan(0.15);
    expect(duplicates / articles.length).toBeLessThan(0.25);
    for (const same of copies.values()) expect(new Set(same.map(({ body }) => body)).size).toBe(1);
    expect(archive({ ...SHAPE, duplicates: 0 }).length).toBe(
      new Set(archive({ ...SHAPE, duplicates: 0 }).map(({ header }) => header.url)).size,
    );
  });

  it('has bodies of one size, or of very different ones', () => {
    const sizesOf = (sizes: 'fixed' | 'real'): number[] =>
      Array.from({ length: 4_000 }, (_, file) => seed(file, { ...SHAPE, duplicates: 0, sizes }).length);
    const [fixed, real] = [sizesOf('fixed'), sizesOf('real')];
    expect(Math.min(...fixed)).toBeGreaterThan(7_900);
    expect(Math.max(...fixed)).toBeLessThan(10_500);
    expect(percentile(real, 50)).toBeGreaterThan(17_000);
    expect(percentile(real, 50)).toBeLessThan(21_000);
    expect(percentile(real, 5)).toBeLessThan(8_000);
    expect(Math.max(...real)).toBeGreaterThan(150_000);
    expect(Math.max(...real)).toBeLessThan(510_000);
  });

  it('is not made again, and what does not belong to it is removed', () => {
    const cache = newCache();
    const directory = cache.seeds(SHAPE);
    writeFileSync(join(directory, fileName(3)), 'kept');
    writeFileSync(join(directory, 'newcomer-1.txt'), 'left behind');
    writeFileSync(join(directory, '.newcomer-2'), 'left behind');
    expect(cache.seeds(SHAPE)).toBe(directory);
    expect(readFileSync(join(directory, fileName(3)), 'utf8')).toBe('kept');
    expect(readdirSync(directory)).toHaveLength(SHAPE.seeds);
  });

  it('becomes content for Hugo, article by article', () => {
    const cache = newCache();
    const shape = { ...SHAPE, seeds: 30 };
    const content = cache.hugoContent(shape);
    const pages = readdirSync(content, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.html'),
    );
    expect(pages).toHaveLength(shape.seeds);
    const { header, body } = parsed(seed(4, shape));
    const [outlet] = /outlet-\d+/.exec(header.url)!;
    const page = readFileSync(
      join(content, `${outlet}-example`, fileName(4).replace('.txt', '.html')),
      'utf8',
    );
    const [, matter, text] = page.split('---\n');
    expect(text).toBe(body);
    expect(matter).toContain(`address: "${header.url}"`);
    expect(matter).toContain(`date: "${new Date(header.time!).toISOString()}"`);
  });
});
