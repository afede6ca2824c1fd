// Whatever a body is: what comes of it is allowed, and is left alone the second time.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOSTILE } from './hostile.ts';
import { cleaned, forbidden, sanitised } from './html.ts';

const tags = (names: string): string[] => names.split(' ').flatMap((name) => [`<${name}>`, `</${name}>`]);
const ELEMENTS = tags(
  'a b i p div span h1 h2 ul li dl dt dd table caption thead tr td th ruby rb rt rp pre blockquote details ' +
    'summary figure center font main form fieldset marquee nobr video picture custom-box',
);
const WITH_ATTRIBUTES = [
  '<a href=1>',
  '<a href="#x">',
  '<a href="javascript:alert(1)">',
  '<p title="]]>" onclick=x>',
  '<td colspan=2>',
  '<li value=2>',
  '<img src=1.jpg>',
  '<img src=x onerror=alert(1) alt="&quot;&#13;\n">',
  '<iframe src="https://play.example/1"></iframe>',
  '<video src=1.mp4></video>',
];
const TEXT = 'a 风 &nbsp; &#13; &lt; &amp; < > " ]]> --> <br> <hr> <wbr> <img>'.split(' ');
const SPACE = [' ', '\n', '\r', '\f'];
/** What takes much or all of the rest with it. */
const GREEDY = [
  ...tags('select option button svg math mtext style title textarea template noscript xmp plaintext'),
  ...'<!-- <![CDATA[ <? </ \0 <frameset> <body/onload=x> <base/href="https://evil.example/">'.split(' '),
];
const fragment = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...ELEMENTS) },
  { weight: 5, arbitrary: fc.constantFrom(...WITH_ATTRIBUTES) },
  { weight: 5, arbitrary: fc.constantFrom(...TEXT, ...SPACE) },
  { weight: 1, arbitrary: fc.constantFrom(...GREEDY) },
);
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fragment, { maxLength: 25, size: 'max' }).map((fragments) => fragments.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.oneof(fragment, fc.string({ unit: 'binary', maxLength: 2 })) }),
  },
);

describe('whatever a body is', () => {
  test('only what is allowed is published of it', () => {
    fc.assert(
      fc.property(body, (html) => {
        expect(forbidden(cleaned(html).html)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  test('what is published is left as it is by sanitising it again', () => {
    fc.assert(
      fc.property(body, (html) => {
        const once = sanitised(html);
        expect(sanitised(once)).toBe(once);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('what is published is left as it is by sanitising it again', () => {
  test.for([
    ['a blank line in preformatted text', '<pre>\n\na</pre>'],
    ['a carriage return', 'a&#13;b'],
    ['a carriage return in an attribute', '<img src=1.jpg alt="a&#13;b">'],
    ['a frame in a paragraph', '<p>a<iframe src="https://play.example/"></iframe>b</p>'],
    ['a frame in a link', '<a href=1>a<iframe src="https://play.example/"></iframe>b</a>'],
    ['a frame without a name', '<iframe src="https://play.example/" title="&#1;"></iframe>'],
    ['a link in a link', '<a href=1><marquee><a href=2>a</a></marquee></a>'],
    ['a rule in a paragraph', '<p>a<marquee><hr></marquee>b</p>'],
    ['a paragraph in a paragraph', '<p><marquee><p>a</p></marquee></p>'],
    ['a heading in a heading', '<h1>a<center><h2>b</h2></center></h1>'],
    ['an item in an item', '<ul><li>a<center><li>b</li></center></li></ul>'],
    ['a definition in a definition', '<dl><dd>a<main><dd>b</dd></main></dd></dl>'],
    ['a link in a table in a link', '<a href=1>a<table><tr><td><a href=2>b</a></table></a>'],
  ] as const)('%s', ([, html]) => {
    const once = sanitised(html);
    expect(sanitised(once)).toBe(once);
  });

  test.for(Object.entries(HOSTILE))('%s', ([, cases]) => {
    const changed = cases.filter(([, html]) => {
      const once = sanitised(html);
      return sanitised(once) !== once;
    });
    expect(changed).toEqual([]);
  });
});
