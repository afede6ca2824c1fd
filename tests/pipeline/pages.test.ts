// The pages for people follow what there is, and change with nothing else.
import { load } from 'cheerio';
import { describe, expect, test } from 'vitest';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';
import { Mill, MINUTE } from './mill.ts';

/** The paths of the seeds that the first page names as rejected. */
function rejectedOn(mill: Mill, path = 'index.html'): string[] {
  const $ = load(mill.bytes(path));
  return $('.rejected code')
    .toArray()
    .map((element) => $(element).text());
}

describe('the first page', () => {
  test('names the seeds rejected lately, though no article has come or gone, and no more when they are mended', async () => {
    const mill = new Mill();
    mill.write('a.txt', numberedSeed(1));
    await mill.pass();
    expect(rejectedOn(mill)).toEqual([]);
    mill.writeAt(NOON, 'older.txt', 'no header');
    mill.writeAt(NOON + MINUTE, 'newer.txt', '');
    expect((await mill.pass(['older.txt', 'newer.txt'])).published).toEqual(['index.html', 'index.en.html']);
    for (const path of ['index.html', 'index.en.html']) {
      expect(rejectedOn(mill, path)).toEqual(['newer.txt', 'older.txt']);
    }
    mill.remove('newer.txt');
    mill.write('older.txt', numberedSeed(2));
    await mill.pass();
    expect(rejectedOn(mill)).toEqual([]);
  });

  test('forgets a rejected seed that is gone, though nothing else happens', async () => {
    const mill = new Mill();
    mill.write('a.txt', numberedSeed(1));
    mill.write('b.txt', 'no header');
    await mill.pass();
    mill.remove('b.txt');
    await mill.pass();
    expect(rejectedOn(mill)).toEqual([]);
  });

  test('begins with the rejected seed that was written last, also where it was one before', async () => {
    const mill = new Mill();
    mill.writeAt(NOON, 'a.txt', 'no header');
    mill.writeAt(NOON + MINUTE, 'b.txt', 'no header');
    await mill.pass();
    expect(rejectedOn(mill)).toEqual(['b.txt', 'a.txt']);
    mill.writeAt(NOON + 2 * MINUTE, 'a.txt', 'still no header');
    await mill.pass();
    expect(rejectedOn(mill)).toEqual(['a.txt', 'b.txt']);
  });

  test('names none where that is turned off', async () => {
    const mill = new Mill({ yaml: 'page: { rejected: false }' });
    mill.write('a.txt', numberedSeed(1));
    mill.write('b.txt', 'no header');
    await mill.pass();
    expect(rejectedOn(mill)).toEqual([]);
    mill.write('c.txt', 'no header');
    expect((await mill.pass(['c.txt'])).published).toEqual([]);
  });

  test('names ten at most', async () => {
    const mill = new Mill();
    for (let i = 10; i < 25; i += 1) mill.writeAt(NOON + i * MINUTE, `${i}.txt`, 'no header');
    await mill.pass();
    expect(rejectedOn(mill)).toEqual(Array.from({ length: 10 }, (_, i) => `${24 - i}.txt`));
  });

  test('is there before there are articles', async () => {
    const mill = new Mill();
    await mill.pass();
    const $ = load(mill.bytes('index.en.html'));
    expect($('.newest').text()).toContain('There are no articles yet.');
    expect($('.outlets, svg').length).toBe(0);
  });
});

describe('a page', () => {
  test('shows each headline in its own language, with its picture, and counts days over all outlets', async () => {
    const mill = new Mill();
    const body = '<p>正文</p><p><img src="https://p.example/1.jpg" width="600" height="400"></p>';
    mill.write('a.txt', seedText({ title: '有图', body }));
    mill.write('b.txt', seedText({ title: '无图', url: 'https://other.example/1', time: NOON - 86_400_000 }));
    await mill.pass();
    const $ = load(mill.bytes('index.en.html'));
    const shown = $('.headlines li')
      .toArray()
      .map((item) => [
        $(item).find('h3').text(),
        $(item).find('img').attr('src'),
        $(item).find('h3').attr('lang'),
      ]);
    expect(shown).toEqual([
      ['有图', 'https://p.example/1.jpg', 'zh-Hans'],
      ['无图', undefined, 'zh-Hans'],
    ]);
    expect($('rect').length).toBe(2);
    const outlet = load(mill.bytes('outlets/voa/index.en.html'));
    expect(outlet('.headlines li').length).toBe(1);
    expect(outlet('rect').length).toBe(1);
    expect(outlet('svg').attr('aria-label')).toContain('1 in all');
  });

  test('is the same bytes for whoever comes to the same seeds', async () => {
    const mill = new Mill();
    for (let i = 0; i < 5; i += 1) {
      mill.write(`${i}.txt`, numberedSeed(i, i % 2 ? undefined : 'www.bbc.com'));
      await mill.pass([`${i}.txt`]);
    }
    mill.write('bad.txt', 'no header');
    await mill.pass();
    expect(mill.documents()).toEqual(await mill.freshDocuments());
  });
});
