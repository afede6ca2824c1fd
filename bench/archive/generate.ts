// Seeds by the thousand, always the same ones: what the benches run on.
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ArchiveShape {
  readonly seeds: number;
  readonly outlets: number;
  /** Share of seeds that hold an article which an earlier seed holds. */
  readonly duplicates: number;
  readonly sizes: Sizes;
}

/** `fixed`: every body alike. `real`: as in archives that grew over years, many small ones and a long tail. */
export const SIZES = ['fixed', 'real'] as const;
export type Sizes = (typeof SIZES)[number];

const FIXED_BYTES = 8_000;
/** Of a log-normal distribution. bytes */
const REAL_MEDIAN_BYTES = 19_000;
const REAL_SPREAD = 0.8;
const REAL_MAX_BYTES = 500_000;

const START = Date.UTC(2022, 0, 1);
const MINUTE_MS = 60_000;

/** Articles draw their numbers from here on, so that they are not those of the file with the same number. */
const ARTICLE_STATES = 0x4000_0000;
const PARAGRAPHS = 8_192;
const WORDS = 3_000;

/** Fills `directory` with seeds. @param told is called with the number of those written, now and then */
export function generate(directory: string, shape: ArchiveShape, told: (seeds: number) => void): void {
  mkdirSync(directory, { recursive: true });
  for (let file = 0; file < shape.seeds; file += 1) {
    writeFileSync(join(directory, fileName(file)), seed(file, shape));
    if (file > 0 && file % 50_000 === 0) told(file);
  }
  // A marker outside of the archive says that it is complete.
  closeSync(openSync(`${directory}.complete`, 'w'));
}

export function fileName(file: number): string {
  return `${String(file).padStart(7, '0')}.txt`;
}

/** What a generated file is called. */
export const FILE_NAME = /^\d{7}\.txt$/;

/** The seed in a file, which says the same whatever other seeds there are. */
export function seed(file: number, shape: Omit<ArchiveShape, 'seeds'>): Buffer {
  const article = articleOf(file, shape.duplicates);
  const random = generator(ARTICLE_STATES + article);
  const url = `https://www.outlet-${article % shape.outlets}.example/a/sample-${article}/${article}.html`;
  const head =
    `<!--${START + file * MINUTE_MS}-->\n[第 ${article} 篇文章](${url})\n------\n\n` +
    `<div><i>${new Date(START + article * MINUTE_MS).toUTCString()}</i></div>` +
    `<img src="https://images.weserv.nl?url=img.example.com/${article}.jpg" width="100%"><div><small>图片说明</small></div>`;
  return Buffer.concat([Buffer.from(head), ...body(bodyBytes(shape.sizes, random), random), NEWLINE]);
}
const NEWLINE = Buffer.from('\n');

/** Most files hold an article of their own. */
function articleOf(file: number, duplicates: number): number {
  const random = generator(file);
  if (file === 0 || random() >= duplicates) return file;
  return articleOf(Math.floor(random() * file), duplicates);
}

function bodyBytes(sizes: Sizes, random: () => number): number {
  if (sizes === 'fixed') return FIXED_BYTES;
  return Math.min(REAL_MEDIAN_BYTES * Math.exp(REAL_SPREAD * normal(random)), REAL_MAX_BYTES);
}

function body(bytes: number, random: () => number): Buffer[] {
  const chosen: Buffer[] = [];
  for (let left = bytes; left > 0; left -= chosen.at(-1)!.length) {
    chosen.push(paragraphs()[Math.floor(random() * PARAGRAPHS)]!);
  }
  return chosen;
}

/** Enough of them that articles do not repeat each other, which would compress as no real feed does. */
function paragraphs(): readonly Buffer[] {
  pool ??= Array.from({ length: PARAGRAPHS }, (_, i) => Buffer.from(paragraph(generator(i))));
  return pool;
}
let pool: readonly Buffer[] | null = null;

function paragraph(random: () => number): string {
  const text = (): string => Array.from({ length: 3 + random() * 3 }, () => sentence(random)).join('');
  const kind = random();
  if (kind < 0.04) return `<h2>${sentence(random)}</h2>`;
  if (kind < 0.08) return `<ul><li>${sentence(random)}</li><li>${sentence(random)}</li></ul>`;
  if (kind < 0.12) return `<blockquote><p>${text()}</p></blockquote>`;
  if (kind < 0.16) {
    return `<figure><img src="/pictures/${Math.floor(random() * 1e6)}.jpg"><figcaption>${sentence(random)}</figcaption></figure>`;
  }
  if (kind < 0.3) {
    return `<p>${text()}<a href="/a/${Math.floor(random() * 1e6)}.html">${word(random)}</a>${text()}</p>`;
  }
  if (kind < 0.4) return `<p><strong>${word(random)}</strong>${text()}</p>`;
  return `<p>${text()}</p>`;
}

function sentence(random: () => number): string {
  const words = Array.from({ length: 6 + random() * 12 }, () => word(random) + (random() < 0.12 ? '，' : ''));
  return `${words.join('')}。`;
}

/** Two characters; as in any language, some words stand far more often than others. */
function word(random: () => number): string {
  const rank = Math.floor(WORDS * random() ** 3);
  return String.fromCodePoint(0x4e00 + (rank % 2_999), 0x4e00 + ((rank * 7 + 11) % 2_999));
}

/** Mulberry32: numbers from 0 to 1 that are the same for the same `state`. */
export function generator(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
