import { describe, expect, test } from 'vitest';
import { HOSTILE, img } from './hostile.ts';
import { cleaned, forbidden, sanitised } from './html.ts';

describe.for(Object.entries(HOSTILE))('%s', ([, cases]) => {
  test.for(cases)('%s', ([, html, expected]) => {
    expect(sanitised(html)).toBe(expected);
    expect(forbidden(expected)).toEqual([]);
  });
});

const SAME = (name: string, html: string): [string, string, string] => [name, html, html];

describe('an article keeps', () => {
  test.for([
    SAME('its paragraphs', '<p>a</p>\n<p>b<br>c</p>'),
    SAME('its headings', '<h1>a</h1><h2>b</h2><h6>c</h6>'),
    SAME(
      'its emphasis',
      '<p><b>a</b><strong>b</strong><em>c</em><i>d</i><u>e</u><s>f</s><small>g</small></p>',
    ),
    SAME('its lists', '<ul><li>a<ol start="3" reversed="" type="i"><li value="7">b</li></ol></li></ul>'),
    SAME('its definitions', '<dl><dt>a</dt><dd>b</dd></dl>'),
    SAME(
      'its tables',
      '<table><caption>a</caption><thead><tr><th scope="col">b</th><th colspan="2" rowspan="3">c</th></tr></thead><tbody><tr><td>d</td><td></td></tr></tbody></table>',
    ),
    SAME('its quotations', '<blockquote><p>a</p><footer><cite>b</cite></footer></blockquote><q>c</q>'),
    SAME('its preformatted text', '<pre>a\n  b\n\n\tc</pre><code>d</code>'),
    SAME('the first blank line of that', '<pre>\n\na</pre>'),
    SAME('its ruby', '<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>'),
    SAME(
      'its figures',
      `<figure>${img('1.jpg', ' alt="a" title="b" width="9" height="8"')}<figcaption>c</figcaption></figure>`,
    ),
    SAME('what it folds up', '<details open=""><summary>a</summary>b</details>'),
    SAME('its languages and directions', '<p lang="zh-Hant" dir="rtl">a<bdo dir="ltr">b</bdo></p>'),
    SAME('its dates', '<time datetime="2026-03-10T14:12:33Z">a</time>'),
    SAME('its sub- and superscripts', 'H<sub>2</sub>O, m<sup>2</sup>'),
    SAME('its insertions and deletions', '<ins>a</ins><del>b</del><mark>c</mark><abbr title="d">e</abbr>'),
    SAME('its rules and places to break', 'a<hr>b<wbr>c'),
    SAME('its bare text', '磨坊 — a'),
    [
      'only the text of elements unknown to it',
      '<share-box><font color=red>a</font> <blink>b</blink></share-box>',
      'a b',
    ],
    ['the space of an empty element', 'a<span> </span>b', 'a b'],
    ['what stands in a form', '<form><p>a</p></form>', '<p>a</p>'],
  ] as const)('%s', ([, html, expected]) => {
    expect(sanitised(html)).toBe(expected);
  });

  test.for([
    ['an empty block between them', 'a<div></div>b'],
    ['a block of nothing to see between them', 'a<p>&nbsp;</p>b'],
    ['their own tags, which go', '<center>a</center><center>b</center>'],
    ['a form', '<form>a</form><form>b</form>'],
  ] as const)('two texts apart that were so by %s', ([, html]) => {
    expect(cleaned(html).html).toMatch(/^(?:<[^>]+>)*a(?:<[^>]+>|\s)+b(?:<[^>]+>)*$/);
  });
});

const link = (href: string): string => `<a href="${href}">a</a>`;

describe('a link', () => {
  test.for([
    ['is kept', link('https://other.example/?a=1&amp;b=2#c'), link('https://other.example/?a=1&amp;b=2#c')],
    ['may be http', link('http://other.example/'), link('http://other.example/')],
    ['may be a mail address', link('mailto:miller@mill.example'), link('mailto:miller@mill.example')],
    ['keeps no title', '<a href="/1" title="b">a</a>', '<a href="https://mill.example/1">a</a>'],
    ['becomes absolute', link('../1.html?x'), link('https://mill.example/a/1.html?x')],
    ['becomes absolute from the root', link('/1.html'), link('https://mill.example/1.html')],
    ['becomes absolute from the host', link('//other.example/1'), link('https://other.example/1')],
    ['may have spaces around it', link(' \n https://other.example/1 '), link('https://other.example/1')],
    ['may be written in Chinese', link('https://other.example/风'), link('https://other.example/%E9%A3%8E')],
    [
      'tracks nobody',
      link('https://other.example/?utm_source=x&amp;id=1'),
      link('https://other.example/?id=1'),
    ],
    [
      'around a picture stays',
      `<a href="/1"><img src="/1.jpg"></a>`,
      `<a href="https://mill.example/1"><img src="https://mill.example/1.jpg" referrerpolicy="no-referrer"></a>`,
    ],
    [
      'around a block stays',
      `<a href="/1"><div>a</div></a>`,
      `<a href="https://mill.example/1"><div>a</div></a>`,
    ],
    ['into the page itself is text', link('#a'), 'a'],
    ['to nowhere is text', link(''), 'a'],
    ['with nothing in it goes', '<a href="/a/1"></a>b', 'b'],
  ] as const)('%s', ([, html, expected]) => {
    expect(sanitised(html)).toBe(expected);
  });
});

describe('a picture', () => {
  test.for([
    ['is not refused for where it is shown', '<img src="https://mill.example/a/b/1.jpg">', img('1.jpg')],
    ['becomes absolute', '<img src=1.jpg>', img('1.jpg')],
    ['becomes absolute from the host', '<img src=//mill.example/a/b/1.jpg>', img('1.jpg')],
    [
      'keeps its size and description',
      '<img src=1.jpg alt="a &quot;b&quot;" title=c width=9 height=8>',
      img('1.jpg', ' alt="a &quot;b&quot;" title="c" width="9" height="8"'),
    ],
    ['without an address is none', '<img alt="a">', ''],
  ] as const)('%s', ([, html, expected]) => {
    expect(sanitised(html)).toBe(expected);
  });
});

const media = (name: string, file: string, rest = ''): string =>
  `<${name} src="https://mill.example/a/b/${file}"${rest} controls preload="none"></${name}>`;

describe('a recording', () => {
  test.for([
    ['plays when asked to', '<video src=1.mp4></video>', media('video', '1.mp4')],
    [
      'does not play by itself',
      '<audio src=1.mp3 autoplay loop muted preload=auto></audio>',
      media('audio', '1.mp3'),
    ],
    [
      'has its still',
      '<video src=1.mp4 poster=1.jpg></video>',
      media('video', '1.mp4', ' poster="https://mill.example/a/b/1.jpg"'),
    ],
    [
      'is the first source that can be used',
      '<video><source src="blob:x"><source src=1.mp4><source src=2.mp4>b</video>',
      media('video', '1.mp4'),
    ],
    [
      'without a source is what stands in its place',
      '<video>no <a href="https://a.example/">a</a></video>',
      'no <a href="https://a.example/">a</a>',
    ],
    ['in a frame is none', '<iframe src="https://play.example/1" title=" a ">a</iframe>', ''],
  ] as const)('%s', ([, html, expected]) => {
    expect(sanitised(html)).toBe(expected);
  });
});

describe('the text of an article', () => {
  test.for([
    ['has a space between blocks', '<p>a</p><p>b</p><ul><li>c<li>d</ul>', 'a b c d'],
    ['has one between lines', 'a<br>b', 'a b'],
    ['has one between cells', '<table><tr><td>a<td>b</table>', 'a b'],
    ['has one between blocks that lose their tags', '<main>a</main><main>b</main>', 'a b'],
    ['has none within a word', 'a<b>b</b><span>c</span>', 'abc'],
    ['is text', '1 &lt; 2 &amp;amp; &quot;', '1 < 2 &amp; "'],
    [
      'has nothing that is not shown',
      'a<script>b</script><style>c</style><svg><text>d</text></svg><!--e-->',
      'a',
    ],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(html).summary).toBe(expected);
  });
});

test('elements nested beyond reason keep what they say', () => {
  const html = sanitised('<div>'.repeat(300) + 'a' + '</div>'.repeat(300) + '<p>b</p>');
  expect(html).toMatch(/^(?:<div>){100,200}a(?:<\/div>)+<p>b<\/p>$/);
});
