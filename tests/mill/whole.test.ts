// Whatever an article is made of, its words come out: each once, in their order, apart as they were.
import * as fc from 'fast-check';
import { load } from 'cheerio';
import { expect, test } from 'vitest';
import { cleaned } from './html.ts';

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly children?: readonly Node[];
}

/** Words are numbered when the whole is put together, so that each is there once. */
const WORD = '\u0001';
const word = fc.constant(WORD);
const around =
  (name: string, attributes = '') =>
  (content: string): string =>
    `<${name}${attributes}>${content}</${name}>`;
const several = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(arbitrary, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));

const { inline, block } = fc.letrec<{ inline: string; block: string; flow: string }>((tie) => ({
  inline: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    word,
    fc.constantFrom(' ', '<br>', '<br><br>', '<img src=1.jpg>'),
    ...['b', 'em', 'a href=/1', 'span', 'span lang=fr', 'sup', 'code', 'font', 'small', 'q'].map((tag) => {
      const [name, ...attributes] = tag.split(' ');
      return several(tie('inline')).map(around(name!, attributes.map((each) => ` ${each}`).join('')));
    }),
  ),
  block: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    several(tie('inline')).map(around('p')),
    several(tie('inline')).map(around('h2')),
    several(tie('inline')).map(around('pre')),
    several(tie('flow')).map(around('div')),
    several(tie('flow')).map(around('section', ' dir=rtl')),
    several(tie('flow')).map(around('blockquote')),
    several(tie('flow')).map(around('a', ' href=/1')),
    several(tie('flow')).map(around('figure')),
    several(tie('flow')).map(
      (content) => `<figure><img src=1.jpg><figcaption>${content}</figcaption></figure>`,
    ),
    several(tie('flow')).map(
      (content) => `<div><img src=1.jpg><p class=wp-caption-text>${WORD}</p>${content}</div>`,
    ),
    several(tie('flow').map(around('li'))).map(around('ul')),
    several(tie('flow')).map(around('ol')),
    several(tie('flow').map((content) => `<dt>${WORD}</dt><dd>${content}</dd>`)).map(around('dl')),
    several(tie('flow').map(around('td'))).map((cells) => `<table><tr>${cells}</tr></table>`),
    several(tie('flow')).map((content) => `<details><summary>${WORD}</summary>${content}</details>`),
  ),
  flow: fc.oneof({ maxDepth: 4 }, tie('inline'), tie('block')),
}));
const article = fc.array(fc.oneof(inline, block), { minLength: 1, maxLength: 6 }).map((parts) => {
  let count = 0;
  return parts.join('').replaceAll(WORD, () => `w${(count += 1)}w`);
});

const BREAKS = new Set(
  'p div section h2 pre blockquote figure figcaption ul ol li dl dt dd table tbody tr td details summary br img'.split(
    ' ',
  ),
);

/** The words of `html` as a browser parses it, glued where nothing parts them. */
function words(html: string): string[] {
  let text = '';
  const walk = (node: Node): void => {
    text += node.type === 'text' ? node.data : '';
    const apart = BREAKS.has(node.name ?? '');
    if (apart) text += ' ';
    node.children?.forEach(walk);
    if (apart) text += ' ';
  };
  load(`<!doctype html><body>${html}`)('body').toArray().forEach(walk);
  return text.split(/\s+/).filter((each) => each !== '');
}

test('no word of an article is lost, doubled, moved, or glued to another', () => {
  fc.assert(
    fc.property(article, (html) => {
      expect(words(cleaned(html).html)).toEqual(words(html));
    }),
    { numRuns: 2000 },
  );
});
