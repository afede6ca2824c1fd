import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NOON, seedText } from '../support/seeds.ts';
import { Mill, MINUTE } from './mill.ts';

const iso = (time: number): string => new Date(time).toISOString();

async function published(content = seedText()): Promise<Mill> {
  const mill = new Mill();
  mill.write('a.txt', content);
  await mill.pass();
  return mill;
}

describe('`updated` does not move', () => {
  test.for<[string, (mill: Mill) => void]>([
    ['when the file is written again with the same bytes', (mill) => mill.write('a.txt', seedText())],
    [
      'when the file is touched',
      ({ seeds }) => utimesSync(join(seeds, 'a.txt'), new Date(9e11), new Date(9e11)),
    ],
    [
      'when only the header’s time moves on',
      (mill) => mill.write('a.txt', seedText({ time: NOON + MINUTE })),
    ],
    ['when the header loses its time', (mill) => mill.write('a.txt', seedText({ time: 'NaN' }))],
    [
      'when a copy of the same content comes',
      (mill) => mill.write('b.txt', seedText({ time: NOON + MINUTE })),
    ],
    [
      'when only the address has another tracking parameter',
      (mill) => mill.write('a.txt', seedText({ url: 'https://www.voachinese.com/a/x/1.html?utm_medium=x' })),
    ],
    [
      'when only what the recipe removes has changed',
      (mill) => {
        const noise = '<div><i>Tue, 10 Mar 2026 14:12:33 GMT</i></div>';
        mill.write('a.txt', seedText({ body: `${noise}<p>正文：标题</p>` }));
      },
    ],
  ])('%s', async ([, change]) => {
    const mill = await published();
    const before = mill.entry();
    change(mill);
    expect(await mill.pass()).toMatchObject({ withdrawn: 0 });
    expect(mill.entry()).toEqual(before);
  });
});

test.for<[string, (mill: Mill, edited: string) => void]>([
  ['the file is touched', (mill, edited) => mill.writeAt(NOON + 9 * MINUTE, 'a.txt', edited)],
  [
    'the file gets another name',
    (mill, edited) => {
      mill.write('b.txt', edited);
      mill.remove('a.txt');
    },
  ],
  [
    'only the header’s time moves on',
    (mill) => mill.write('a.txt', seedText({ time: NOON + MINUTE, body: '<p>改正后的正文</p>' })),
  ],
])(
  '`updated` does not go back to the header’s time after an edit in place, though %s',
  async ([, change]) => {
    const mill = await published();
    const edited = seedText({ body: '<p>改正后的正文</p>' });
    mill.writeAt(NOON + 7 * MINUTE, 'a.txt', edited);
    await mill.pass();
    change(mill, edited);
    await mill.pass();
    expect(mill.entry().updated).toBe(iso(NOON + 7 * MINUTE));
  },
);

describe('`updated` does not move when only noise differs:', () => {
  const key = (text: string, first: number): string =>
    Buffer.from([first, ...Buffer.from(text).map((byte) => byte ^ first)]).toString('hex');
  test.for<[string, (copy: number) => string]>([
    [
      'the key of an encoded mail address',
      (copy) =>
        `<a href="/cdn-cgi/l/email-protection" data-cfemail="${key('a@mill.example', 7 + copy)}">x</a>`,
    ],
    [
      'the secret of a frame beside its link',
      (copy) =>
        `<iframe class="wp-embedded-content" src="https://b.example/embed/#?secret=${copy}"></iframe>`,
    ],
    ['an advertisement', (copy) => `<ins class="adsbygoogle" data-ad-slot="${copy}">${copy}</ins>`],
    ['a script and its nonce', (copy) => `<script nonce="${copy}">track(${copy})</script>`],
    [
      'a class, an id and a style',
      (copy) => `<p class="c${copy}" id="i${copy}" style="top:${copy}px">文</p>`,
    ],
    ['a comment', (copy) => `<!-- rendered in ${copy} ms -->`],
    ['a counter', (copy) => `<img width="1" height="1" src="https://count.example/?r=${copy}">`],
    ['where a link was found', (copy) => `<a href="https://b.example/?utm_source=${copy}&amp;id=1">文</a>`],
    ['a session', (copy) => `<a href="https://b.example/1;jsessionid=${copy}?PHPSESSID=${copy}">文</a>`],
  ])('%s', async ([, noise]) => {
    const body = (copy: number): string => `<p>正文</p>${noise(copy)}`;
    const mill = await published(seedText({ body: body(1) }));
    const before = mill.bytes();
    mill.write('a.txt', seedText({ time: NOON + MINUTE, body: body(2) }));
    expect(await mill.pass()).toMatchObject({ changed: 1, published: [] });
    expect(mill.bytes()).toEqual(before);
  });
});

describe('`updated` moves', () => {
  test.for<[string, string]>([
    ['when the text changes', seedText({ body: '<p>改正后的正文</p>' })],
    ['when the title changes', seedText({ title: '新标题', body: '<p>正文：标题</p>' })],
  ])('%s; the id does not, nor `published`', async ([, edit]) => {
    const mill = await published();
    const before = mill.entry();
    mill.write('a.txt', edit);
    expect(await mill.pass()).toMatchObject({ changed: 1, added: 0 });
    const after = mill.entry();
    expect(Date.parse(after.updated)).toBeGreaterThan(Date.parse(before.updated));
    expect([after.id, after.published]).toEqual([before.id, before.published]);
    expect(mill.updated()).toBe(after.updated);
  });

  test('to the header’s new time, if the edit has one', async () => {
    const mill = await published();
    mill.write('a.txt', seedText({ time: NOON + MINUTE, body: '<p>改正后的正文</p>' }));
    await mill.pass();
    expect(mill.entry()).toMatchObject({ updated: iso(NOON + MINUTE), content: '<p>改正后的正文</p>' });
  });

  test('and with it the feed’s, though newer articles stand above', async () => {
    const mill = await published();
    mill.write('b.txt', seedText({ time: NOON + MINUTE, url: 'https://www.voachinese.com/a/2.html' }));
    await mill.pass();
    mill.writeAt(NOON + 7 * MINUTE, 'a.txt', seedText({ body: '<p>改正后的正文</p>' }));
    await mill.pass();
    expect(mill.entries()[1]).toMatchObject({ content: '<p>改正后的正文</p>' });
    expect([mill.updated(), mill.updated('outlets/voa.atom')]).toEqual([
      iso(NOON + 7 * MINUTE),
      iso(NOON + 7 * MINUTE),
    ]);
  });

  test('else to the time at which the file was written', async () => {
    const mill = await published();
    mill.writeAt(NOON + 7 * MINUTE, 'a.txt', seedText({ body: '<p>改正后的正文</p>' }));
    await mill.pass();
    expect(mill.entry().updated).toBe(iso(NOON + 7 * MINUTE));
  });

  test('with every edit, though two fall on one moment', async () => {
    const mill = await published();
    const updates = new Set([mill.entry().updated]);
    for (const text of ['one', 'two', 'one']) {
      mill.writeAt(NOON, 'a.txt', seedText({ body: `<p>${text}</p>` }));
      await mill.pass();
      updates.add(mill.entry().updated);
    }
    expect([...updates].toSorted()).toEqual([...updates]);
    expect(updates.size).toBe(4);
  });
});

describe('a header’s time', () => {
  test('in the future is taken for the moment at which the seed was first seen, for good', async () => {
    const mill = new Mill();
    const firstSeen = mill.now;
    mill.write('a.txt', seedText({ time: firstSeen + 1000 * MINUTE }));
    await mill.pass();
    expect(mill.entry()).toMatchObject({ published: iso(firstSeen), updated: iso(firstSeen) });
    mill.now += 10 * MINUTE;
    mill.write('b.txt', seedText({ time: firstSeen + MINUTE, url: 'https://www.voachinese.com/a/2.html' }));
    await mill.pass();
    expect(mill.entries().map(({ published: time }) => time)).toEqual([
      iso(firstSeen + MINUTE),
      iso(firstSeen),
    ]);
    await mill.stop();
    mill.now += 10_000 * MINUTE;
    mill.write('a.txt', seedText({ time: firstSeen + 1000 * MINUTE }));
    await mill.pass();
    expect(mill.entries()[1]).toMatchObject({ published: iso(firstSeen), updated: iso(firstSeen) });
  });

  test('that is NaN gives way to the file’s own, and an edit does not make the article new', async () => {
    const mill = new Mill();
    mill.writeAt(NOON, 'a.txt', seedText({ time: 'NaN' }));
    mill.write('b.txt', seedText({ time: NOON + MINUTE, url: 'https://www.voachinese.com/a/2.html' }));
    await mill.pass();
    expect(mill.entries()[1]).toMatchObject({ published: iso(NOON), updated: iso(NOON) });
    mill.write('a.txt', seedText({ time: 'NaN', body: '<p>改正后的正文</p>' }));
    await mill.pass();
    expect(mill.entries()[1]).toMatchObject({ published: iso(NOON), content: '<p>改正后的正文</p>' });
  });

  // Archivers reuse file names; and what is clamped is a time in the future, which this is not.
  test.for<[string, string, string]>([
    ['an edit', 'https://www.voachinese.com/a/x/1.html', '<p>改正后的正文</p>'],
    ['another article in the same file', 'https://www.voachinese.com/a/x/2.html', '<p>另一篇</p>'],
  ])('that comes with %s counts, though the file was first seen before it', async ([, url, body]) => {
    const mill = new Mill();
    mill.now = NOON + MINUTE;
    mill.writeAt(NOON, 'a.txt', seedText({ time: NOON }));
    await mill.pass();
    mill.now = NOON + 100 * MINUTE;
    mill.writeAt(NOON + 60 * MINUTE, 'a.txt', seedText({ time: NOON + 50 * MINUTE, url, body }));
    await mill.pass();
    expect(mill.entry()).toMatchObject({ content: body, updated: iso(NOON + 50 * MINUTE) });
  });

  test('that is NaN, of a file from before 1970, is one that Atom can say', async () => {
    const mill = new Mill();
    mill.writeAt(-365 * 24 * 60 * MINUTE, 'a.txt', seedText({ time: 'NaN' }));
    await mill.pass();
    expect(mill.entry()).toMatchObject({ published: iso(0), updated: iso(0) });
  });

  test('that is NaN, of another article in the file of an old one, is not the old one’s', async () => {
    const mill = new Mill();
    mill.writeAt(NOON, 'a.txt', seedText({ time: 'NaN' }));
    await mill.pass();
    const other = seedText({ time: 'NaN', url: 'https://www.voachinese.com/a/x/2.html' });
    mill.writeAt(NOON + MINUTE, 'a.txt', other);
    await mill.pass();
    expect(mill.entry()).toMatchObject({ published: iso(NOON + MINUTE) });
  });
});

describe('an edit that breaks the file', () => {
  test.for([
    ['its header', 'nothing that is a header\n'],
    ['all of it', ''],
    ['its body, beyond what is read first', `${seedText({ body: '<p>x</p>'.repeat(1000) })}\0`],
  ])('%s: the article stands as it was', async ([, broken]) => {
    const mill = await published();
    const before = mill.bytes();
    mill.write('a.txt', broken!);
    await mill.pass();
    expect(mill.bytes()).toBe(before);
    await mill.stop();
    await mill.pass();
    expect(mill.bytes()).toBe(before);
  });

  test('is told, with the file and the reason', async () => {
    const mill = await published();
    mill.write('a.txt', 'nothing that is a header\n');
    expect((await mill.pass()).rejected).toMatchObject([
      { path: 'a.txt', rejection: { reason: 'header-missing', line: 1 } },
    ]);
    expect((await mill.pass()).rejected).toEqual([]);
  });

  test('is healed by the next', async () => {
    const mill = await published();
    const { id } = mill.entry();
    mill.write('a.txt', '');
    await mill.pass();
    mill.write('a.txt', seedText({ body: '<p>改正后的正文</p>' }));
    await mill.pass();
    expect(mill.entry()).toMatchObject({ id, content: '<p>改正后的正文</p>' });
  });
});
