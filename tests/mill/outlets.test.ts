// Each outlet's articles as they should be read: a folder for each trap that its files hold.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clean } from '../../src/mill/clean/clean.ts';
import { parseSeed } from '../../src/mill/parse.ts';
import { loadRules } from '../../src/recipes.ts';
import { PROJECT } from '../support/process.ts';
import { keptShare } from './kept.ts';

const FIXTURES = join(PROJECT, 'tests/fixtures/articles');
const { outlets, recipes } = loadRules(join(PROJECT, 'config/outlets'), 'keep');

interface Expected {
  readonly title: string;
  readonly published: string | null;
  readonly authors: readonly string[];
  readonly language: string;
  readonly picture: object | null;
  /** Text of the source that is not the article. */
  readonly noise: readonly string[];
}

function article(folder: string): {
  actual: object;
  expected: object;
  body: string;
  html: string;
  noise: readonly string[];
} {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const seed = parseSeed(read('seed.txt'));
  if (seed.kind === 'rejected') throw new Error(`${folder}: ${seed.detail}`);
  const { header, body } = seed;
  const outlet = outlets.ofUrl(header.url);
  const {
    summary: _,
    published,
    ...content
  } = clean(header, body, outlet, {
    images: 'keep',
    archived: header.time ?? Number.POSITIVE_INFINITY,
  });
  const { noise, ...expected } = JSON.parse(read('expected.json')) as Expected;
  const html = read('expected.html')
    .split('\n')
    .map((line) => line.trim())
    .join('');
  const when = published === null ? null : new Date(published).toISOString();
  return {
    actual: { ...content, published: when },
    expected: { ...expected, html },
    body,
    html: content.html,
    noise,
  };
}

const folders = (path: string): string[] => readdirSync(path).sort();

describe.for(folders(FIXTURES))('%s:', (id) => {
  const names = folders(join(FIXTURES, id));

  test.for(names)('%s', (name) => {
    const { actual, expected } = article(join(FIXTURES, id, name));
    expect(actual).toEqual(expected);
  });

  test.for(names)('no text is lost: %s', (name) => {
    const { body, html, noise } = article(join(FIXTURES, id, name));
    expect(keptShare(body, html, noise)).toBe(1);
  });
});

test('every recipe has its articles', () => {
  expect(folders(FIXTURES)).toEqual([...recipes.map(({ id }) => id), 'no-recipe'].sort());
});
