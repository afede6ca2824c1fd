// What the soak would not let pass.
import { beforeEach, describe, expect, test } from 'vitest';
import { readDocument, type ReadDocument, type ReadEntry } from './documents.ts';
import { type Copy, Model, Violation } from './model.ts';
import { Random } from './random.ts';

const WINDOW = 3;

/** Five articles of one outlet, the later the newer, settled; each in a file of its number. */
let model: Model;
beforeEach(() => {
  model = new Model(WINDOW);
  for (let i = 0; i < 5; i += 1) {
    model.create('mill', `https://mill.example/${i}`);
    model.put(`${i}.txt`, copy(i));
  }
  for (let i = 0; i < 5; i += 1) model.articleOf(entry(copy(i)));
  model.settle();
});

function copy(article: number, changes: Partial<Copy> = {}): Copy {
  return { article, time: article, title: `t${article}`, mark: `m${article}`, ...changes };
}

function entry({ article, title, mark }: Copy, changes: Partial<ReadEntry> = {}): ReadEntry {
  const content = `<p>末 ${mark}。</p>`;
  return {
    id: `id${article}`,
    link: `https://mill.example/${article}`,
    title,
    content,
    updated: 0,
    ...changes,
  };
}

function feed(copies: readonly Copy[], deleted: readonly string[] = []): ReadDocument {
  return { entries: copies.map((each) => entry(each)), deleted, previous: null };
}

const NEWEST = [4, 3, 2].map((number) => copy(number));

describe('a feed is refused', () => {
  test.for<[string, () => ReadDocument]>([
    ['if it lacks an article', () => feed(NEWEST.slice(1))],
    ['if an article is twice in it', () => feed([NEWEST[0]!, NEWEST[0]!, NEWEST[1]!])],
    ['if the order is another', () => feed([NEWEST[1]!, NEWEST[0]!, NEWEST[2]!])],
    ['if there are too many', () => feed([...NEWEST, copy(1)])],
    ['if an article is as it never was', () => feed([copy(4, { mark: 'other' }), ...NEWEST.slice(1)])],
    ['if an article is cut short', () => feed([copy(4, { mark: '' }), ...NEWEST.slice(1)])],
    ['if what has a seed is withdrawn', () => feed(NEWEST, ['id1'])],
    [
      'if an id is another',
      () => ({ ...feed([]), entries: NEWEST.map((each, i) => entry(each, i === 0 ? { id: 'new' } : {})) }),
    ],
    [
      'if what is of no seed is in it',
      () => ({ ...feed([]), entries: [entry(copy(4), { id: 'x', link: 'https://other.example/' })] }),
    ],
  ])('%s', ([, document]) => {
    model.check(null, feed(NEWEST));
    expect(() => model.check(null, document())).toThrow(Violation);
  });
});

test('in a round an edited article may be as it was or as it is; settled, only as it is', () => {
  const edited = copy(4, { mark: 'edited' });
  model.put('4.txt', edited);
  for (const each of [copy(4), edited]) model.check(null, feed([each, ...NEWEST.slice(1)]));
  model.settle();
  model.check(null, feed([edited, ...NEWEST.slice(1)]));
  expect(() => model.check(null, feed(NEWEST))).toThrow(/is none of/);
});

test('in a round an article whose seed went may be there or not; settled, it is not', () => {
  model.remove('4.txt');
  model.check(null, feed(NEWEST));
  model.check(
    null,
    feed(
      [3, 2, 1].map((number) => copy(number)),
      ['id4'],
    ),
  );
  model.settle();
  expect(model.difference(null, feed(NEWEST))).toMatch(/entry 0 must be .*mill.example\/3/);
  expect(model.untold(null, [])).toEqual(['https://mill.example/4']);
  expect(model.untold('mill', ['id4'])).toEqual([]);
});

test('a seed that is moved is never missed', () => {
  model.move('4.txt', 'elsewhere/4.txt');
  expect(() => model.check(null, feed([3, 2, 1].map((number) => copy(number))))).toThrow(/is missing/);
});

test('of several copies the latest counts, then the first file name', () => {
  model.put('b.txt', copy(0, { time: 9, mark: 'b' }));
  model.put('a.txt', copy(0, { time: 9, mark: 'a' }));
  expect(model.live(null).map(({ mark }) => mark)).toEqual(['a', 'm4', 'm3', 'm2', 'm1']);
});

test('Atom, RSS and JSON are read alike, and nothing that is not well-formed', () => {
  const atom = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
    <link rel="prev-archive" href="/1"/><at:deleted-entry ref="gone" when="2026-01-01T00:00:00Z"/>
    <entry><id>i</id><title>t</title><link rel="alternate" href="l"/><content>c</content>
    <updated>1970-01-01T00:00:00Z</updated><source><id>other</id></source></entry></feed>`;
  const rss = `<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">
    <channel><atom:link rel="prev-archive" href="/1"/><item><guid>i</guid><title>t</title><link>l</link>
    <content:encoded>c</content:encoded><atom:updated>1970-01-01T00:00:00Z</atom:updated></item></channel></rss>`;
  const item = { id: 'i', url: 'l', title: 't', content_html: 'c', date_modified: '1970-01-01T00:00:00Z' };
  const json = JSON.stringify({ next_url: '/1', items: [item] });
  const read = { entries: [{ id: 'i', link: 'l', title: 't', content: 'c', updated: 0 }], previous: '/1' };
  expect(readDocument('atom', atom)).toEqual({ ...read, deleted: ['gone'] });
  expect(readDocument('rss', rss)).toEqual({ ...read, deleted: [] });
  expect(readDocument('json', json)).toEqual({ ...read, deleted: [] });
  expect(() => readDocument('atom', atom.replace('</title>', ''))).toThrow(/unexpected close tag/);
});

test('chance can be had again', () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.below(1_000));
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});
