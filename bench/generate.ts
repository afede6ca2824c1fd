// Seeds by the thousand, always the same ones: what the benchmarks run on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ArchiveShape {
  readonly seeds: number;
  readonly outlets: number;
  /** Share of seeds that hold an article which another seed holds too. */
  readonly duplicates: number;
  /** Median size of a body; sizes are distributed log-normally. bytes */
  readonly bodyBytes: number;
}

const START = Date.UTC(2024, 0, 1);
const SENTENCE = '磨坊把一整个目录的文章磨成人们可以订阅的源，每一篇都只出现一次，完整、干净而且安全。';

/** Fills `directory` with seeds. */
export function generate(directory: string, shape: ArchiveShape): void {
  mkdirSync(directory, { recursive: true });
  const random = generator(shape.seeds);
  for (let i = 0; i < shape.seeds; i += 1) {
    const article = random() < shape.duplicates && i > 0 ? Math.floor(random() * i) : i;
    writeFileSync(join(directory, `${String(i).padStart(7, '0')}.txt`), seed(i, article, shape, random));
  }
}

/** One seed: the file's number and that of the article in it. */
export function seed(file: number, article: number, shape: ArchiveShape, random: () => number): string {
  const url = `https://www.outlet-${article % shape.outlets}.example/a/sample-${article}/${article}.html`;
  const bytes = Math.min(shape.bodyBytes * Math.exp(0.6 * normal(random)), 500_000);
  const paragraphs = Math.max(1, Math.round(bytes / (3 * SENTENCE.length * 3 + 7)));
  const body =
    `<div><i>${new Date(START + article * 60_000).toUTCString()}</i></div>` +
    `<img src="https://images.weserv.nl?url=img.example.com/${article}.jpg" width="100%"><div><small>图片说明</small></div>` +
    `<p>${SENTENCE.repeat(3)}</p>`.repeat(paragraphs);
  return `<!--${START + file * 60_000}-->\n[第 ${article} 篇文章](${url})\n------\n\n${body}\n`;
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
