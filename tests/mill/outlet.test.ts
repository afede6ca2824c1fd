import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recipe } from '../../src/article.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { recipe as recipeOf } from '../support/recipe.ts';

const recipe = (id: string, ...hosts: string[]): Recipe =>
  recipeOf({ id, name: id.toUpperCase(), home: `https://${hosts[0]}/`, hosts });

const RECIPES = [
  recipe('voa', 'voachinese.com'),
  recipe('bbc', 'bbc.com', 'bbc.co.uk'),
  recipe('bird', 'bird.github.io'),
  recipe('zhongwen', 'zhongwen.bbc.com'),
];

describe('a recipe', () => {
  test.for([
    ['its host', 'https://voachinese.com/a', 'voa'],
    ['a host below', 'https://www.voachinese.com/a', 'voa'],
    ['a host far below', 'https://a.b.c.voachinese.com/a', 'voa'],
    ['its host by http, with a port', 'http://www.voachinese.com:8080/a', 'voa'],
    ['its host with a dot at the end', 'https://www.voachinese.com./a', 'voa'],
    ['each of its hosts', 'https://www.bbc.co.uk/a', 'bbc'],
    ['a site on a platform', 'https://bird.github.io/a', 'bird'],
    ['a host nearer than another’s', 'https://m.zhongwen.bbc.com/a', 'zhongwen'],
  ] as const)('claims %s', ([, url, id]) => {
    const outlet = createOutlets(RECIPES).ofUrl(url);
    const claiming = RECIPES.find((each) => each.id === id)!;
    const { name, home, language } = claiming;
    expect(outlet).toEqual({ id, name, home, language, recipe: claiming });
  });

  test.for([
    ['a host that only ends like its own', 'https://notvoachinese.com/', 'notvoachinese.com'],
    ['a host that only begins like its own', 'https://voachinese.com.example/', 'com.example'],
    ['the domain above', 'https://github.io/', 'github.io'],
    ['the site beside', 'https://fish.github.io/', 'fish.github.io'],
  ] as const)('does not claim %s', ([, url, id]) => {
    expect(createOutlets(RECIPES).ofUrl(url)).toMatchObject({ id, recipe: null });
  });

  test('cannot claim another’s host', () => {
    const twice = [recipe('one', 'a.example', 'mill.example'), recipe('two', 'mill.example')];
    expect(() => createOutlets(twice)).toThrow('mill.example is claimed by both one and two');
  });
});

const SITES = [
  ['a domain', 'https://mill.example/a', 'mill.example', 'mill.example'],
  ['www. and m. of a site', 'https://www.mill.example/a', 'mill.example', 'mill.example'],
  ['any host of a site', 'http://m.news.mill.example:8080/a', 'mill.example', 'mill.example'],
  ['a domain below a public suffix of two labels', 'https://www.mill.co.uk/', 'mill.co.uk', 'mill.co.uk'],
  ['a blog on a platform', 'https://bee.github.io/a', 'bee.github.io', 'bee.github.io'],
  ['www. of a blog on a platform', 'https://www.bee.blogspot.com/a', 'bee.blogspot.com', 'bee.blogspot.com'],
  ['a platform itself', 'https://blogspot.com/', 'blogspot.com', 'blogspot.com'],
  ['a domain with a dot at the end', 'https://www.mill.example./', 'mill.example', 'mill.example'],
  ['a host that would be the path of a feed', 'http://voa.atom/1', 'voa.atom-site', 'voa.atom'],
  ['a host that only holds such an end', 'http://atom.mill.rss.example/1', 'rss.example', 'rss.example'],
  ['a domain in Chinese', 'https://www.磨坊.example/', 'xn--2es359e.example', '磨坊.example'],
  ['a domain below a Chinese suffix', 'https://www.磨坊.中国/', 'xn--2es359e.xn--fiqs8s', '磨坊.中国'],
  ['an IPv4 address', 'http://192.0.2.7/', '192.0.2.7', '192.0.2.7'],
  ['a single label', 'http://localhost:8080/', 'localhost', 'localhost'],
  ['a single label equal to a recipe’s id', 'http://voa/', 'voa-site', 'voa'],
  ['a single label that only ends like that', 'http://mill-site/', 'mill-site', 'mill-site'],
  [
    'a domain that only ends like that',
    'https://mill.example-site/',
    'mill.example-site',
    'mill.example-site',
  ],
] as const;

describe('a site without a recipe', () => {
  test.for(SITES)('is %s', ([, url, id, name]) => {
    const outlet = createOutlets(RECIPES).ofUrl(url);
    expect(outlet).toMatchObject({ id, name, language: null, recipe: null });
  });

  test.for([...SITES, ['an IPv6 address', 'http://[2001:db8::1]/'] as const])(
    'is at home where its articles are: %s',
    ([, url]) => {
      const { home } = createOutlets(RECIPES).ofUrl(url);
      const host = new URL(url).hostname.replace(/\.$/, '');
      expect(`.${host}`.endsWith(`.${new URL(home).hostname}`)).toBe(true);
    },
  );

  test('is not another on the same platform', () => {
    const outlets = createOutlets([]);
    expect(outlets.ofUrl('https://bee.github.io/').id).not.toBe(outlets.ofUrl('https://wasp.github.io/').id);
  });

  test('is not the recipe’s whose id its host is', () => {
    const outlets = createOutlets(RECIPES);
    expect(outlets.byId('voa').recipe).toBe(RECIPES[0]);
    expect(outlets.ofUrl('http://voa/').recipe).toBeNull();
    expect(outlets.byId('voa').recipe).toBe(RECIPES[0]);
  });
});

describe('an outlet found by its id', () => {
  test.for(SITES)('is what its address says, in a later run too: %s', ([, url]) => {
    const outlet = createOutlets(RECIPES).ofUrl(url);
    expect(createOutlets(RECIPES).byId(outlet.id)).toEqual(outlet);
  });

  test.for(RECIPES.map(({ id }) => id))('may have a recipe: %s', (id) => {
    expect(createOutlets(RECIPES).byId(id)).toMatchObject({ id, recipe: { id } });
  });
});

test('an id is a file name and a path segment', () => {
  const label = fc.oneof(
    fc.stringMatching(/^[a-z0-9_-]{1,12}$/),
    fc.constantFrom('磨坊', 'bücher', 'xn--a', ''),
  );
  const host = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
  );
  const outlets = createOutlets(RECIPES);
  fc.assert(
    fc.property(host, (name) => {
      fc.pre(URL.canParse(`https://${name}/`));
      expect(outlets.ofUrl(`https://${name}/`).id).toMatch(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/);
    }),
  );
});
