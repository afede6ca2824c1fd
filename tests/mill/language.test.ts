import { expect, test } from 'vitest';
import { guessLanguage } from '../../src/mill/language.ts';

test.for([
  ['Chinese', 'zh', '磨坊主先看风向，再开闸门。'],
  ['traditional Chinese', 'zh', '磨坊主先看風向，再開閘門。'],
  ['Chinese with English in it', 'zh', '磨坊主在 Windmill Weekly 上读到一则旧闻：水车又转了。'],
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
  expect(guessLanguage('风'.repeat(1024) + 'wind'.repeat(10_000))).toBe('zh');
});
