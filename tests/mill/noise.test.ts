import { describe, expect, test } from 'vitest';
import type { Recipe } from '../../src/article.ts';
import { clean } from '../../src/mill/clean/clean.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { recipe } from '../support/recipe.ts';
import { img } from './hostile.ts';
import { ARTICLE, cleaned } from './html.ts';

const TEXT = `<p>${'风车转动。'.repeat(20)}</p>`;
const PICTURE = `<figure>${img('1.jpg')}</figure>`;

function by(rules: Partial<Recipe>, html: string): string {
  const outlet = createOutlets([recipe(rules)]).ofUrl(ARTICLE);
  return clean({ title: '标题', url: ARTICLE, time: 0 }, html, outlet, { images: 'keep', archived: 0 }).html;
}

describe('of every article goes', () => {
  test.for([
    ['what is hidden', '<p hidden>a</p>'],
    ['what is not displayed', '<div style="color:red; display : none">a</div>'],
    ['what is for screen readers only', '<span class="x screen-reader-text">a</span>'],
    ['share buttons', '<div class="sharedaddy"><a href="https://b.example/">a</a></div>'],
    ['an advertisement', '<div id="div-gpt-ad-1">a</div>'],
    ['a newsletter form', '<form id="mc_embed_signup"><p>a</p></form>'],
    [
      'a list under a heading that says so',
      '<h3>相关阅读：</h3><p> </p><ul><li><a href="/1">a</a></li></ul>',
    ],
    [
      'the footer of a full-text feed',
      '<br><!--x--><hr><!--x--><div>b<a href="https://feedx.net">a</a></div>',
    ],
  ] as const)('%s', ([, noise]) => {
    expect(cleaned(TEXT + noise).html).toBe(TEXT);
  });
});

describe('in no article goes', () => {
  test.for([
    ['what waits to be found', '<p hidden="until-found">a</p>', '<p>a</p>'],
    ['what waits to be faded in', '<p style="opacity:0">a</p>', '<p>a</p>'],
    [
      'a picture without white space around it',
      '<section style="font-size: 0px"><img src=1.jpg></section>',
      PICTURE,
    ],
    [
      'a heading whose id looks like an advertisement’s',
      '<h2 id="taboola-files-for-ipo">a</h2>',
      '<h2>a</h2>',
    ],
    [
      'a list of links under another heading',
      '<h3>来源</h3><ul><li><a href="https://b.example/">a</a></li></ul>',
      '<h3>来源</h3><ul><li><a href="https://b.example/">a</a></li></ul>',
    ],
    [
      'what only looks like a feed’s footer',
      '<hr><div><a href="https://feedx.net">a</a></div><p>b</p>',
      '<hr><p><a href="https://feedx.net/">a</a></p><p>b</p>',
    ],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(TEXT + html).html).toBe(TEXT + expected);
  });

  test.for([
    [
      'what holds most of it',
      `<div id=js_content style="visibility: hidden">${TEXT}</div><p>a</p>`,
      `${TEXT}<p>a</p>`,
    ],
    ['what holds all of its pictures', '<div style="visibility: hidden"><img src=1.jpg></div>', PICTURE],
    ['what holds most of it in parts', '<p class="advertisement">a</p>'.repeat(3), '<p>a</p>'.repeat(3)],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(html).html).toBe(expected);
  });
});

describe('by a recipe', () => {
  test('a list goes if it is nothing but links, and no other', () => {
    const links = '<li><a href="https://b.example/">a</a></li>';
    const rules = { removeLinkLists: ['ul'] };
    expect(by(rules, `${TEXT}<ul>${links}${links}</ul>`)).toBe(TEXT);
    const kept = [`${links}<li>b</li>`, `${links}<li>b <a href="https://b.example/">a</a></li>`];
    for (const items of kept) expect(by(rules, `${TEXT}<ul>${items}</ul>`)).toContain('<ul>');
    const pictures = '<li><a href="https://b.example/"><img src=1.jpg></a></li>';
    expect(by(rules, `${TEXT}<ul>${pictures}</ul>`)).toContain('<img');
  });

  test('a paragraph or a line of one goes by its text, and a caption does not', () => {
    const rules = { removeText: ['^©'] };
    expect(by(rules, `<p>a<br>© 2026<br>b</p><p><em>©</em> 磨坊</p>`)).toBe('<p>a<br>b</p>');
    const figure = '<figure><img src=1.jpg><figcaption>© 2026</figcaption></figure>';
    expect(by(rules, figure)).toContain('<figcaption>© 2026</figcaption>');
  });

  test('what stands in a line of noise beside a picture leaves the picture', () => {
    expect(by({ removeText: ['^Image$'] }, '<p>Image<img src=1.jpg></p>')).toBe(PICTURE);
  });

  test('elements lose their tags', () => {
    expect(by({ unwrap: ['a[href^="/api/"]'] }, '<p>a <a href="/api/1">b</a></p>')).toBe('<p>a b</p>');
  });

  test('not all of an article goes', () => {
    expect(by({ remove: ['div'] }, `<div>${TEXT}</div>`)).toBe(TEXT);
    expect(by({ remove: ['div', 'p'] }, `<div>a</div>${TEXT}`)).toBe(TEXT);
  });

  test('titles lose what the outlet writes behind them, however it is written', () => {
    const outlet = createOutlets([recipe({ titleSuffixes: [' – 磨坊志'] })]).ofUrl(ARTICLE);
    const of = (title: string): string =>
      clean({ title, url: ARTICLE, time: 0 }, TEXT, outlet, { images: 'keep', archived: 0 }).title;
    expect([' – 磨坊志', ' &#8211; 磨坊志&nbsp;', '\u00a0– 磨坊志'].map((end) => of(`风车${end}`))).toEqual([
      '风车',
      '风车',
      '风车',
    ]);
    expect(of('– 磨坊志')).toBe('– 磨坊志');
  });
});

describe('a mail address that Cloudflare hides', () => {
  const encode = (text: string, key = 7): string =>
    Buffer.from([key, ...Buffer.from(text).map((byte) => byte ^ key)]).toString('hex');
  const mail = (href: string, text: string): string => `<p><a href="mailto:${href}">${text}</a></p>`;
  const PROTECTION = '/cdn-cgi/l/email-protection';

  test.for([
    [
      'is shown',
      `<a href="${PROTECTION}" class="__cf_email__" data-cfemail="${encode('a@mill.example')}">[email]</a>`,
      mail('a@mill.example', 'a@mill.example'),
    ],
    [
      'is linked',
      `<a href="${PROTECTION}#${encode('a@mill.example?subject=b')}">write</a>`,
      mail('a@mill.example?subject=b', 'write'),
    ],
    [
      'is both',
      `<a href="${PROTECTION}#${encode('a@mill.example')}"><b><span data-cfemail="${encode('a@mill.example', 9)}">x</span></b></a>`,
      mail('a@mill.example', '<b>a@mill.example</b>'),
    ],
    [
      'is shown without a link',
      `<span data-cfemail="${encode('a@mill.example')}">x</span>`,
      mail('a@mill.example', 'a@mill.example'),
    ],
    [
      'may be several',
      `<a href="${PROTECTION}#${encode('a@mill.example,b@mill.example')}">x</a>`,
      mail('a@mill.example,b@mill.example', 'x'),
    ],
    [
      'leads nowhere if it cannot be read',
      `<a href="${PROTECTION}#${encode('no address')}">x</a>`,
      '<p>x</p>',
    ],
    ['leads nowhere without its code', `<a href="${PROTECTION}">x</a>`, '<p>x</p>'],
    ['is no way to markup', `<span data-cfemail="${encode('<b>@mill.example')}">x</span>`, '<p>x</p>'],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(html).html).toBe(expected);
  });
});
