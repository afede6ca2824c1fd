import { describe, expect, test } from 'vitest';
import { readBylines } from '../../src/mill/bylines.ts';
import { parseBody } from '../../src/mill/clean/dom.ts';

const RULES = [
  { select: '.by', match: null },
  { select: 'p', match: '^记者[：:] ?(.+?) ?责编' },
];
const authors = (html: string): string[] => readBylines(parseBody(html), RULES, () => {});

describe('the authors of an article', () => {
  test.for([
    ['are where the recipe says', '<address class=by> 林叶、 麦青,A  B </address>', ['林叶', '麦青', 'A B']],
    [
      'are those of the first place that names any',
      '<i class=by> </i><p>记者：张三 责编：李四</p>',
      ['张三'],
    ],
    ['stand in a line', '<p>文 <br>记者：张三 责编：李四</p>', ['张三']],
    ['stand in a block', '<div class=by><p>张三</p><p>李四</p></div>', ['张三']],
    ['are named once', '<i class=by>A,A</i>', ['A']],
    ['have no characters that XML cannot carry', '<i class=by>张&#8;三\uFFFE\u202E</i>', ['张三']],
    ['are none where nobody is named', '<p>他对记者：“不知道。”</p>', []],
    ['are none in a long text', `<i class=by>${'风'.repeat(400)}</i>`, []],
    ['are none in a long list', '<i class=by>a,b,c,d,e,f,g,h,i,j,k</i>', []],
  ] as const)('%s', ([, html, expected]) => {
    expect(authors(html)).toEqual(expected);
  });
});
