// What the feeds must hold, told from what was done to the seeds. Pure; it shares nothing with src/.
//
// A round begins and ends settled: the daemon has then seen everything. Within a round an answer may be of any moment
// since: any copy of an article that there has been in the round is right.
import { entryOf, type ReadDocument, type ReadEntry } from './documents.ts';

/** What stands in a file. */
export interface Copy {
  readonly article: number;
  /** Of the header. ms */
  readonly time: number;
  readonly title: string;
  /** The last words of the body: they are there if all of it is. */
  readonly mark: string;
}

export interface Article {
  readonly number: number;
  readonly outlet: string;
  readonly url: string;
}

interface State extends Article {
  /** As it has been told of first, for good. */
  id: string | null;
  readonly paths: Set<string>;
  /** What may be shown of it: the copies there have been in this round. */
  possible: Copy[];
  /** Whether there was a moment in this round without a copy. */
  mayBeAbsent: boolean;
  touched: boolean;
  /** A writer paused for so long that half of the file may have been taken for all. */
  mayBeHalf: boolean;
  /** Whether a copy came that is older than another one: `updated` then tells of that. */
  backdated: boolean;
  /** Operations that left a choice of contents, ever and up to the last settled moment. */
  choices: number;
  settledChoices: number;
  /** Was it there when all was settled last? */
  wasLive: boolean;
  /** Whether it went and came back, once it had been seen. */
  revived: boolean;
}

/** Something that a subscriber must never see. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Of these many withdrawn last the feeds must tell; they tell of 300 at most. */
const TOMBSTONES_CHECKED = 100;

export class Model {
  readonly window: number;
  readonly #articles: State[] = [];
  readonly #byUrl = new Map<string, State>();
  readonly #byId = new Map<string, State>();
  readonly #files = new Map<string, Copy>();
  /** Withdrawn after they had been published, in this order. */
  #withdrawn: State[] = [];
  /** The numbers that each feed showed when all was settled last. */
  #settledWindows = new Map<string | null, ReadonlySet<number>>();
  #possibleWindows = new Map<string | null, ReturnType<Model['certainIn']>>();

  constructor(window: number) {
    this.window = window;
  }

  get files(): ReadonlyMap<string, Copy> {
    return this.#files;
  }

  get articles(): readonly Article[] {
    return this.#articles;
  }

  get outlets(): readonly string[] {
    return [...new Set(this.#articles.map(({ outlet }) => outlet))];
  }

  create(outlet: string, url: string): Article {
    const article: State = {
      number: this.#articles.length,
      outlet,
      url,
      id: null,
      paths: new Set(),
      possible: [],
      mayBeAbsent: true,
      touched: false,
      mayBeHalf: false,
      backdated: false,
      choices: 0,
      settledChoices: 0,
      wasLive: false,
      revived: false,
    };
    this.#articles.push(article);
    this.#byUrl.set(url, article);
    return article;
  }

  /** A file is about to say this. */
  put(path: string, copy: Copy): void {
    const article = this.#articles[copy.article]!;
    if (article.possible.some(({ time }) => time > copy.time)) article.backdated = true;
    article.possible.push(copy);
    article.paths.add(path);
    this.#files.set(path, copy);
    this.#touch(article);
  }

  remove(path: string): void {
    const article = this.#articles[this.#files.get(path)!.article]!;
    this.#files.delete(path);
    article.paths.delete(path);
    if (article.paths.size === 0) article.mayBeAbsent = true;
    this.#touch(article);
  }

  /** A file that has only another name is never missed. */
  move(from: string, to: string): void {
    const copy = this.#files.get(from)!;
    const article = this.#articles[copy.article]!;
    this.#files.delete(from);
    article.paths.delete(from);
    this.#files.set(to, copy);
    article.paths.add(to);
    this.#touch(article);
  }

  mayBeHalf(article: number): void {
    this.#articles[article]!.mayBeHalf = true;
  }

  isLive(article: number): boolean {
    return this.#articles[article]!.paths.size > 0;
  }

  /** What a feed is made of, the newest first: of each article the latest copy, then the first file name. */
  live(outlet: string | null): Copy[] {
    const winners = new Map<number, Copy>();
    for (const [, copy] of [...this.#files].sort(([one], [other]) => (one < other ? -1 : 1))) {
      if (outlet !== null && this.#articles[copy.article]!.outlet !== outlet) continue;
      const before = winners.get(copy.article);
      if (before === undefined || copy.time > before.time) winners.set(copy.article, copy);
    }
    return [...winners.values()].sort((one, other) => other.time - one.time);
  }

  /** The daemon has seen everything. */
  settle(): void {
    const live = new Set(this.live(null).map(({ article }) => article));
    for (const article of this.#articles) {
      const isLive = live.has(article.number);
      if (article.wasLive && !isLive) this.#withdrawn.push(article);
      if (isLive && this.#withdrawn.includes(article)) {
        article.revived = true;
        this.#withdrawn = this.#withdrawn.filter((other) => other !== article);
      }
      article.wasLive = isLive;
      article.mayBeAbsent = !isLive;
      article.touched = false;
      article.mayBeHalf = false;
      article.settledChoices = article.choices;
      article.possible = [...article.paths].map((path) => this.#files.get(path)!);
    }
    for (const feed of [null, ...this.outlets]) {
      const shown = this.live(feed).slice(0, this.window);
      this.#settledWindows.set(feed, new Set(shown.map(({ article }) => article)));
    }
    this.#possibleWindows.clear();
  }

  /** The article that an entry is of. @throws Violation if there is none, or another had its id */
  articleOf({ id, link }: ReadEntry): Article {
    const article = this.#byUrl.get(link);
    if (article === undefined) throw new Violation(`an entry for ${link}, which is in no seed`);
    article.id ??= id;
    if (article.id !== id) throw new Violation(`the id of ${link} was ${article.id} and is ${id}`);
    this.#byId.set(id, article);
    return article;
  }

  /**
   * Whether a feed, or some of one, may be as it is.
   *
   * @param part of it: a delta, or a document of its archive
   */
  check(feed: string | null, { entries, deleted }: ReadDocument, part = false): void {
    const ids = new Set<string>();
    let bound = Infinity;
    for (const entry of entries) {
      if (ids.has(entry.id)) throw new Violation(`${entry.link} is twice in one document`);
      ids.add(entry.id);
      const article = this.articleOf(entry) as State;
      if (feed !== null && article.outlet !== feed)
        throw new Violation(`${entry.link} is in the feed of ${feed}`);
      this.#checkEntry(article, entry);
      if (part) continue;
      const times = article.possible.map(({ time }) => time).filter((time) => time <= bound);
      if (times.length === 0) throw new Violation(`${entry.link} is further down than it can be`);
      bound = Math.max(...times);
    }
    for (const id of deleted) {
      if (ids.has(id)) throw new Violation(`${id} is shown and withdrawn in one document`);
      const article = this.#byId.get(id);
      if (article?.mayBeAbsent === false)
        throw new Violation(`${article.url} is withdrawn, and there was always a seed`);
    }
    if (part) return;
    if (entries.length > this.window) throw new Violation(`${entries.length} entries in a feed`);
    for (const { url, id } of this.certainIn(feed)) {
      if (id === null || !ids.has(id)) throw new Violation(`${url} is missing from its feed`);
    }
  }

  /** Whether a feed is, now that all is settled, exactly what it must be; why not, otherwise. */
  difference(feed: string | null, { entries, deleted }: ReadDocument): string | null {
    const must = this.live(feed)
      .slice(0, this.window)
      .map((copy) => told(this.#articles[copy.article]!.url, copy.title, copy.mark));
    const is = entries.map((entry) => told(entry.link, entry.title, entryOf(entry)));
    const at = must.findIndex((line, i) => line !== is[i]);
    if (at >= 0) return `entry ${at} must be ${must[at]} and is ${is[at] ?? 'not there'}`;
    if (is.length > must.length) return `entry ${must.length} is too many: ${is[must.length]}`;
    const live = new Set(this.live(null).map(({ article }) => article));
    const wrong = deleted.find((id) => live.has(this.#byId.get(id)?.number ?? -1));
    if (wrong !== undefined) return `${wrong} is withdrawn and has a seed`;
    return null;
  }

  /** Which of the articles that were withdrawn last a settled feed does not tell of. */
  untold(feed: string | null, deleted: readonly string[]): string[] {
    const tombstones = new Set(deleted);
    return this.#withdrawn
      .slice(-TOMBSTONES_CHECKED)
      .filter(({ outlet, id, number }) => (feed ?? outlet) === outlet && id !== null && !this.isLive(number))
      .flatMap(({ id, url }) => (tombstones.has(id!) ? [] : [url]));
  }

  /** Ids of all articles of a feed, in its window or behind it. */
  ids(feed: string | null): Map<string, Article & { readonly revived: boolean }> {
    const states = this.live(feed).map(({ article }) => this.#articles[article]!);
    const unknown = states.find(({ id }) => id === null);
    if (unknown !== undefined) throw new Violation(`${unknown.url} was never seen`);
    return new Map(states.map((state) => [state.id!, state]));
  }

  /** What an observer must remember of an entry, to compare it with what it sees of it later. */
  settledChoices(article: Article): number {
    return this.#articles[article.number]!.settledChoices;
  }

  /** Whether nobody had a choice of contents since, and the article's times tell of its content alone. */
  isSteady(article: Article, settledChoices: number): boolean {
    return this.#articles[article.number]!.choices === settledChoices;
  }

  isBackdated(article: Article): boolean {
    return this.#articles[article.number]!.backdated;
  }

  /** Articles that a feed shows whatever the daemon has seen of this round. */
  certainIn(feed: string | null): readonly { readonly url: string; readonly id: string | null }[] {
    const known = this.#possibleWindows.get(feed);
    if (known !== undefined) return known;
    const states = this.#articles.filter(
      ({ outlet, possible }) => (feed ?? outlet) === outlet && possible.length > 0,
    );
    const latest = states.map(({ possible }) => Math.max(...possible.map(({ time }) => time)));
    latest.sort((one, other) => other - one);
    const settled = this.#settledWindows.get(feed);
    const certain = states.filter((state) => {
      // A seed that is being written anew cannot be read just then: it must have been shown before.
      if (state.mayBeAbsent || (state.touched && settled?.has(state.number) !== true)) return false;
      const earliest = Math.min(...state.possible.map(({ time }) => time));
      // The article's own latest time may be among them.
      const ahead = latest.findIndex((time) => time <= earliest);
      return (ahead < 0 ? latest.length : ahead) < this.window;
    });
    this.#possibleWindows.set(feed, certain);
    return certain;
  }

  #checkEntry(article: State, entry: ReadEntry): void {
    const mark = entryOf(entry);
    const fits = article.possible.some((copy) => copy.title === entry.title && copy.mark === mark);
    if (fits || (mark === '' && article.mayBeHalf)) return;
    const copies = article.possible.map((copy) => told('', copy.title, copy.mark)).join(', ');
    throw new Violation(`${told(entry.link, entry.title, mark)} is none of: ${copies}`);
  }

  #touch(article: State): void {
    article.touched = true;
    const contents = new Set(article.possible.map(({ title, mark }) => told('', title, mark)));
    if (contents.size > 1) article.choices += 1;
    this.#possibleWindows.clear();
  }
}

function told(link: string, title: string, mark: string): string {
  return `${link} “${title}” ${mark === '' ? '(cut short)' : mark}`;
}
