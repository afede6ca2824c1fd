import { decodeHTMLStrict } from 'entities';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeMarkup, printable, summarise, titleText } from '../../src/mill/text.ts';

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('a title', () => {
  test.for([
    ['stands as it is', '风车转了一夜', '风车转了一夜'],
    ['keeps what only looks like markup', '1 < 2 & "x" > \'y\'', '1 < 2 & "x" > \'y\''],
    ['has its entities decoded', '&quot;风车&quot; &amp; &#27700;&#x8F66;', '"风车" & 水车'],
    ['has its entities decoded once', '&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['keeps an entity without a semicolon', 'AT&T &copy=1 &nbsp', 'AT&T &copy=1 &nbsp'],
    ['loses a backslash before a quotation mark, and no other', '\\“风\\车\\“', '“风\\车“'],
    ['keeps its brackets', '[上] (下)', '[上] (下)'],
    ['is one line', '风车\r\n转了\n\n一\u2028夜', '风车 转了 一 夜'],
    ['has single spaces', '  风车 \t  转了\u00a0\u3000一夜  ', '风车 转了 一夜'],
    ['loses spaces written as entities', '&nbsp;风车&nbsp;&nbsp;水车&nbsp;', '风车 水车'],
    ['has no zero-width space', '风\u200b车\u2060水\ufeff车&#8203;', '风车水车'],
    ['has no soft hyphen', 'wind\u00admill', 'windmill'],
    ['cannot turn its direction', '\u202egpj.exe\u202c \u2066x\u2069\u200f', 'gpj.exe x'],
    ['has no control characters', '风\u0000\u0008\u001b车\u007f\u0085\u009f', '风车'],
    ['has none written as an entity', '风&#8;&#x1b;车', '风车'],
    ['has no lone surrogate', '\ud83d风车\udca8', '风车'],
    ['has no noncharacter', '风\ufffe\uffff\ufdd0车', '风车'],
    ['keeps emoji joined', '👩‍🌾 🏳️‍🌈', '👩‍🌾 🏳️‍🌈'],
    ['keeps joiners between letters', 'می‌خواهم', 'می‌خواهم'],
    ['may be empty', '', ''],
    ['may be empty once it is cleaned', ' \u200b&nbsp;\n\u0007', ''],
  ] as const)('%s', ([, raw, title]) => {
    expect(titleText(raw)).toBe(title);
  });

  test('that is clean stays as it is', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const title = titleText(raw);
        fc.pre(!title.includes('&'));
        expect(titleText(title)).toBe(title);
      }),
    );
  });
});

describe('printable text', () => {
  test.for([
    ['keeps letters, marks and emoji', 'aé漢 💨 e\u0301', 'aé漢 💨 e\u0301'],
    ['keeps tabs and line feeds', 'a\tb\nc', 'a\tb\nc'],
    ['keeps what markup is made of', '<a href="x">&amp;]]></a>', '<a href="x">&amp;]]></a>'],
    ['keeps the replacement character', 'a\ufffdb', 'a\ufffdb'],
    ['has no control characters', 'a\u0000\u0001\u0008\u000b\u000e\u001f\u007f\u0080\u009fb', 'ab'],
    ['has its line ends as line feeds', 'a\r\nb\rc\n\rd', 'a\nb\nc\n\nd'],
    ['has no half of a pair', 'a\ud800b\udfffc\udfff\ud800', 'abc'],
    ['has no half of a pair left by what stood between', '\ud83d\u0000\udca8', ''],
  ] as const)('%s', ([, text, kept]) => {
    expect(printable(text)).toBe(kept);
  });

  test('stays as it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = printable(text);
        expect(once.isWellFormed()).toBe(true);
        expect(printable(once)).toBe(once);
      }),
    );
  });
});

test('escaped text is read back as it was', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.stringMatching(/^[&<>"';a-z#0-9]*$/)), (text) => {
      const escaped = escapeMarkup(text);
      expect(escaped).not.toMatch(/[<>"]/);
      expect(decodeHTMLStrict(escaped)).toBe(text);
    }),
  );
});

describe('a summary', () => {
  const chinese = '磨坊主先看了风向。后来他打开闸门，让水车慢慢转起来，又把 Windmill Weekly 的剪报贴在门上。';

  test.for([
    ['is the text itself where that fits', '磨坊很静', 4, '磨坊很静'],
    ['is one line', ' 磨坊\n\n很 \u00a0 静。 ', 10, '磨坊 很 静。'],
    ['ends with a Chinese sentence', `${'风'.repeat(7)}。${'雨'.repeat(9)}。`, 12, '风风风风风风风。'],
    ['ends with the last sentence that fits', '一。二三。四五六。七八九十', 10, '一。二三。四五六。'],
    [
      'keeps the quotation mark behind a sentence',
      '他说：“水来了。”然后又等了一会儿',
      10,
      '他说：“水来了。”',
    ],
    ['ends with an English sentence', 'The mill turned. The water rose again.', 20, 'The mill turned.'],
    ['takes no decimal point for a full stop', 'It weighs 12.5 kilos or more', 20, 'It weighs 12.5…'],
    [
      'does not end with a sentence in its first half',
      `一。${'我们'.repeat(20)}`,
      20,
      `一。${'我们'.repeat(8)}…`,
    ],
    ['ends between two Chinese words', '我们'.repeat(20), 20, `${'我们'.repeat(9)}…`],
    ['ends between two English words', 'windmills turn slowly at night', 20, 'windmills turn…'],
    [
      'keeps an English word in Chinese whole',
      chinese,
      39,
      `${chinese.slice(0, chinese.indexOf(' Weekly'))}…`,
    ],
    [
      'goes on behind an English word in Chinese',
      `他在 Linux 上${'写字'.repeat(30)}`,
      30,
      `他在 Linux 上${'写字'.repeat(9)}…`,
    ],
    ['of nothing is nothing', ' \n ', 10, ''],
  ] as const)('%s', ([, text, lengthMax, expected]) => {
    const summary = summarise(text, lengthMax);
    expect(summary).toBe(expected);
    expect(summary.length).toBeLessThanOrEqual(lengthMax);
  });

  test.for([
    ['emoji', '💨'.repeat(60)],
    ['emoji of many parts', '👩‍🌾'.repeat(40)],
    ['rare Chinese characters', '𠮷𠀋'.repeat(40)],
    ['marks upon letters', 'e\u0301o\u0308 '.repeat(60)],
    ['Chinese with English words', chinese.repeat(4)],
  ] as const)('never ends inside a character or a word: %s', ([, text]) => {
    const boundaries = new Set(
      [...new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)].map(({ index }) => index),
    );
    for (let lengthMax = 10; lengthMax < 120; lengthMax += 1) {
      const kept = summarise(text, lengthMax).replace(/…$/, '');
      expect(text.startsWith(kept)).toBe(true);
      const rest = text.slice(kept.length);
      expect(boundaries).toContain(kept.length + (rest.length - rest.trimStart().length));
    }
  });

  test.for(['x', '\u{10437}'])('of a word longer than itself is the beginning of that: %s…', (letter) => {
    const summary = summarise(letter.repeat(300), 60);
    expect(summary).toMatch(new RegExp(`^(?:${letter}){25,59}…$`, 'u'));
  });

  test('is never longer than allowed, and well-formed if the text is', () => {
    const wellFormed = fc.string({
      unit: fc.oneof(fc.constantFrom('。', ' ', 'a', '中'), fc.string({ unit: 'grapheme' })),
    });
    fc.assert(
      fc.property(wellFormed, fc.integer({ min: 1, max: 40 }), (text, lengthMax) => {
        const summary = summarise(text.toWellFormed(), lengthMax);
        expect(summary.length).toBeLessThanOrEqual(lengthMax);
        expect(summary.isWellFormed()).toBe(true);
      }),
    );
  });
});
