// Text is taken word by word from the parser's hands: the tree is the one that it would have built.
import { load } from 'cheerio';
import * as fc from 'fast-check';
import { Parser } from 'parse5';
import { adapter } from 'parse5-htmlparser2-tree-adapter';
import { expect, test } from 'vitest';
import { parseBody } from '../../src/mill/clean/dom.ts';

const MARKUP =
  '< </ <p> </p> <b> </b> <i> </i> <table> <td> </table> <svg> </svg> <select> <pre> <title> </title> <textarea> ' +
  '</textarea> <script> </script> <plaintext> <template> </template> <![CDATA[ ]]> & &amp; &lt &#13; &#0; <a&b="c&d">';
const fragment = fc.oneof(
  fc.constantFrom(...MARKUP.split(' ')),
  fc.constantFrom('a', '风', '，', '🎉', '\0', '\u0001', '\u007f', '\u0085', '\ufeff', '\uffff'),
  fc.constantFrom(' ', '\n', '\r', '\r\n', '\t', '\f'),
);
/** The parser lets go of what it has read when that is longer than 65,536 units. */
const LONG = '风'.repeat(70_000);
const body = fc
  .array(fc.oneof({ weight: 99, arbitrary: fragment }, { weight: 1, arbitrary: fc.constant(LONG) }), {
    maxLength: 40,
    size: 'max',
  })
  .map((fragments) => fragments.join(''));

/** Comments are none of the tree that articles are read from. */
const treeAdapter: typeof adapter = {
  ...adapter,
  appendChild(parent, child) {
    if (!adapter.isCommentNode(child)) adapter.appendChild(parent, child);
  },
  insertBefore(parent, child, reference) {
    if (!adapter.isCommentNode(child)) adapter.insertBefore(parent, child, reference);
  },
};

test('a body is read as by the parser itself', () => {
  fc.assert(
    fc.property(body, (html) => {
      const page = `<!doctype html><body>${html}`;
      const expected = Parser.parse(page, { scriptingEnabled: false, treeAdapter });
      expect(load(parseBody(html)).html()).toBe(load(expected).html());
    }),
    { numRuns: 1000 },
  );
});
