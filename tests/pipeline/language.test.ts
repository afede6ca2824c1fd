import { describe, expect, test } from 'vitest';
import { NOON, seedText } from '../support/seeds.ts';
import { Mill } from './mill.ts';

const seed = (number: number, text: string): string =>
  seedText({ time: NOON + number, url: `https://blog.example/${number}`, body: `<p>${text}</p>` });
const languages = (mill: Mill, path: string): (string | undefined)[] =>
  [...mill.bytes(path).matchAll(/<(?:feed|entry|source)[^>]* xml:lang="([^"]*)"/g)].map(
    ([, language]) => language,
  );

describe('a site without a recipe', () => {
  test('has a feed in the language of most of its articles', async () => {
    const mill = new Mill();
    mill.writeAll({
      'a.txt': seed(1, '風車轉動'),
      'b.txt': seed(2, 'Мельник'),
      'c.txt': seed(3, '水車轉動'),
    });
    await mill.pass();
    expect(languages(mill, 'outlets/blog.example.atom')).toEqual(['zh-Hant', 'zh-Hant', 'ru', 'zh-Hant']);
    expect(languages(mill, 'feed.atom')).toEqual([
      'zh-Hans',
      'zh-Hant',
      // Of its feed: a host's name is in no language.
      'und',
      'ru',
      'und',
      'zh-Hant',
      'und',
    ]);
  });

  test('keeps that after a restart, in the same bytes', async () => {
    const mill = new Mill();
    mill.write('a.txt', seed(1, 'Мельник'));
    await mill.pass();
    const before = mill.documents();
    await mill.stop();
    expect((await mill.pass()).published).toEqual([]);
    expect(mill.documents()).toEqual(before);
    expect(languages(mill, 'outlets/blog.example.atom')[0]).toBe('ru');
  });
});

test('an article of an outlet that mixes its scripts says which it is in', async () => {
  const mill = new Mill();
  mill.write('a.txt', seedText({ body: '<p>風車轉動的時候</p>' }));
  await mill.pass();
  expect(languages(mill, 'outlets/voa.atom')).toEqual(['zh-Hans', 'zh-Hant']);
});
