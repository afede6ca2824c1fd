import { describe, expect, test } from 'vitest';
import { img } from './hostile.ts';
import { cleaned } from './html.ts';

const SAME = (name: string, html: string): [string, string, string] => [name, html, html];

describe('an article is a run of blocks:', () => {
  test.for([
    ['wrappers go', '<main><div><section><p>a</p></section><div>b</div></div></main>', '<p>a</p><p>b</p>'],
    ['loose text is a paragraph', 'a<div>b<p>c</p>d</div>e', '<p>a</p><p>b</p><p>c</p><p>d</p><p>e</p>'],
    ['elements that nobody knows go', '<p>a</p><constructor>b</constructor>', '<p>a</p><p>b</p>'],
    ['spans go', '<p><span><span>a</span>b</span></p>', '<p>ab</p>'],
    ['a dateline begins its paragraph', '风车镇 — <p>a</p><p>b</p>', '<p>风车镇 — a</p><p>b</p>'],
    [
      'a long text that ends in a dash does not',
      `${'风'.repeat(50)}—<p>a</p>`,
      `<p>${'风'.repeat(50)}—</p><p>a</p>`,
    ],
    [
      'two line breaks end a paragraph',
      '<p>a<br><br />b<br>c<br> <br>\n<br>d</p>',
      '<p>a</p><p>b<br>c</p><p>d</p>',
    ],
    [
      'in emphasis too, which goes on',
      '<p><strong>a<br><br>b</strong>c</p>',
      '<p><strong>a</strong></p><p><strong>b</strong>c</p>',
    ],
    ['line breaks at the ends go', '<p><br>a<br></p><div><br>b</div>', '<p>a</p><p>b</p>'],
    ['white space at the ends goes', '<p>\n a <b> b&nbsp; </b>&nbsp;</p>', '<p>a <b> b</b></p>'],
    ['an indent stays', '<p>　　a</p>', '<p>　　a</p>'],
    [
      'what is blank goes',
      '<p>&nbsp;</p><p>\u200b</p><p><b>\u2060</b></p><div><br></div><p>a</p>',
      '<p>a</p>',
    ],
    [
      'a link in which a block stands is in the block',
      '<a href="/1"><div>a</div><h2>b</h2></a>',
      '<p><a href="https://mill.example/1">a</a></p><h2><a href="https://mill.example/1">b</a></h2>',
    ],
    ['a picture in a text stays there', '<p>a <img src=1.jpg> b</p>', `<p>a ${img('1.jpg')} b</p>`],
    [
      'a picture alone is a figure',
      '<p><a href="/1"><img src=1.jpg></a></p>',
      `<figure><a href="https://mill.example/1">${img('1.jpg')}</a></figure>`,
    ],
    ['a heading is one line', '<h2><div>a</div><p>b</p></h2>', '<h2>a<br>b</h2>'],
    [
      'a picture in a heading stands behind it',
      '<h2>a<p><img src=1.jpg></p></h2>',
      `<h2>a</h2><figure>${img('1.jpg')}</figure>`,
    ],
    [
      'a captioned picture in a heading stands before it',
      '<h3><img src=1.jpg></h3><p class=image-caption>b</p>',
      `<figure>${img('1.jpg')}<figcaption>b</figcaption></figure>`,
    ],
    [
      'a picture in the middle of a heading stays',
      `<h2>a ${img('1.jpg')} b</h2>`,
      `<h2>a ${img('1.jpg')} b</h2>`,
    ],
    ['a list in a heading is text', '<h2><ul><li>a<li>b</ul></h2>', '<h2>a\n\nb</h2>'],
    [
      'an exponent of an exponent stays one',
      '<p>x<sup>2<sup>3</sup></sup></p>',
      '<p>x<sup>2<sup>3</sup></sup></p>',
    ],
    ['emphasis on emphasis goes', '<p><b>a<b>b</b></b></p>', '<p><b>ab</b></p>'],
    [
      'lines of preformatted text that were blocks stay lines',
      '<pre><code><div>a</div><div>b</div></code></pre>',
      '<pre><code>a\nb\n</code></pre>',
    ],
    [
      'what stands loose in a list is one item',
      '<ul><a href="https://b.example/">a</a>b</ul>',
      '<ul><li><a href="https://b.example/">a</a>b</li></ul>',
    ],
    [
      'what folds up keeps its parts apart',
      '<details>a<summary>b</summary>c</details>',
      '<details><summary>b</summary><p>a</p><p>c</p></details>',
    ],
    ['a rule parts two things', '<hr><p>a</p><hr><hr><p>b</p>', '<p>a</p><hr><p>b</p>'],
    SAME('lists stay', '<ul><li>a<ol start="3"><li>b</li></ol></li><li><p>c</p><p>d</p></li></ul>'),
    [
      'a list in a list belongs to the item before',
      '<ul><li>a</li><ul><li>b</li></ul></ul>',
      '<ul><li>a<ul><li>b</li></ul></li></ul>',
    ],
    ['blank items go', '<ul><li> </li><li>a</li></ul><ol><li></li></ol>', '<ul><li>a</li></ul>'],
    ['an item outside of a list is text', '<li>a</li>', '<p>a</p>'],
    SAME('definitions stay', '<dl><dt>a</dt><dd>b</dd></dl>'),
    [
      'definitions in boxes stay',
      '<dl><div><dt>a</dt><dd>b</dd></div></dl>',
      '<dl><dt>a</dt><dd>b</dd></dl>',
    ],
    SAME(
      'tables stay',
      '<table><caption>a</caption><thead><tr><th>b</th><th>c</th></tr></thead><tbody><tr><td>d</td><td></td></tr></tbody></table>',
    ),
    [
      'a table that keeps one thing in place goes',
      '<table><tr><td><p>a</p><p>b</p></td></tr></table>',
      '<p>a</p><p>b</p>',
    ],
    ['a table of nothing goes', '<table><tr><td></td><td> </td></tr></table>', ''],
    [
      'quotations have paragraphs',
      '<blockquote>a<br><br>b</blockquote>',
      '<blockquote><p>a</p><p>b</p></blockquote>',
    ],
    SAME('preformatted text stays', '<pre>a\n\n  b<b>c</b></pre>'),
    SAME('what folds up stays', '<details open=""><summary>a</summary><p>b</p></details>'),
    ['asides stay', '<aside><div>a</div></aside>', '<aside><p>a</p></aside>'],
    [
      'recordings stand between',
      '<p>a<video src="https://mill.example/1.mp4"></video>b</p>',
      '<p>a</p><video src="https://mill.example/1.mp4" controls preload="none"></video><p>b</p>',
    ],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(html).html).toBe(expected);
  });
});

describe('a language or direction', () => {
  const ARABIC = '<p>نظر الطحان إلى الريح ثم فتح الباب</p>';
  test.for([
    ['that is the article’s own goes', '<div dir=ltr><p dir=LTR>a</p></div>', '<p>a</p>'],
    ['that is none goes', '<p lang="?" dir=auto>a</p>', '<p>a</p>'],
    ['of its own stays', '<div dir=rtl><p lang=ar>a</p></div>', '<div dir="rtl"><p lang="ar">a</p></div>'],
    [
      'turned back stays',
      '<div dir=rtl>a<p dir=ltr>b</p></div>',
      '<div dir="rtl"><p>a</p><p dir="ltr">b</p></div>',
    ],
    ['of one word stays', '<p>a <span lang=fr>b</span></p>', '<p>a <span lang="fr">b</span></p>'],
    ['of an article from right to left is around all of it', ARABIC, `<div dir="rtl">${ARABIC}</div>`],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(html).html).toBe(expected);
  });
});

test('captions, headings and the names of frames come into a summary only where there is no other text', () => {
  const figure = '<figure><img src=1.jpg><figcaption>b</figcaption></figure>';
  expect(cleaned(`${figure}<p>a</p>`).summary).toBe('a');
  expect(cleaned(figure).summary).toBe('b');
  expect(cleaned(`<h2>c</h2><iframe src="https://play.example/1"></iframe><p>a</p>`).summary).toBe('a');
});
