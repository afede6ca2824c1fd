// What a file's bytes say.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { decode } from '../../src/mill/decode.ts';
import { seedText } from '../support/seeds.ts';

const SIMPLIFIED = seedText({
  title: '磨坊的水车又转起来了',
  body: '<p>昨天夜里下了一场大雨，河水上涨，停了三个月的水车又转动起来。磨坊主说：“这是今年最好的消息。”</p>',
});
const TRADITIONAL = seedText({
  title: '磨坊的水車又轉起來了',
  body: '<p>昨天夜裡下了一場大雨，河水上漲，停了三個月的水車又轉動起來。磨坊主說：「這是今年最好的消息。」</p>',
});

/** By the system's own converter, which is not the platform's. */
function encoded(text: string, encoding: string): Buffer {
  const { status, stdout } = spawnSync('iconv', ['-f', 'UTF-8', '-t', encoding], { input: text });
  expect(status).toBe(0);
  return stdout;
}

describe('a seed', () => {
  test.for([
    ['in UTF-8', SIMPLIFIED, 'UTF-8', 'utf-8'],
    ['in GBK', SIMPLIFIED, 'GBK', 'gb18030'],
    ['in GB 18030', `${SIMPLIFIED}𠮷㐀`, 'GB18030', 'gb18030'],
    ['in Big5', TRADITIONAL, 'BIG5', 'big5'],
    ['in UTF-16 with its mark', SIMPLIFIED, 'UTF-16', 'utf-16le'],
  ] as const)('%s is read, whole and from its beginning', ([, text, from, encoding]) => {
    const bytes = encoded(text, from);
    expect(decode(bytes, true)).toEqual({ text, encoding });
    for (let length = 200; length < bytes.length; length += 1) {
      const beginning = decode(bytes.subarray(0, length), false);
      expect([length, beginning.encoding]).toEqual([length, encoding]);
      expect(text.startsWith(beginning.text.replace(/\uFFFD+$/, ''))).toBe(true);
    }
  });

  test('with the mark of big-endian UTF-16 is read', () => {
    const bytes = Buffer.concat([Buffer.from([0xfe, 0xff]), encoded(SIMPLIFIED, 'UTF-16BE')]);
    expect(decode(bytes, true)).toEqual({ text: SIMPLIFIED, encoding: 'utf-16be' });
  });

  test.for([
    ['windows-1252', 'é à ü ß', 'WINDOWS-1252'],
    ['shift_jis', '水車小屋の主人', 'SHIFT_JIS'],
    ['euc-kr', '물레방앗간', 'EUC-KR'],
    ['gbk', '磨坊', 'GBK'],
  ] as const)('that declares %s is read so', ([label, words, from]) => {
    const text = seedText({ title: words, body: `<meta charset="${label}"><p>${words}</p>` });
    expect(decode(encoded(text, from), true)).toEqual({ text, encoding: label });
  });

  test('that is UTF-8 is read so, whatever it declares', () => {
    const text = seedText({ body: '<meta charset="gbk"><p>磨坊</p>' });
    expect(decode(Buffer.from(text), true)).toEqual({ text, encoding: 'utf-8' });
  });

  test.for([
    ['no encoding', Buffer.from('[é](https://mill.example/1)\n', 'latin1')],
    ['an encoding that there is not', Buffer.from('<meta charset="klingon">é', 'latin1')],
    ['one that its bytes are not of', Buffer.from('<meta charset="gbk">\xff\xff', 'latin1')],
    [
      'UTF-8 with a broken character',
      Buffer.concat([Buffer.from(SIMPLIFIED), Buffer.from([0xe4, 0xb8, 0x0a])]),
    ],
    [
      'bytes at random',
      Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 7919 + ((i * i) >> 3)) % 256)),
    ],
  ] as const)('of %s is taken for UTF-8, with what is not replaced', ([, bytes]) => {
    const { text, encoding } = decode(bytes, true);
    expect(encoding).toBe('utf-8');
    expect(text).toBe(bytes.toString('utf8'));
    expect(text).toContain('\uFFFD');
  });
});
