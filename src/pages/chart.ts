// Articles per day → bars of a small chart, and what they say in words.
import { DAY_MS } from '../article.ts';
import type { Words } from './words.ts';

/** How many days the chart shows. */
export const CHART_DAYS = 30;

/** Articles on one day. */
export interface DayArticles {
  /** Days since the epoch, in UTC. */
  readonly day: number;
  readonly articles: number;
}

/** What a chart shows: the days that end with `last`; those without articles may be left out. */
export interface ChartData {
  /** Days since the epoch, in UTC. */
  readonly last: number;
  readonly days: readonly DayArticles[];
}

export interface Chart {
  /** What the bars say, in words. */
  readonly text: string;
  readonly first: string;
  readonly last: string;
  readonly total: string;
  /** In units of the drawing: ten wide a day, a hundred high. */
  readonly bars: readonly { readonly x: number; readonly y: number; readonly height: number }[];
  readonly width: number;
}

const STEP = 10;
/** A day with articles is seen, however few they are. */
const HEIGHT_MIN = 3;

/** `null` of no articles. */
export function drawChart({ last, days }: ChartData, words: Words): Chart | null {
  const first = last - CHART_DAYS + 1;
  const shown = days.filter(({ day, articles }) => day >= first && day <= last && articles > 0);
  if (shown.length === 0) return null;
  const highest = shown.reduce((most, each) => (each.articles > most.articles ? each : most));
  const total = shown.reduce((sum, { articles }) => sum + articles, 0);
  const bars = shown.map(({ day, articles }) => {
    const height = Math.max(HEIGHT_MIN, Math.round((articles / highest.articles) * 100));
    return { x: (day - first) * STEP, y: 100 - height, height };
  });
  const dates = { first: dateText(first), last: dateText(last) };
  const text = words.chart(dates.first, dates.last, total, highest.articles, dateText(highest.day));
  return { text, ...dates, total: words.articles(total), bars, width: CHART_DAYS * STEP };
}

function dateText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
