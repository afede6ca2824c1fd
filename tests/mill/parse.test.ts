// Each folder of fixtures/headers is a claim about one seed: its name says which.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { HEADER_LENGTH_MAX, parseSeed } from '../../src/mill/parse.ts';
import { seedText } from '../support/seeds.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'headers');

describe('of a seed', () => {
  const claims = readdirSync(FIXTURES).map((folder) => [folder.replaceAll('-', ' '), folder] as const);

  test.for(claims)('%s', ([, folder]) => {
    const source = readFileSync(join(FIXTURES, folder, 'seed.txt'), 'utf8');
    const expected: unknown = JSON.parse(readFileSync(join(FIXTURES, folder, 'expected.json'), 'utf8'));
    expect(reading(source)).toEqual(expected);
  });
});

describe('a rejection', () => {
  test.for([
    ['quotes what stands in the header’s place', 'Dear miller,\nno header', '"Dear miller,"'],
    ['quotes an address that is none', seedText({ url: 'mill.example' }), 'mill.example'],
    ['quotes no more than a line’s beginning', 'x'.repeat(1000), `"${'x'.repeat(60)}"`],
  ] as const)('%s', ([, source, quoted]) => {
    const seed = parseSeed(source);
    expect(seed).toMatchObject({ kind: 'rejected', detail: expect.stringContaining(quoted) as unknown });
    expect((seed as { detail: string }).detail.length).toBeLessThan(300);
  });
});

describe('of the beginning of a seed', () => {
  const head = seedText({ body: '' });

  test('no body is asked', () => {
    expect(parseSeed(head, true)).toMatchObject({ kind: 'rejected', reason: 'body-missing' });
    expect(parseSeed(head, false)).toMatchObject({ kind: 'article', header: { title: '标题' } });
  });

  test.for([
    ['a plain header', seedText()],
    ['an address with parentheses', seedText({ url: 'https://mill.example/a_(b)_(c)' })],
    ['a title with an address', seedText({ title: '[a](https://other.example/) b](c) d' })],
    ['a title of two lines', seedText({ title: '风车\n转了一夜' })],
    [
      'the older layout',
      '[风车](https://mill.example/1)\n------\n日期：Thu, 02 Jul 2020 17:14:14 +0000\n\n<p>x',
    ],
  ] as const)('nothing is read that the whole does not say: %s', ([, source]) => {
    const { header } = parseSeed(source) as { header: unknown };
    const beginnings = Array.from(source, (_, index) => source.slice(0, index));
    const misread = beginnings.filter((beginning) => {
      const seed = parseSeed(beginning, false);
      return seed.kind === 'article' && !isDeepStrictEqual(seed.header, header);
    });
    expect(misread).toEqual([]);
  });
});

describe('a header may be long', () => {
  test('and is read to its end', () => {
    const title = '长'.repeat(HEADER_LENGTH_MAX / 2);
    expect(reading(seedText({ title }))).toMatchObject({ header: { title } });
  });

  test('but a page without one is not searched for it', () => {
    const source = `[${'x\n'.repeat(HEADER_LENGTH_MAX)}](https://mill.example/)\n\nbody`;
    expect(reading(source)).toEqual({ rejected: { reason: 'header-missing', line: 1 } });
  });
});

function reading(source: string): unknown {
  const seed = parseSeed(source);
  if (seed.kind === 'article') return { header: seed.header, body: seed.body };
  const { reason, line } = seed;
  return { rejected: { reason, line } };
}
