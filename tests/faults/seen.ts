// What a reader, an operator and a strict parser see of a daemon while something is wrong with its machine.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAtomFeed } from 'feedsmith';
import { SaxesParser } from 'saxes';
import { type ReadEntry, readEntries } from '../end-to-end/atom.ts';
import { get, type HealthReport, health } from '../end-to-end/http.ts';
import { until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';

export const EVERY_SECOND = { schedule: '* * * * * *' };
/** More than a pass that failed waits before it is made again. ms */
export const PATIENTLY_MS = 25_000;

/** An archive that is longer leads round in a circle. */
const DOCUMENTS_MAX = 1_000;

/** From the first to the last of them. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

export function seedsOf(numbers: readonly number[]): Record<string, string> {
  return Object.fromEntries(numbers.map((number) => [`${number}.txt`, numberedSeed(number)]));
}

export class Reader {
  readonly #url: string;
  readonly #socket: string | undefined;

  /** @param socket the path of a Unix socket, if it is not to be TCP */
  constructor(url: string, socket?: string) {
    this.#url = url;
    this.#socket = socket;
  }

  async text(path: string): Promise<string> {
    const options = this.#socket === undefined ? {} : { socket: this.#socket };
    const { status, body } = await get(new URL(path, `${this.#url}/`).href, options);
    if (status !== 200) throw new Error(`${path}: ${status} ${body.toString()}`);
    return body.toString();
  }

  async entries(path = 'feed.atom'): Promise<ReadEntry[]> {
    return readEntries(await this.text(path));
  }

  async numbers(path = 'feed.atom'): Promise<number[]> {
    return numbersIn(await this.entries(path));
  }

  health(): Promise<HealthReport> {
    return health(this.#url, this.#socket);
  }

  /** What the operator is told, once it is. */
  async alarm(name: string): Promise<string> {
    return until(async () => {
      const { status, alarms } = await this.health();
      return status === 'degraded' ? alarms[name]?.message : undefined;
    }, PATIENTLY_MS);
  }

  /** Waits until nothing is wrong, and so many articles have been published: counted they are before that. */
  async well(articles: number): Promise<void> {
    await until(async () => {
      const report = await this.health().catch(() => null);
      return report?.status === 'ok' && report.lastPass?.articles === articles ? true : undefined;
    }, PATIENTLY_MS);
  }

  /** The entries of the feed, then of each document of its archive, back to the first. */
  async everything(): Promise<ReadEntry[][]> {
    const documents: ReadEntry[][] = [];
    for (
      let path: string | undefined = 'feed.atom';
      path !== undefined && documents.length < DOCUMENTS_MAX;
    ) {
      const xml: string = await this.text(path);
      documents.push(readEntries(xml));
      const address = parseAtomFeed(xml).links?.find(({ rel }) => rel === 'prev-archive')?.href;
      path = address === undefined ? undefined : new URL(address).pathname.slice(1);
    }
    return documents;
  }
}

/** The number in each title. */
export function numbersIn(entries: readonly ReadEntry[]): number[] {
  return entries.map(({ title }) => Number(/\d+/.exec(title)![0]));
}

/** What is published as files, as a strict parser sees it. @returns how many feeds there are */
export function requireWellFormed(published: string): number {
  const paths = (readdirSync(published, { recursive: true }) as string[]).filter((path) =>
    /(?:^|\/)[^.][^/]*\.(?:atom|rss|json|opml)$/.test(path),
  );
  for (const path of paths) {
    const content = readFileSync(join(published, path), 'utf8');
    if (path.endsWith('.json')) JSON.parse(content);
    else new SaxesParser({ xmlns: true }).write(content).close();
  }
  return paths.length;
}

/** Files that were being written when their process was killed. */
export function temporaryFiles(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[]).filter((path) =>
    path.endsWith('.feedmill-tmp'),
  );
}
