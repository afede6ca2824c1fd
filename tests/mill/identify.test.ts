import { describe, expect, test } from 'vitest';
import { identify } from '../../src/mill/identify.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { articleKey, urlUuid } from '../../src/mill/url.ts';
import { recipe } from '../support/recipe.ts';
import { NOON, seedText } from '../support/seeds.ts';

const OUTLETS = createOutlets([
  recipe({ trackingParameters: ['nl'], aliases: [{ match: '^https://m\\.', replace: 'https://' }] }),
]);
const of = (text: string, whole = true): ReturnType<typeof identify> => identify(text, whole, OUTLETS);

describe('an article', () => {
  test('is identified by its header', () => {
    const canonical = 'https://mill.example/a/1';
    const url = 'http://m.mill.example//a/1?nl=x#top';
    expect(of(seedText({ url }))).toEqual({
      identity: {
        url,
        canonical,
        key: articleKey(canonical),
        uuid: urlUuid(canonical),
        outlet: 'mill',
        headerTime: NOON,
      },
    });
  });

  test('is identified without its body', () => {
    const head = seedText({ url: 'https://mill.example/a/1', body: '' });
    expect(of(head, false)).toMatchObject({ identity: { canonical: 'https://mill.example/a/1' } });
  });

  test('may have no date', () => {
    expect(of(seedText({ time: 'NaN' }))).toMatchObject({ identity: { headerTime: null } });
  });

  test('is another’s outlet’s by another host', () => {
    expect(of(seedText({ url: 'https://www.bee.example/' }))).toMatchObject({
      identity: { outlet: 'bee.example' },
    });
  });
});

test('what is no article is rejected for its reason', () => {
  expect(of('no header')).toEqual({
    rejection: { kind: 'rejected', reason: 'header-missing', line: 1, detail: expect.any(String) as unknown },
  });
});

test.for([
  ['one label', `https://${'a'.repeat(300)}/`],
  ['many labels', `https://${'abc.'.repeat(100)}example/`],
  ['long labels', `https://${`${'a'.repeat(63)}.`.repeat(5)}example/`],
] as const)('a host too long for any name server names no file too long to write: %s', ([, url]) => {
  const found = of(seedText({ url }));
  const named = 'identity' in found ? found.identity.outlet.length : found.rejection.reason;
  expect(named).toSatisfy((name) => name === 'url-invalid' || Number(name) < 200);
});
