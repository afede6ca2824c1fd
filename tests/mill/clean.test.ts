import { describe, expect, test } from 'vitest';
import type { Header } from '../../src/article.ts';
import { clean, SUMMARY_LENGTH_MAX } from '../../src/mill/clean/clean.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { recipe } from '../support/recipe.ts';

const RECIPE = recipe({
  language: 'zh-Hant',
  remove: ['body > div:first-child:has(> i:only-child)', '.share', 'a[href^="/a/"]:empty', 'noscript'],
  trackingParameters: ['nl'],
});
const OUTLETS = createOutlets([RECIPE]);
const HEADER: Header = { title: '风车', url: 'https://mill.example/a/1.html', time: 0 };

function contentOf(body: string, header: Partial<Header> = {}, images = 'keep'): ReturnType<typeof clean> {
  const whole = { ...HEADER, ...header };
  return clean(whole, body, OUTLETS.ofUrl(whole.url), { images, archived: 0 });
}

describe('a title is', () => {
  test.for([
    ['the header’s', '风车 &amp; 水车', '<p>东风</p>', '风车 & 水车'],
    ['the beginning of the text where the header has none', ' &nbsp; ', '<h1>东 风</h1>', '东 风'],
    ['cut where it is too long for one', '东'.repeat(600), '', `${'东'.repeat(499)}…`],
    ['no longer than a title then', '', `<p>${'东风。'.repeat(40)}</p>`, '东风。'.repeat(20)],
    ['the address where there is no text either', '', '<img src=1.jpg>', HEADER.url],
  ] as const)('%s', ([, title, body, expected]) => {
    expect(contentOf(body, { title }).title).toBe(expected);
  });
});

describe('a summary is', () => {
  test('the text', () => {
    expect(contentOf('<p>东</p><p>1 &lt; 2</p>').summary).toBe('东 1 < 2');
  });

  test('told by as many paragraphs as it takes', () => {
    const { summary } = contentOf('<p>&nbsp;东风</p>\n<p>\u200b</p>'.repeat(200));
    expect(summary).toBe(`${'东风 '.repeat(65)}东风…`);
  });

  test('the beginning of a long text', () => {
    const { summary, html } = contentOf(`<p>${'东风。'.repeat(400)}</p>`);
    expect(summary.length).toBeLessThanOrEqual(SUMMARY_LENGTH_MAX);
    expect(summary.length).toBeGreaterThan(SUMMARY_LENGTH_MAX / 2);
    expect(html).toContain('东风。'.repeat(400));
  });
});

describe('the language is', () => {
  test.for([
    ['the outlet’s', HEADER.url, '<p>The miller watched the wind.</p>', 'zh-Hant'],
    [
      'that of the text where the outlet has none',
      'https://bee.example/',
      '<p>Мельник посмотрел на ветер.</p>',
      'ru',
    ],
    [
      'told by what stands behind other paragraphs too',
      'https://bee.example/',
      `${'<p>1 2 3</p>'.repeat(50)}<p>Мельник посмотрел на ветер.</p>`,
      'ru',
    ],
  ] as const)('%s', ([, url, body, expected]) => {
    expect(contentOf(body, { url }).language).toBe(expected);
  });
});

describe('noise', () => {
  test.for([
    [
      'goes by the outlet’s recipe',
      '<div><i>10 Mar</i></div><p>东</p><p class="a share">西</p>',
      '<p>东</p>',
    ],
    ['goes only where the recipe says', '<p>东</p><div><i>10 Mar</i></div>', '<p>东</p><p><i>10 Mar</i></p>'],
    ['goes from the text too', '<p>东</p><p class=share>西</p>', '<p>东</p>'],
  ] as const)('%s', ([, body, expected]) => {
    const { html, summary } = contentOf(body);
    expect(html).toBe(expected);
    expect(summary).not.toContain('西');
  });

  test('stays in another outlet', () => {
    const { html } = contentOf('<p class="share">东</p>', { url: 'https://bee.example/' });
    expect(html).toBe('<p>东</p>');
  });

  test('in a link is what the recipe says tracks', () => {
    const { html } = contentOf('<a href="/b?nl=1&amp;id=2">东</a>');
    expect(html).toBe('<p><a href="https://mill.example/b?id=2">东</a></p>');
  });
});

test('pictures come from where the policy says', () => {
  const body =
    '<img src="https://images.weserv.nl/?url=mill.example/1.jpg"><video src=1.mp4 poster=1.jpg></video>';
  const sources = (images: string): string[] =>
    [...contentOf(body, {}, images).html.matchAll(/(?:poster|<img src)="([^"]*)"/g)].map(([, url]) => url!);
  const [kept, direct] = ['https://images.weserv.nl/?url=mill.example/1.jpg', 'https://mill.example/1.jpg'];
  expect(sources('keep')).toEqual([kept, 'https://mill.example/a/1.jpg']);
  expect(sources('direct')).toEqual([direct, 'https://mill.example/a/1.jpg']);
  expect(sources('https://p.example/{url}')).toEqual([
    `https://p.example/${encodeURIComponent(direct)}`,
    `https://p.example/${encodeURIComponent('https://mill.example/a/1.jpg')}`,
  ]);
});

test.for([
  ['opens a head', '<head><title>x</title></head><p>东</p>'],
  ['opens a frameset', '<frameset><frame></frameset><p>东</p>'],
  ['closes its page', '</body></html><p>东</p>'],
  ['opens another page', '<!doctype html><html><body><p>东</p>'],
  ['closes a table that it is not in', '</td></tr></table><p>东</p>'],
] as const)('a body that %s is a body', ([, body]) => {
  expect(contentOf(body).html).toBe('<p>东</p>');
});

describe('behind much that is only odd, an article keeps its links:', () => {
  const LINK = '<ul><li><a href="https://mill.example/1">a</a></li></ul>';

  test.for([
    ['a drawing of 300 strokes', `<svg>${'<path d="M0 0"/>'.repeat(300)}</svg>`],
    ['300 small drawings', '<svg><path d="M0 0"/></svg>'.repeat(300)],
    ['300 comments with elements in them', '<!--<div>-->'.repeat(300)],
    ['300 elements in an attribute', `<p title="${'<div>'.repeat(300)}">x</p>`],
    ['300 readings without an end', '<ruby>漢<rt>hàn</ruby>'.repeat(300)],
    ['300 tables whose rows are not ended', '<table><tbody><tr><td>x</table>'.repeat(300)],
    ['300 elements left open in paragraphs', '<p><span>x</p>'.repeat(300)],
    ['300 ends of what is not open', '</div>'.repeat(300)],
    ['300 attributes', `<p ${Array.from({ length: 300 }, (_, i) => `data-${i}="x"`).join(' ')}>x</p>`],
    ['100 nested blocks', `${'<div>'.repeat(100)}x${'</div>'.repeat(100)}`],
  ] as const)('%s', ([, before]) => {
    const { html } = contentOf(before + LINK);
    expect(html.slice(-LINK.length)).toBe(LINK);
  });
});
