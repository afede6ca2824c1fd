import { describe, expect, test } from 'vitest';
import type { Picture } from '../../src/article.ts';
import { clean } from '../../src/mill/clean/clean.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { recipe } from '../support/recipe.ts';
import { img } from './hostile.ts';
import { ARTICLE, cleaned } from './html.ts';

const figure = (...pictures: string[]): string => `<figure>${pictures.join('')}</figure>`;

describe('a picture', () => {
  test.for([
    ['loaded later is loaded', '<img src="data:image/gif;base64,R0" data-src="1.jpg">', '1.jpg'],
    ['loaded later by another name is loaded', '<img src="blank.gif" data-lazy-src="1.jpg">', '1.jpg'],
    ['loaded later by yet another name is loaded', '<img src="a.gif" data-original="1.jpg">', '1.jpg'],
    ['loaded later by a number is not', '<img src="1.jpg" data-src="7">', '1.jpg'],
    ['only in a set is the widest of that', '<img srcset="2.jpg 800w, 1.jpg 240w">', '2.jpg'],
    ['only in a set is not too wide', '<img srcset="1.jpg 5000w, 2.jpg 1200w, 3.jpg 240w">', '2.jpg'],
    ['only in a set of those too wide is the least', '<img srcset="1.jpg 5000w, 2.jpg 4000w">', '2.jpg'],
    ['only in a set loaded later is one', '<img data-srcset="1.jpg 1x,\n 2.jpg 2x">', '2.jpg'],
    ['only in a set by another name is one', '<img data-lazy-srcset="1.jpg 1x, 2.jpg 2x">', '2.jpg'],
    ['in a set without spaces is one', '<img srcset="1.jpg 1x,2.jpg 2x,3.jpg 1.5x">', '2.jpg'],
    ['in a set without sizes is the first', '<img srcset="1.jpg, 2.jpg">', '1.jpg'],
    ['has its own address rather than a set’s', '<img src=1.jpg srcset="2.jpg 800w">', '1.jpg'],
    ['is shown once', '<img src=blank.gif data-src=1.jpg><noscript><img src=1.jpg></noscript>', '1.jpg'],
    [
      'is shown once in whatever size',
      '<noscript><img src=1.jpg></noscript><img data-src=1-300x200.jpg>',
      '1-300x200.jpg',
    ],
    [
      'only for those without scripts is one',
      '<img src=blank.gif><noscript><img src=1.jpg></noscript>',
      '1.jpg',
    ],
    [
      'only for those without scripts may have several formats',
      '<noscript><picture><source srcset="1.jpg 1x"><img></picture>no</noscript>',
      '1.jpg',
    ],
    ['with an address in camel case is one', '<img srcSet="1.jpg 240w">', '1.jpg'],
    ['with commas in its address is one', '<img srcset="./w:1,h:2.jpg 1x, ./w:2,h:3.jpg 2x">', 'w:2,h:3.jpg'],
    ['of several formats is one', '<picture><source srcset="1.webp"><img src="1.jpg"></picture>', '1.jpg'],
    [
      'with its address only in a format is one',
      '<picture><source srcset="1.jpg 600w, 2.jpg 900w"><img></picture>',
      '2.jpg',
    ],
    ['named like a placeholder may be one', '<img src="/a/b/pixel-8.png">', 'pixel-8.png'],
    ['by a loader that is not known is one', '<img src=blank.gif data-echo="1.jpg?w=9">', '1.jpg?w=9'],
    [
      'of one pixel until it is loaded is one',
      '<img width=1 height=1 src=blank.gif data-src=1.jpg>',
      '1.jpg',
      ' width="1" height="1"',
    ],
    ['of another library is one', '<amp-img src=1.jpg layout=fill></amp-img>', '1.jpg'],
  ] as const)('%s', ([, html, expected, rest]) => {
    expect(cleaned(html).html).toBe(figure(img(expected, rest)));
  });

  test('of another library ends where it should', () => {
    const html = '<p>a</p><amp-img src=1.jpg /><p>b</p><amp-img data-x=1><p>c</p>';
    expect(cleaned(html).html).toBe(`<p>a</p>${figure(img('1.jpg'))}<p>b</p><p>c</p>`);
  });

  test.for([
    [
      'several in one',
      '<noscript><picture><img src=1.jpg><img src=2.jpg></picture></noscript>',
      ['1.jpg', '2.jpg'],
    ],
    [
      'that only their queries tell apart',
      '<noscript><img src="i.php?id=1"></noscript><img src="i.php?id=2">',
      ['i.php?id=1', 'i.php?id=2'],
    ],
    [
      'that are there already',
      '<amp-img src=1.jpg></amp-img><noscript><img src=1.jpg></noscript>',
      ['1.jpg'],
    ],
  ] as const)('for those without scripts is shown once: %s', ([, html, expected]) => {
    const sources = [...cleaned(html).html.matchAll(/b\/([^"/]*)"/g)].map(([, source]) => source);
    expect(sources).toEqual(expected);
  });

  test.for([
    ['without an address', '<img alt="a">'],
    ['of data only', '<img src="data:image/png;base64,R0">'],
    ['that holds a place', '<img src="/i/placeholder-1x1.gif">'],
    ['of one pixel', '<img src=1.gif width=1 height=1>'],
    ['of one pixel by its style', '<img src=1.gif style="width:1px;height:1px">'],
    ['that counts readers', '<img src="https://medium.com/_/stat?event=post.clientViewed&amp;x=1">'],
    ['not to be seen', '<img src=1.jpg style="display: none">'],
  ] as const)('%s is none', ([, html]) => {
    expect(cleaned(`<p>a</p>${html}`).html).toBe('<p>a</p>');
  });
});

describe('a caption', () => {
  const captioned = figure(img('1.jpg'), '<figcaption>b</figcaption>');
  test.for([
    [
      'of a figure joins its picture',
      '<figure><div><img src=1.jpg></div><figcaption>b</figcaption></figure>',
      captioned,
    ],
    [
      'of WordPress joins its picture',
      '<div><img src=1.jpg><p class="wp-caption-text">b</p></div>',
      captioned,
    ],
    [
      'joins its picture from elsewhere',
      '<div><div><img src=1.jpg></div></div>\n<div><span class=image-caption>b</span></div>',
      captioned,
    ],
    [
      'does not join a picture behind a text',
      '<img src=1.jpg><p>a</p><p class=image-caption>b</p>',
      `${figure(img('1.jpg'))}<p>a</p><p>b</p>`,
    ],
    [
      'does not join a picture that is far away',
      `<img src=1.jpg>${'<br>'.repeat(300)}<p class=image-caption>b</p>`,
      `${figure(img('1.jpg'))}<p>b</p>`,
    ],
    ['is there once', '<img src=1.jpg><p class=image-caption>b</p><p class=image-caption>b</p>', captioned],
    [
      'may have two parts',
      '<img src=1.jpg><p class=image-caption>b</p><p class=image-caption>c</p>',
      figure(img('1.jpg'), '<figcaption>b<br>c</figcaption>'),
    ],
    ['without a picture is text', '<figure><img><figcaption>b</figcaption></figure>', '<p>b</p>'],
    ['of a figure may have no mark', '<figure><img src=1.jpg>b</figure>', captioned],
    [
      'that is the title again is none',
      '<figure><img src=1.jpg><figcaption>标题</figcaption></figure>',
      figure(img('1.jpg')),
    ],
    [
      'is not said twice',
      '<figure><img src=1.jpg alt="b  c"><figcaption>b c</figcaption></figure>',
      figure(img('1.jpg', ' alt=""'), '<figcaption>b c</figcaption>'),
    ],
    [
      'stands outside of its picture’s link',
      '<div><a href="https://mill.example/1"><img src=1.jpg></a><p class="wp-caption-text">b</p></div>',
      figure(`<a href="https://mill.example/1">${img('1.jpg')}</a>`, '<figcaption>b</figcaption>'),
    ],
    [
      'joins a recording',
      '<video src="https://mill.example/1.mp4"></video><p class=image-caption>b</p>',
      figure(
        '<video src="https://mill.example/1.mp4" controls preload="none"></video>',
        '<figcaption>b</figcaption>',
      ),
    ],
    [
      'may have a picture in a paragraph',
      '<p>a<img src=1.jpg></p><p class=image-caption>b</p><p>c</p>',
      `<p>a</p>${captioned}<p>c</p>`,
    ],
    [
      'of each picture of a gallery is its own',
      `<figure>${'<figure><img src=1.jpg><figcaption>b</figcaption></figure>'.repeat(2)}</figure>`,
      captioned.repeat(2),
    ],
    [
      'does not swallow the article behind a figure that is not closed',
      `<figure><img src=1.jpg><p>a</p><h2>b</h2><p>c</p>`,
      `${figure(img('1.jpg'))}<p>a</p><h2>b</h2><p>c</p>`,
    ],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(html).html).toBe(expected);
  });
});

describe('a caption that is no caption is text:', () => {
  test.for([
    [
      'outside of a figure',
      '<div><img src=1.jpg><figcaption>b</figcaption></div>',
      `${figure(img('1.jpg'))}<p>b</p>`,
    ],
    ['without a picture', '<p>a</p><figcaption>b</figcaption>', '<p>a</p><p>b</p>'],
    ['in a list', '<ul><li>a<figcaption>b</figcaption></li></ul>', '<ul><li><p>a</p><p>b</p></li></ul>'],
    [
      'in a quotation in a figure',
      '<figure><blockquote>a<figcaption>b</figcaption></blockquote></figure>',
      '<blockquote><p>a</p><p>b</p></blockquote>',
    ],
    [
      'behind preformatted text',
      '<pre>a<img src=1.jpg></pre><p class=image-caption>b</p>',
      `<pre>a${img('1.jpg')}</pre><p>b</p>`,
    ],
    [
      'around another picture',
      '<img src=1.jpg><div class=image-caption><img src=2.jpg><p>b</p></div>',
      `${figure(img('1.jpg'))}${figure(img('2.jpg'))}<p>b</p>`,
    ],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(html).html).toBe(expected);
  });
});

describe('a figure keeps its order', () => {
  const one = (name: string, caption: string): string =>
    figure(img(name), `<figcaption>${caption}</figcaption>`);
  test.for([
    [
      'with a caption for each picture',
      '<figure><img src=1.jpg><figcaption>a</figcaption><img src=2.jpg><figcaption>b</figcaption></figure>',
      one('1.jpg', 'a') + one('2.jpg', 'b'),
    ],
    [
      'with its caption above',
      '<figure><figcaption>a</figcaption><img src=1.jpg></figure>',
      one('1.jpg', 'a'),
    ],
    [
      'with an article in it',
      '<figure><img src=1.jpg><figcaption>a</figcaption><p>b</p><img src=2.jpg><p>c</p><blockquote>d</blockquote><p>e</p>',
      `${one('1.jpg', 'a')}<p>b</p>${figure(img('2.jpg'))}<p>c</p><blockquote><p>d</p></blockquote><p>e</p>`,
    ],
    [
      'with a list before its picture',
      '<figure><ul><li>a</li></ul><img src=1.jpg></figure>',
      `<ul><li>a</li></ul>${figure(img('1.jpg'))}`,
    ],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(html).html).toBe(expected);
  });
});

describe('the picture that stands for an article', () => {
  const LEAD = createOutlets([recipe({ lead: ['.none', 'div > .lead'], remove: ['.gone'] })]).ofUrl(ARTICLE);
  const of = (html: string, images = 'keep'): Picture | null =>
    clean({ title: '', url: ARTICLE, time: 0 }, html, LEAD, { images, archived: 0 }).picture;
  const address = (name: string): string => `https://mill.example/a/b/${name}`;
  const unknown = { type: null, width: null, height: null };

  test.for([
    ['is the one that the recipe names', '<img src=1.jpg><div><img class=lead src=2.jpg></div>', '2.jpg'],
    ['is the first where that is not there', '<img src=1.jpg><img src=2.jpg>', '1.jpg'],
    [
      'is the first where that is noise',
      '<div class=gone><img class=lead src=2.jpg></div><img src=1.jpg>',
      '1.jpg',
    ],
    ['is no smiley', '<p>a<img src="/smilies/1.png"></p><img src=2.jpg>', '2.jpg'],
    ['is no icon', '<img src=1.jpg width=16 height=16><img src=2.jpg>', '2.jpg'],
    ['may be a video’s still', '<video src=1.mp4 poster=1.jpg></video><img src=2.jpg>', '1.jpg'],
  ] as const)('%s', ([, html, expected]) => {
    expect(of(html)).toEqual({ ...unknown, url: address(expected), type: 'image/jpeg' });
  });

  test('is none where there is none', () => {
    expect(of('<p>a</p>')).toBeNull();
  });

  test('has its size', () => {
    expect(of('<img src=1.png width=640 height=360>')).toEqual({
      url: address('1.png'),
      type: 'image/png',
      width: 640,
      height: 360,
    });
  });

  test.for([
    ['1.JPG', 'image/jpeg'],
    ['1.jpeg', 'image/jpeg'],
    ['1.jpg.webp', 'image/webp'],
    ['1.gif?width=9', 'image/gif'],
    ['1.avif', 'image/avif'],
    ['1', null],
    ['1.', null],
    ['1.php', null],
    ['1.jpg/', null],
    ['constructor.constructor', null],
    ['1.jpg?auto=webp', null],
    ['1.jpg?w=9&amp;fm=png', null],
  ] as const)('has the type that its address tells: %s, %s', ([name, type]) => {
    expect(of(`<img src="${name}">`)?.type).toBe(type);
  });

  test('has the type of what a proxy fetches, unless the proxy is of the operator’s choice', () => {
    const html = '<img src="https://images.weserv.nl?url=mill.example/1.jpg">';
    expect(of(html)?.type).toBe('image/jpeg');
    expect(of(html, 'https://proxy.example/?url={url}')?.type).toBeNull();
  });
});
