import { describe, expect, test } from 'vitest';
import { imageUrl } from '../../src/mill/clean/image-proxy.ts';

const DIRECT = 'https://mill.example/a.jpg';
const PROXIED = 'https://images.weserv.nl/?url=mill.example/a.jpg';

describe('the address of a picture', () => {
  test.for([
    ['is kept', DIRECT, DIRECT],
    ['is kept where it is a proxy’s', PROXIED, PROXIED],
  ] as const)('by the policy keep %s', ([, href, expected]) => {
    expect(imageUrl(href, 'keep')).toBe(expected);
  });

  test.for([
    ['is kept', DIRECT, DIRECT],
    ['is what a proxy shows', PROXIED, DIRECT],
    ['is so without a slash', 'https://images.weserv.nl?url=mill.example/a.jpg', DIRECT],
    ['is so by http', 'http://images.weserv.nl/?url=mill.example/a.jpg', DIRECT],
    ['is so with a scheme', 'https://images.weserv.nl/?url=http://mill.example/a.jpg', DIRECT],
    [
      'is so with an encoded scheme',
      'https://images.weserv.nl/?url=https%3A%2F%2Fmill.example/a.jpg',
      DIRECT,
    ],
    ['is so with the proxy’s own scheme', 'https://images.weserv.nl/?url=ssl:mill.example/a.jpg', DIRECT],
    ['keeps its query', `${PROXIED}?quality=75&auto=webp`, `${DIRECT}?quality=75&auto=webp`],
    [
      'stays where the proxy shows nothing',
      'https://images.weserv.nl/?url=',
      'https://images.weserv.nl/?url=',
    ],
    [
      'stays where what it shows is no address',
      'https://images.weserv.nl/?url=//',
      'https://images.weserv.nl/?url=//',
    ],
    [
      'stays where another proxy shows it',
      'https://proxy.example/?url=mill.example/a.jpg',
      'https://proxy.example/?url=mill.example/a.jpg',
    ],
    [
      'stays at a host that only looks like the proxy’s',
      'https://images-weserv.nl/?url=mill.example/a.jpg',
      'https://images-weserv.nl/?url=mill.example/a.jpg',
    ],
    [
      'stays at a host that only ends like the proxy’s',
      'https://ximages.weserv.nl/?url=mill.example/a.jpg',
      'https://ximages.weserv.nl/?url=mill.example/a.jpg',
    ],
  ] as const)('by the policy direct %s', ([, href, expected]) => {
    expect(imageUrl(href, 'direct')).toBe(expected);
  });

  test.for([
    [
      'is that proxy’s',
      'https://p.example/?url={url}',
      DIRECT,
      'https://p.example/?url=https%3A%2F%2Fmill.example%2Fa.jpg',
    ],
    [
      'is never a proxy’s of a proxy',
      'https://p.example/{url}',
      PROXIED,
      'https://p.example/https%3A%2F%2Fmill.example%2Fa.jpg',
    ],
    [
      'keeps its query to itself',
      'https://p.example/?url={url}&w=9',
      `${DIRECT}?a=1&w=2`,
      'https://p.example/?url=https%3A%2F%2Fmill.example%2Fa.jpg%3Fa%3D1%26w%3D2&w=9',
    ],
    [
      'is put in as it is',
      'https://p.example/?url={url}',
      'https://mill.example/$&$1',
      'https://p.example/?url=https%3A%2F%2Fmill.example%2F%24%26%241',
    ],
    [
      'is put in wherever it is wanted',
      'https://p.example/{url}#{url}',
      'https://a.example/',
      'https://p.example/https%3A%2F%2Fa.example%2F#https%3A%2F%2Fa.example%2F',
    ],
    ['is none where that makes none', 'https://{url}', DIRECT, null],
  ] as const)('by a proxy %s', ([, policy, href, expected]) => {
    expect(imageUrl(href, policy)).toBe(expected);
  });
});
