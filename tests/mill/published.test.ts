import { load } from 'cheerio';
import { describe, expect, test } from 'vitest';
import type { DateRule } from '../../src/article.ts';
import { parseBody } from '../../src/mill/clean/dom.ts';
import { formError, readDate } from '../../src/mill/date-forms.ts';
import { takePublished } from '../../src/mill/published.ts';

const read = (text: string, form: string, zone: string | null = null, before = 0): string[] | null =>
  readDate(text, { form, zone }, before)?.map((time) => new Date(time).toISOString()) ?? null;

describe('a date', () => {
  test.for([
    ['rfc1123', null, 'Mon, 13 Mar 2023 16:20:42 GMT', ['2023-03-13T16:20:42.000Z']],
    ['rfc1123', null, '13 March 2023 16:20 +0100', ['2023-03-13T15:20:00.000Z']],
    ['rfc1123', null, 'Mon, 31 Feb 2023 16:20:42 GMT', []],
    ['rfc1123', null, 'Mon, 13 Mär 2023 16:20:42 GMT', null],
    ['iso8601', null, '麦青\n2025-02-15T08:03:55.243Z', ['2025-02-15T08:03:55.243Z']],
    ['iso8601', null, '2022-04-11T08:12:20+08:00', ['2022-04-11T00:12:20.000Z']],
    ['iso8601', null, '2022-04-11T25:12:20Z', []],
    ['iso8601', null, '2022-04-11T08:12:20', null],
    ['dd/MM/yyyy - HH:mm', 'Europe/Paris', '21/03/2023 - 10:40', ['2023-03-21T09:40:00.000Z']],
    ['dd/MM/yyyy - HH:mm', 'Europe/Paris', '12/11/2021 - 15:42', ['2021-11-12T14:42:00.000Z']],
    [
      'dd/MM/yyyy - HH:mm',
      'Europe/Paris',
      '31/10/2021 - 02:30',
      ['2021-10-31T00:30:00.000Z', '2021-10-31T01:30:00.000Z'],
    ],
    [
      'dd/MM/yyyy - HH:mm',
      'Europe/Paris',
      '28/03/2021 - 02:30',
      ['2021-03-28T00:30:00.000Z', '2021-03-28T01:30:00.000Z'],
    ],
    ['dd/MM/yyyy - HH:mm', 'Europe/Paris', '31/02/2021 - 10:00', []],
    ['dd/MM/yyyy - HH:mm', 'Europe/Paris', '121/03/2023 - 10:401', null],
    [
      'yyyy-MM-dd hh:mm:ss',
      '+08:00',
      '2021-06-22 04:55:27',
      ['2021-06-21T20:55:27.000Z', '2021-06-22T08:55:27.000Z'],
    ],
    ['MMddyyyyHHmmss', 'America/New_York', 'ql1-07132022102030.html', ['2022-07-13T14:20:30.000Z']],
    ['yyyy-MM-dd', null, '2023-03-21', ['2023-03-21T00:00:00.000Z']],
    ['yyyy年MM月dd日', 'Asia/Shanghai', '2023年03月21日', ['2023-03-20T16:00:00.000Z']],
    ['yyyy年M月d日 H:mm', 'Asia/Shanghai', '发布：2026年3月2日 7:05', ['2026-03-01T23:05:00.000Z']],
    ['yyyy年M月d日 ah:mm', 'Asia/Shanghai', '2026年3月2日 下午7:05', ['2026-03-02T11:05:00.000Z']],
    ['MM/dd/yyyy h:mm a', null, '03/02/2026 12:05 am', ['2026-03-02T00:05:00.000Z']],
    ["yyyy-MM-dd'T'HH:mm", null, '2026-03-02T07:05', ['2026-03-02T07:05:00.000Z']],
  ] as const)('of the form %s in %s: %s', ([form, zone, text, expected]) => {
    expect(read(text, form, zone)).toEqual(expected);
  });

  test.for([
    ['28 分钟前', 28 * 60],
    ['1分前', 60],
    ['30 秒前', 30],
    ['3 小时前', 3 * 3600],
    ['2 個小時前', 2 * 3600],
    ['2 天前', 2 * 86_400],
    ['2 小时 30 分钟前', 9000],
    ['从前，5 分钟前', 300],
    ['5 minutes ago', 300],
    ['1 day ago', 86_400],
  ] as const)('is so long before the article was archived: %s', ([text, seconds]) => {
    expect(readDate(text, { form: 'ago', zone: null }, 1e12)).toEqual([1e12 - seconds * 1000]);
  });

  test('that says nothing of how long ago is none', () => {
    expect(read('前天', 'ago')).toBeNull();
  });
});

describe('a form of dates', () => {
  test.for([
    ['rfc1123', null, null],
    ['ago', 'Asia/Shanghai', null],
    ['dd/MM/yyyy', 'Europe/Paris', null],
    ['dd/MM/yyyy', '+08:00', null],
    ['iso8601', 'UTC', 'iso8601 says its zone itself'],
    ["yyyy-M-d'T'H:mm", null, null],
    ['RFC1123', null, '"RFC1123" has "RFC" in it; write rfc1123, iso8601, ago, or a pattern of'],
    ['dd/MM', null, '"dd/MM" lacks a year, a month or a day; write rfc1123'],
    ['dd/MM/yyyy', 'Mars/Base', '"Mars/Base" is no time zone; write one like Europe/Paris or \'+08:00\''],
  ] as const)('%s in %s: %s', ([form, zone, error]) => {
    expect(formError({ form, zone })?.slice(0, error?.length) ?? null).toBe(error);
  });
});

describe('the publication time that an article tells', () => {
  const RULES: DateRule[] = [
    { select: '.date', attribute: null, form: 'yyyy-MM-dd HH:mm', zone: null, undatedOnly: false },
    { select: '.date', attribute: 'data-day', form: 'yyyy-MM-dd', zone: null, undatedOnly: false },
    { select: null, attribute: null, form: 'yyyyMMddHHmm', zone: null, undatedOnly: false },
  ];
  const ARCHIVED = Date.UTC(2026, 2, 10, 12);
  const WHEN = { archived: ARCHIVED, dated: true };
  function told(body: string, address = 'https://mill.example/1'): { times: unknown[]; rest: string } {
    const document = parseBody(body);
    const dates = takePublished(document, RULES, address, WHEN, () => {});
    const times = dates.map(({ read: time, fault }) => fault ?? new Date(time!).toISOString());
    return { times, rest: load(document)('body').text() };
  }

  test('is in its body, and goes from there', () => {
    expect(told('<p class=date>2026-03-09 08:00</p>a')).toEqual({
      times: ['2026-03-09T08:00:00.000Z', 'no such date', 'no such date'],
      rest: 'a',
    });
  });

  test('may be in an attribute, or in its address', () => {
    expect(
      told('<p class=date data-day=2026-03-08>gestern</p>a', 'https://mill.example/202603071000'),
    ).toEqual({
      times: ['no such date', '2026-03-08T00:00:00.000Z', '2026-03-07T10:00:00.000Z'],
      rest: 'a',
    });
  });

  test.for([
    ['after it was archived', '2026-03-10 12:01', 'too late'],
    ['before there were such articles', '1970-01-01 00:00', 'too early'],
    ['on a day that no calendar has', '2026-02-30 08:00', 'in no calendar'],
  ] as const)('is not trusted if it lies %s, and goes all the same', ([, text, fault]) => {
    expect(told(`<p class=date>${text}</p>a`)).toEqual({
      times: [fault, 'no such date', 'no such date'],
      rest: 'a',
    });
  });

  test('is none in a text that is no date line', () => {
    const text = `${'风'.repeat(120)} 2026-03-09 08:00`;
    expect(told(`<p class=date>${text}</p>`)).toEqual({ times: Array(3).fill('no such date'), rest: text });
  });

  test('may be asked only where the header has no time', () => {
    const rule = { select: null, attribute: null, form: 'yyyyMMddHHmm', zone: null, undatedOnly: true };
    const faults = [true, false].map((dated) => {
      const found = takePublished(
        parseBody(''),
        [rule],
        '/202603071000',
        { archived: ARCHIVED, dated },
        () => {},
      );
      return found[0]!.fault;
    });
    expect(faults).toEqual(['not asked', null]);
  });

  test('is none where no date stands, and what stands there stays', () => {
    expect(told('<p class=date>morgen</p>')).toEqual({
      times: Array(3).fill('no such date'),
      rest: 'morgen',
    });
  });

  test('said as so long ago must fall on the day that is named, here or in the outlet’s zone', () => {
    const rule = {
      select: 'time',
      attribute: 'datetime',
      form: 'ago',
      zone: 'Asia/Shanghai',
      undatedOnly: false,
    };
    const on = (day: string): unknown[] => {
      const document = parseBody(`<time datetime="${day}">19 小时前</time>`);
      return takePublished(document, [rule], '', WHEN, () => {}).map(
        ({ read: time, fault }) => fault ?? time,
      );
    };
    expect(on('2026-03-09')).toEqual([Date.UTC(2026, 2, 9, 17)]);
    expect(on('2026-03-10')).toEqual([Date.UTC(2026, 2, 9, 17)]);
    expect(on('2026-03-08')).toEqual(['other day']);
  });
});
