import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recipe } from '../../src/article.ts';
import {
  articleKey,
  canonicalUrl,
  linkAddress,
  parseUrl,
  URL_LENGTH_MAX,
  urlUuid,
  withoutTracking,
} from '../../src/mill/url.ts';
import { recipe as recipeOf } from '../support/recipe.ts';

const RECIPE = recipeOf({
  trackingParameters: ['nl', 'te.1'],
  aliases: [
    { match: '^https://(?:m|amp)\\.mill\\.example/', replace: 'https://mill.example/' },
    { match: '/print/(\\d+)$', replace: '/a/$1' },
  ],
});

const LONGEST = 'https://mill.example/'.padEnd(URL_LENGTH_MAX, 'a');
const canonical = (url: string, recipe: Recipe | null = null): string => canonicalUrl(parseUrl(url)!, recipe);

describe('an address', () => {
  test.for([
    [
      'is written as the URL standard says',
      ' HTTPS://Mill.Example:443/a/../风 ',
      'https://mill.example/%E9%A3%8E',
    ],
    ['keeps its scheme', 'http://mill.example/', 'http://mill.example/'],
    ['keeps its fragment', 'https://mill.example/#a', 'https://mill.example/#a'],
    ['loses its credentials', 'https://miller:flour@mill.example/', 'https://mill.example/'],
    ['may be as long as is allowed', LONGEST, LONGEST],
    ['is no longer than that', `${LONGEST}a`, null],
    ['needs a scheme', 'mill.example/a', null],
    ['needs a host', 'https://', null],
    ['needs a possible host', 'https://mill example/', null],
    ['is not empty', '', null],
    ['is no script', 'javascript:alert(1)', null],
    ['is no data', 'data:text/html,a', null],
    ['is no file', 'file:///etc/passwd', null],
    ['is no ftp address', 'ftp://mill.example/', null],
  ] as const)('%s', ([, text, expected]) => {
    expect(parseUrl(text)).toBe(expected);
  });
});

describe('a canonical address', () => {
  test.for([
    ['is https', 'http://mill.example/a', 'https://mill.example/a'],
    ['has its host in lower case', 'https://Mill.EXAMPLE/A', 'https://mill.example/A'],
    ['has no default port of http', 'http://mill.example:80/a', 'https://mill.example/a'],
    ['has no default port of https', 'https://mill.example:443/a', 'https://mill.example/a'],
    ['has no default port of the other scheme', 'http://mill.example:443/a', 'https://mill.example/a'],
    ['keeps any other port', 'https://mill.example:8443/a', 'https://mill.example:8443/a'],
    ['has no credentials', 'https://miller:flour@mill.example/a', 'https://mill.example/a'],
    ['has no dot behind its host', 'https://mill.example./a', 'https://mill.example/a'],
    ['has its host in punycode', 'https://磨坊.example/a', 'https://xn--2es359e.example/a'],
    ['has no fragment', 'https://mill.example/a#b', 'https://mill.example/a'],
    ['has a path', 'https://mill.example', 'https://mill.example/'],
    ['has single slashes', 'http://mill.example//cn///a//', 'https://mill.example/cn/a/'],
    ['has no dots for segments', 'https://mill.example/a/./b/../c', 'https://mill.example/a/c'],
    ['has upper-case escapes', 'https://mill.example/%e9%a3%8e', 'https://mill.example/%E9%A3%8E'],
    [
      'has what is not ASCII escaped',
      'https://mill.example/风?q=车',
      'https://mill.example/%E9%A3%8E?q=%E8%BD%A6',
    ],
    [
      'has unreserved characters as they are',
      'https://mill.example/%41%7e%2D?%5f=%39',
      'https://mill.example/A~-?_=9',
    ],
    [
      'has what must be escaped escaped',
      'https://mill.example/a|b^?c|d[]',
      'https://mill.example/a%7Cb%5E?c%7Cd%5B%5D',
    ],
    [
      'keeps reserved characters',
      "https://mill.example/(a)'!$&*+,;=:@?(b)!*",
      "https://mill.example/(a)'!$&*+,;=:@?(b)!*",
    ],
    [
      'keeps reserved characters escaped',
      'https://mill.example/%2f%3F?%26%3d',
      'https://mill.example/%2F%3F?%26%3D',
    ],
    ['decodes once', 'https://mill.example/%2541', 'https://mill.example/%2541'],
    ['has no empty query', 'https://mill.example/a?', 'https://mill.example/a'],
    ['has no empty parameters', 'https://mill.example/a?&b=1&&c=2&', 'https://mill.example/a?b=1&c=2'],
    [
      'keeps the order of parameters',
      'https://mill.example/?b=1&a=2&b=0',
      'https://mill.example/?b=1&a=2&b=0',
    ],
    [
      'keeps double slashes in the query',
      'https://mill.example/?u=http://a//b',
      'https://mill.example/?u=http://a//b',
    ],
  ] as const)('%s', ([, url, expected]) => {
    expect(canonical(url)).toBe(expected);
  });

  test.for([
    'utm_source=rss&utm_medium=feed&utm_campaign=x',
    'UTM_Source=x',
    'fbclid=1',
    'gclid=1&gbraid=2&wbraid=3&dclid=4',
    'msclkid=1',
    'igshid=1',
    'mc_cid=1&mc_eid=2',
    '_ga=1&_gl=2',
    'spm=1.2.3',
    'ocid=wsnews.chat',
    'xtor=RSS-1',
    'at_medium=RSS&at_campaign=rss',
    'source=rss----1a2b3c---4',
    'source=rss',
    'ref=rss',
    'ref=feed',
  ])('has no parameter that only tracks: %s', (parameters) => {
    expect(canonical(`https://mill.example/a?${parameters}`)).toBe('https://mill.example/a');
    expect(canonical(`https://mill.example/a?b=1&${parameters}&c=2`)).toBe('https://mill.example/a?b=1&c=2');
  });

  test('has no parameter that its outlet says only tracks', () => {
    const url = 'https://mill.example/a?nl=x&te.1=y&te01=z';
    expect(canonical(url)).toBe(url);
    expect(canonical(url, RECIPE)).toBe('https://mill.example/a?te01=z');
  });

  test.for([
    ['a mobile page', 'http://m.mill.example/a/1#top', 'https://mill.example/a/1'],
    ['an AMP page', 'https://amp.mill.example/a/1?utm_source=x', 'https://mill.example/a/1'],
    ['a page to print', 'https://mill.example//print/1', 'https://mill.example/a/1'],
    ['a mobile page to print', 'https://m.mill.example/print/1', 'https://mill.example/a/1'],
    ['a page like it', 'https://m.mill.example/print/x', 'https://mill.example/print/x'],
    ['a host like it', 'https://mm.mill.example/a/1', 'https://mm.mill.example/a/1'],
  ] as const)('is the one its outlet says: %s', ([, url, expected]) => {
    expect(canonical(url, RECIPE)).toBe(expected);
  });
});

describe('these are two articles:', () => {
  test.for([
    ['paths in another case', 'https://mill.example/a', 'https://mill.example/A'],
    ['with and without a slash at the end', 'https://mill.example/a', 'https://mill.example/a/'],
    ['a slash and an escaped slash', 'https://mill.example/a/b', 'https://mill.example/a%2Fb'],
    ['a question mark and an escaped one', 'https://mill.example/a?b', 'https://mill.example/a%3Fb'],
    ['escaped once and twice', 'https://mill.example/%2F', 'https://mill.example/%252F'],
    ['a plus and a space', 'https://mill.example/?q=a+b', 'https://mill.example/?q=a%20b'],
    ['other values', 'https://mill.example/?id=1', 'https://mill.example/?id=2'],
    ['values in another case', 'https://mill.example/?id=a', 'https://mill.example/?id=A'],
    ['a name and a name with an empty value', 'https://mill.example/?id', 'https://mill.example/?id='],
    ['another order', 'https://mill.example/?a=1&b=2', 'https://mill.example/?b=2&a=1'],
    ['one value and two', 'https://mill.example/?a=1', 'https://mill.example/?a=1&a=2'],
    ['a source that is no feed', 'https://mill.example/', 'https://mill.example/?source=rsstory'],
    ['a referrer that is no feed', 'https://mill.example/', 'https://mill.example/?ref=feedback'],
    ['names that begin like a tracking one', 'https://mill.example/', 'https://mill.example/?gclid2=1'],
    ['names that end like a tracking one', 'https://mill.example/', 'https://mill.example/?my_utm_source=1'],
    ['other ports', 'https://mill.example/', 'https://mill.example:8080/'],
    ['www. and without', 'https://mill.example/', 'https://www.mill.example/'],
  ] as const)('%s', ([, one, other]) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });
});

describe('of any address', () => {
  const part = fc.oneof(
    fc.constantFrom('/', '//', '.', '..', '?', '&', '=', '#', ';', ':', '@', '\\', '|', '+', ' ', '风', 'é'),
    fc.constantFrom('%', '%2', '%41', '%7e', '%2f', '%25', '%2e', '%26', '%75', 'a', 'A', '4', '1'),
    fc.constantFrom(
      'utm_source=x',
      '%75tm_source=x',
      '?%75tm_source=x',
      'source=rss',
      'source=%72ss',
      'ref=feed',
      'id=1',
    ),
  );
  const address = fc
    .tuple(
      fc.constantFrom('http://', 'https://', 'https://a:b@'),
      fc.constantFrom(
        'mill.example',
        'Mill.Example.',
        'm.example:80',
        'm.example:8080',
        '磨坊.example',
        '[2001:DB8::1]',
        '192.0.2.7',
      ),
      fc.oneof(
        fc.array(part, { maxLength: 12, size: 'max' }).map((parts) => parts.join('')),
        fc.webPath(),
        fc.string(),
      ),
    )
    .map(([scheme, host, path]) => parseUrl(`${scheme}${host}/${path}`))
    .filter((url) => url !== null);

  test.for([
    ['a percent sign before an escape', 'https://mill.example/%%341'],
    ['a tracking parameter with an escape in its name', 'https://mill.example/?%75tm_source=x'],
    ['a tracking parameter with an escape in its value', 'https://mill.example/?source=%72ss'],
    ['two dots behind the host', 'https://mill.example../a'],
  ] as const)('the canonical form is its own, even with %s', ([, url]) => {
    const once = canonical(url);
    expect(canonical(once)).toBe(once);
  });

  test('the canonical form is its own', () => {
    fc.assert(
      fc.property(address, (url) => {
        const once = canonicalUrl(url, null);
        expect(canonicalUrl(once, null)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  test('the canonical form is an address of printable ASCII, written as the URL standard says', () => {
    fc.assert(
      fc.property(address, (url) => {
        const once = canonicalUrl(url, null);
        expect(once).toMatch(/^https:\/\/[!-~]+$/);
        expect(new URL(once).href).toBe(once);
      }),
    );
  });

  test('http and https are one', () => {
    fc.assert(
      fc.property(address, (url) => {
        const other = url.replace(/^https?/, (scheme) => (scheme === 'http' ? 'https' : 'http'));
        expect(canonical(other)).toBe(canonicalUrl(url, null));
      }),
    );
  });
});

describe('the address that a reader follows', () => {
  test.for([
    ['is as written', 'http://Mill.example//%e9?b=1&a=%7e#c', 'http://Mill.example//%e9?b=1&a=%7e#c'],
    ['tracks nobody', 'https://mill.example/?utm_source=x&id=1&fbclid=y', 'https://mill.example/?id=1'],
    ['tracks nobody by an escape', 'https://mill.example/?%75tm_source=x&id=1', 'https://mill.example/?id=1'],
    ['has no question mark left over', 'https://mill.example/a?utm_source=x', 'https://mill.example/a'],
    ['keeps its fragment', 'https://mill.example/?utm_source=x#c', 'https://mill.example/#c'],
    [
      'keeps a fragment that looks like a query',
      'https://mill.example/#?utm_source=x',
      'https://mill.example/#?utm_source=x',
    ],
    [
      'has none of its outlet’s own parameters',
      'https://mill.example/?nl=1&id=1',
      'https://mill.example/?id=1',
    ],
  ] as const)('%s', ([, href, expected]) => {
    expect(withoutTracking(href, RECIPE)).toBe(expected);
  });
});

// Computed with Python: uuid.uuid5(uuid.NAMESPACE_URL, url), hashlib.sha256(url.encode()).hexdigest()
describe('an identity', () => {
  test.for([
    [
      'https://www.example.com/',
      '3d3ed9d2-aa3d-5fa6-90e8-ed662e90f559',
      '49365e2b6b265ccba4bed01f5fa3cbcf6a028e5354d2b647f5eb37be735991c5',
    ],
    [
      'http://www.example.com/',
      'fcde3c85-2270-590f-9e7c-ee003d65e0e2',
      '14b570acce51451285fa2340e01f97344efe518c8770f5bbc0a794d9bcd55f01',
    ],
    [
      'https://www.voachinese.com/a/sample/1.html',
      '8f518391-1c4a-5a66-bee9-084769329542',
      '9c7943a7cd165090264138b7671e35f4426072433dd94d598601ef92a791fa3b',
    ],
    [
      'https://a.example/%E4%B8%AD%E6%96%87?x=1',
      '6dadca34-c900-5429-b721-38584baba451',
      '75ed7867bf2e5a05a5be4b781928cd84d5957f8ea018ccdebabd45d5c4e76fb6',
    ],
  ] as const)('of %s is the same for ever', ([url, uuid, key]) => {
    expect(urlUuid(url)).toBe(uuid);
    expect(articleKey(url).toString('hex')).toBe(key);
  });
});

describe('the address of an article in a link', () => {
  test.for([
    ['has no tracking', 'https://mill.example/a?utm_source=x', 'https://mill.example/a'],
    [
      'has no character that RFC 3986 forbids',
      'https://mill.example/a|[b]?c=|',
      'https://mill.example/a%7C%5Bb%5D?c=%7C',
    ],
    ['has no percent sign that starts no escape', 'https://mill.example/a%zz', 'https://mill.example/a%25zz'],
    ['keeps its escapes', 'https://mill.example/%e4%b8%ad?a=%20', 'https://mill.example/%e4%b8%ad?a=%20'],
    ['keeps the brackets of an IPv6 host', 'https://[2001:db8::1]/[', 'https://[2001:db8::1]/%5B'],
  ] as const)('%s', ([, href, link]) => {
    expect(linkAddress(href, null)).toBe(link);
  });
});

describe('the link of an article', () => {
  test.for([
    [
      'found by another address leads to the article itself',
      'http://m.mill.example/a/1?utm_source=x',
      'https://mill.example/a/1',
    ],
    ['found by its own stays as it is written', 'http://mill.example//a/1', 'http://mill.example//a/1'],
    ['has no session', 'https://mill.example/a;jsessionid=A1?PHPSESSID=2&b=3', 'https://mill.example/a?b=3'],
    [
      'has its parameters mended',
      'https://mill.example/a?b=1%C2%AEion=2',
      'https://mill.example/a?b=1&region=2',
    ],
  ] as const)('%s', ([, url, expected]) => {
    expect(linkAddress(parseUrl(url)!, RECIPE)).toBe(expected);
  });
});

test('an alias that makes no address of one is none', () => {
  const broken = recipeOf({ aliases: [{ match: '^https://mill\\.example/', replace: 'nix' }] });
  expect(canonical('https://mill.example/a/1', broken)).toBe('https://mill.example/a/1');
});
