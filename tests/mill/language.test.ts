import { describe, expect, test } from 'vitest';
import { guessLanguage, isRightToLeft, languageOf } from '../../src/mill/language.ts';

test.for([
  ['Chinese', 'zh-Hans', '磨坊主先看风向，再开闸门。'],
  ['traditional Chinese', 'zh-Hant', '磨坊主先看風向，再開閘門。'],
  ['Chinese of characters that both scripts have', 'zh', '天下大同，人人有田。'],
  ['Chinese with English in it', 'zh-Hans', '磨坊主在 Windmill Weekly 上读到一则旧闻：水车又转了。'],
  ['Japanese', 'ja', '粉屋は風向きを見てから水門を開けました。'],
  ['Korean', 'ko', '방앗간 주인은 바람을 보고 문을 열었다.'],
  ['Russian', 'ru', 'Мельник посмотрел на ветер и открыл ворота.'],
  ['Arabic', 'ar', 'نظر الطحان إلى الريح ثم فتح الباب'],
  ['Hebrew', 'he', 'הטוחן הביט ברוח ופתח את השער'],
  ['Greek', 'el', 'Ο μυλωνάς κοίταξε τον άνεμο'],
  ['Thai', 'th', 'คนโม่แป้งมองดูลม'],
  ['Tibetan', 'bo', 'རླུང་འཁོར་དལ་བུས་འཁོར།'],
  ['English, as in every language of Latin letters', 'und', 'The miller watched the wind.'],
  [
    'English with a Chinese word in it',
    'und',
    'The miller calls his wheel 水车 and watches the wind all day.',
  ],
  ['numbers', 'und', '2026-03-10, 12:00'],
  ['nothing', 'und', ''],
] as const)('a text is in %s', ([, language, text]) => {
  expect(guessLanguage(text)).toBe(language);
});

test('the beginning of a text tells', () => {
  expect(guessLanguage('风'.repeat(1024) + 'wind'.repeat(10_000))).toBe('zh-Hans');
});

describe('an article of an outlet that writes', () => {
  test.for([
    ['simplified Chinese, in traditional, is in that', 'zh-Hans', '磨坊主先看風向。', 'zh-Hant'],
    ['traditional Chinese, in simplified, is in that', 'zh-Hant', '磨坊主先看风向。', 'zh-Hans'],
    ['as Taiwan does, in simplified, is in that', 'zh-TW', '磨坊主先看风向。', 'zh-Hans'],
    ['as Hong Kong does keeps that', 'zh-HK', '磨坊主先看風向。', 'zh-HK'],
    ['Chinese is in that where no character tells', 'zh-Hans', '天下大同', 'zh-Hans'],
    ['Chinese is in the script of most of it', 'zh-Hans', '風向：磨坊主先看风向，再开闸门。', 'zh-Hans'],
    ['Uyghur is in Uyghur whatever it quotes', 'ug', '磨坊主先看风向。', 'ug'],
    ['nothing in particular is in what its text tells', null, 'Мельник посмотрел', 'ru'],
  ] as const)('%s', ([, usual, text, expected]) => {
    expect(languageOf(text, usual)).toBe(expected);
  });
});

test.for([
  ['ar', true],
  ['he', true],
  ['ug', true],
  ['fa-IR', true],
  ['zh-Hans', false],
  ['und', false],
] as const)('%s is read from right to left: %s', ([language, expected]) => {
  expect(isRightToLeft(language)).toBe(expected);
});
