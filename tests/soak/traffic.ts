// What happens to a directory of seeds, by chance: told to the model, then done.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Copy, Model } from './model.ts';
import { Random } from './random.ts';

/** Two with a recipe and two without. */
const HOSTS = {
  voa: 'www.voachinese.com',
  bbc: 'www.bbc.com',
  'mill.example': 'mill.example',
  'stone.example': 'www.stone.example',
} as const;
const OUTLETS = Object.keys(HOSTS) as (keyof typeof HOSTS)[];
const FOLDERS = ['', 'a/', 'a/deep/', 'b/'];
/** Fewer live articles than this of an outlet are not reduced further. */
const OUTLET_ARTICLES_MIN = 6;
const CHARACTERS = '磨坊流水日夜不停石头转动谷物成粉人们来来往往看水车听风声';
const CHUNKS = 6;
const CHUNK_PAUSE_MS = 30;

const WEIGHTS = {
  arrive: 26,
  arriveSlowly: 4,
  arriveLate: 5,
  duplicate: 8,
  editBody: 12,
  editTitle: 6,
  editSlowly: 3,
  retime: 5,
  remove: 56,
  move: 6,
  rename: 4,
  comeBack: 3,
} as const;
export type Operation = keyof typeof WEIGHTS;

export interface TrafficOptions {
  readonly directory: string;
  readonly settleMs: number;
  /** Live articles that it tends to. */
  readonly population: number;
}

export class Traffic {
  readonly #model: Model;
  readonly #random: Random;
  readonly #options: TrafficOptions;
  readonly counts = new Map<Operation, number>();
  /** Files that are being written slowly, and when they are done. */
  readonly #writing = new Map<string, Promise<void>>();
  #names = 0;
  #versions = 0;
  /** Times of headers, each given once: later ones from the middle up, earlier ones down. ms */
  #latest = Date.UTC(2026, 0, 10);
  #earliest = Date.UTC(2026, 0, 1);

  constructor(model: Model, random: Random, options: TrafficOptions) {
    this.#model = model;
    this.#random = random;
    this.#options = options;
  }

  get operations(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  populate(): void {
    for (let i = 0; i < this.#options.population; i += 1) this.#arrive(this.#later());
  }

  /** One operation. A slow one goes on while others follow. */
  step(): void {
    const operation = this.#random.weighted(WEIGHTS);
    if (this.#do(operation)) this.counts.set(operation, (this.counts.get(operation) ?? 0) + 1);
  }

  /** A new article on top of all, told of last: who shows it has heard of all before. */
  arriveLast(): void {
    this.#arrive(this.#later());
  }

  async written(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  /** @returns false if there is nothing to do it to */
  #do(operation: Operation): boolean {
    switch (operation) {
      case 'arrive':
        return this.#arrive(this.#later());
      case 'arriveLate':
        return this.#arrive(this.#earlier());
      case 'arriveSlowly': {
        const article = this.#create();
        return this.#writeSlowly(this.#newPath(), this.#copy(article, this.#later()));
      }
      case 'duplicate':
        return this.#duplicate();
      case 'editBody':
        return this.#edit((copy) => ({ ...copy, mark: this.#version(copy.article) }));
      case 'editTitle':
        return this.#edit((copy) => ({ ...copy, title: this.#title(copy.article) }));
      case 'retime':
        return this.#edit((copy) => ({ ...copy, time: this.#anyTime() }));
      case 'editSlowly':
        return this.#onFile((path, copy) =>
          this.#writeSlowly(path, { ...copy, mark: this.#version(copy.article) }),
        );
      case 'remove':
        return this.#remove();
      case 'move':
        return this.#onFile((path) => this.#rename(path, this.#newPath()));
      case 'rename':
        return this.#onFile((path) => this.#rename(path, join(dirname(path), this.#newName())));
      case 'comeBack':
        return this.#comeBack();
    }
  }

  #arrive(time: number): boolean {
    return this.#put(this.#newPath(), this.#copy(this.#create(), time));
  }

  /** A second file of an article: the same, or one that differs and is earlier or later. */
  #duplicate(): boolean {
    return this.#onFile((_, copy) => {
      const same = this.#random.next() < 0.4;
      return this.#put(this.#newPath(), same ? copy : this.#copy(copy.article, this.#anyTime()));
    });
  }

  #edit(change: (copy: Copy) => Copy): boolean {
    return this.#onFile((path, copy) => this.#put(path, change(copy)));
  }

  #remove(): boolean {
    const live = this.#model.live(null);
    // The more there are, the more often.
    if (this.#random.next() > live.length / this.#options.population) return false;
    return this.#onFile((path, { article }) => {
      const { outlet } = this.#model.articles[article]!;
      if (this.#model.live(outlet).length <= OUTLET_ARTICLES_MIN) return false;
      this.#model.remove(path);
      rmSync(join(this.#options.directory, path));
      return true;
    });
  }

  #rename(from: string, to: string): boolean {
    this.#model.move(from, to);
    this.#makeFolder(to);
    renameSync(join(this.#options.directory, from), join(this.#options.directory, to));
    return true;
  }

  /** An article whose seeds had all gone. */
  #comeBack(): boolean {
    const gone = this.#model.articles.filter(({ number }) => !this.#model.isLive(number));
    const article = this.#random.one(gone);
    if (article === undefined) return false;
    return this.#put(this.#newPath(), this.#copy(article.number, this.#later()));
  }

  #onFile(action: (path: string, copy: Copy) => boolean): boolean {
    const free = [...this.#model.files].filter(([path]) => !this.#writing.has(path));
    const file = this.#random.one(free);
    return file !== undefined && action(...file);
  }

  /** Written elsewhere and renamed into place, or in place at one go. */
  #put(path: string, copy: Copy): boolean {
    this.#model.put(path, copy);
    this.#makeFolder(path);
    const target = join(this.#options.directory, path);
    if (this.#random.next() < 0.3) {
      writeFileSync(target, this.#text(copy));
      return true;
    }
    const hidden = join(dirname(target), `.${this.#newName()}`);
    writeFileSync(hidden, this.#text(copy));
    renameSync(hidden, target);
    return true;
  }

  #writeSlowly(path: string, copy: Copy): boolean {
    this.#model.put(path, copy);
    this.#makeFolder(path);
    const written = this.#writeChunks(path, copy).finally(() => this.#writing.delete(path));
    this.#writing.set(path, written);
    return true;
  }

  async #writeChunks(path: string, copy: Copy): Promise<void> {
    const text = Buffer.from(this.#text(copy));
    await using file = await open(join(this.#options.directory, path), 'w');
    let last = performance.now();
    for (let i = 0; i < CHUNKS; i += 1) {
      const [from, to] = [i, i + 1].map((part) => Math.ceil((text.length * part) / CHUNKS));
      await file.write(text.subarray(from, to));
      const now = performance.now();
      if (now - last > this.#options.settleMs / 2) this.#model.mayBeHalf(copy.article);
      last = now;
      await sleep(CHUNK_PAUSE_MS);
    }
  }

  #create(): number {
    const outlet = this.#random.one(OUTLETS)!;
    const number = this.#model.articles.length;
    return this.#model.create(outlet, `https://${HOSTS[outlet]}/a/soak-${number}/${number}.html`).number;
  }

  #copy(article: number, time: number): Copy {
    return { article, time, title: this.#title(article), mark: this.#version(article) };
  }

  #title(article: number): string {
    return `第 ${article} 篇的第 ${(this.#versions += 1)} 个题目`;
  }

  #version(article: number): string {
    return `${article}-${(this.#versions += 1)}`;
  }

  /** The same mark stands behind the same text. */
  #text({ article, time, title, mark }: Copy): string {
    const { url } = this.#model.articles[article]!;
    const random = new Random(Number(mark.split('-')[1]));
    const paragraphs = Array.from({ length: 1 + random.below(8) }, () => {
      const length = 40 + random.below(300);
      return `<p>${Array.from({ length }, () => CHARACTERS[random.below(CHARACTERS.length)]).join('')}。</p>`;
    });
    return `<!--${time}-->\n[${title}](${url})\n------\n\n<div>${paragraphs.join('')}<p>末 ${mark}。</p></div>\n`;
  }

  #later(): number {
    return (this.#latest += 1 + this.#random.below(1_000));
  }

  #earlier(): number {
    return (this.#earliest -= 1 + this.#random.below(1_000));
  }

  #anyTime(): number {
    return this.#random.next() < 0.5 ? this.#later() : this.#earlier();
  }

  #newName(): string {
    return `${(this.#names += 1)}.txt`;
  }

  #newPath(): string {
    return this.#random.one(FOLDERS)! + this.#newName();
  }

  #makeFolder(path: string): void {
    mkdirSync(join(this.#options.directory, dirname(path)), { recursive: true });
  }
}
