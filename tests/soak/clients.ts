// Who subscribes, and what each of them relies on.
import { hash } from 'node:crypto';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Format } from '../../src/article.ts';
import { type Answer, get } from '../end-to-end/http.ts';
import { entryOf, readDocument, type ReadDocument, type ReadEntry } from './documents.ts';
import { type Model, Violation } from './model.ts';

/** What all clients share: where to ask, and what nobody may ever see. */
export class Observers {
  readonly model: Model;
  readonly url: string;
  readonly statuses = new Map<number, number>();
  /** Odd while the process is being ended and started again. A request of such a time may fail. */
  lives = 0;
  readonly #hashes = new Map<string, string>();
  readonly #tags = new Map<string, string>();

  constructor(model: Model, url: string) {
    this.model = model;
    this.url = url;
  }

  get requests(): number {
    return [...this.statuses.values()].reduce((sum, count) => sum + count, 0);
  }

  /** @param life in which a request began that has failed */
  mayFail(life: number): boolean {
    return life !== this.lives || life % 2 === 1;
  }

  count(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  /** The same tag stands for the same bytes, and the same bytes have the same tag. */
  sameTagSameBytes(path: string, { headers, body }: Answer): void {
    const bytes = `${path} ${headers['content-encoding'] ?? 'identity'} ${hash('sha256', body)}`;
    const tag = `${path} ${headers.etag}`;
    if ((this.#hashes.get(tag) ?? bytes) !== bytes) throw new Violation(`other bytes under the tag ${tag}`);
    if ((this.#tags.get(bytes) ?? tag) !== tag)
      throw new Violation(`the same bytes under ${tag} and another`);
    this.#hashes.set(tag, bytes);
    this.#tags.set(bytes, tag);
  }
}

export interface FollowerOptions {
  /** `null`: the merged feed. */
  readonly outlet: string | null;
  readonly format: Format;
  readonly coding?: 'gzip' | 'br' | 'zstd';
  /** Understands answers of new entries alone (RFC 3229). */
  readonly delta?: boolean;
  /** By which it asks whether there is anything new. */
  readonly validator?: 'etag' | 'last-modified';
}

interface Seen {
  readonly entry: ReadEntry;
  /** Whether what is seen later must follow from it. */
  readonly binding: boolean;
  readonly settledChoices: number;
}

/** Polls a feed, and walks back in its archive to what it knows (RFC 5005). */
export class Follower {
  readonly #observers: Observers;
  readonly #options: FollowerOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #path: string;
  readonly #seen = new Map<string, Seen>();
  #seenWhenSettled = new Map<string, Seen>();
  readonly #withdrawn = new Set<string>();
  readonly #walked = new Set<string>();
  #validator: string | null = null;
  /** The feed as it was sent whole last. */
  #held: ReadDocument | null = null;
  #previous: string | null = null;

  constructor(observers: Observers, options: FollowerOptions) {
    this.#observers = observers;
    this.#options = options;
    const { outlet, format } = options;
    this.#path = `${outlet === null ? '/feed' : `/outlets/${outlet}`}.${format}`;
  }

  get name(): string {
    const { coding = 'identity', delta = false, validator = 'etag' } = this.#options;
    return [this.#path, coding, validator, ...(delta ? ['delta'] : [])].join(' ');
  }

  /** Asks once. @returns false if the process ended meanwhile, or is not ready yet */
  async poll(): Promise<boolean> {
    const answer = await this.#ask(this.#path, this.#conditions());
    if (answer === null || answer.status === 503) return false;
    this.#take(answer);
    return this.#walk();
  }

  /** Now that all is settled it has every article, each once and as it is. */
  async checkSettled(): Promise<void> {
    const { model } = this.#observers;
    const { outlet, format } = this.#options;
    if (!(await this.poll())) throw new Violation(`${this.name}: no answer though all is settled`);
    const feed = model.live(outlet).slice(0, model.window);
    const ids = model.ids(outlet);
    for (const [id, { url, revived }] of ids) {
      if (!this.#seen.has(id)) throw new Violation(`${this.name} never got ${url}`);
      // Who is told that something has gone, and knows the document of the archive that it is in, is not told
      // that it came back unless the feed shows it.
      const shown = feed.some(({ article }) => model.articles[article]!.url === url);
      if (this.#withdrawn.has(id) && (shown || !revived))
        throw new Violation(`${this.name} was told that ${url} is gone`);
    }
    if (format === 'atom') {
      for (const id of this.#seen.keys()) {
        if (!ids.has(id) && !this.#withdrawn.has(id))
          throw new Violation(`${this.name} was not told that ${id} is gone`);
      }
    }
    const byUrl = new Map([...this.#seen.values()].map(({ entry }) => [entry.link, entry]));
    for (const { article, title, mark } of feed) {
      const entry = byUrl.get(model.articles[article]!.url)!;
      if (entry.title !== title || entryOf(entry) !== mark)
        throw new Violation(`${this.name} has ${entry.link} as it was`);
    }
    this.#seenWhenSettled = new Map(this.#seen);
  }

  /** The process has ended: what was shown and not yet in a file may be as it was before. */
  startAnew(): void {
    this.#agent.destroy();
    for (const [id, seen] of this.#seen) {
      if (this.#seenWhenSettled.get(id) !== seen) this.#seen.set(id, { ...seen, binding: false });
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #conditions(): Record<string, string> {
    const { delta, validator = 'etag' } = this.#options;
    if (this.#validator === null) return {};
    if (validator === 'last-modified') return { 'if-modified-since': this.#validator };
    return { 'if-none-match': this.#validator, ...(delta && { 'a-im': 'feed' }) };
  }

  #take(answer: Answer): void {
    const { model } = this.#observers;
    const { outlet, delta = false, validator = 'etag' } = this.#options;
    if (answer.status === 304) {
      // Nothing has changed: what it has may still be what there is.
      if (this.#held !== null) model.check(outlet, this.#held);
      return;
    }
    const part = answer.status === 226 && delta;
    if (answer.status !== 200 && !part) throw new Violation(`${this.name}: ${answer.status}`);
    if (!part) this.#observers.sameTagSameBytes(this.#path, answer);
    const document = this.#read(answer);
    this.#note(document, part, false);
    this.#held = part ? null : document;
    this.#previous = document.previous;
    // A Last-Modified that would be later than the answer is left out.
    this.#validator = answer.headers[validator] ?? null;
  }

  /** Documents of the archive that it does not know yet; none is known unless all behind it are. */
  async #walk(): Promise<boolean> {
    const walked: string[] = [];
    for (let url = this.#previous; url !== null && !this.#walked.has(url);) {
      const path = url.slice(this.#observers.url.length);
      const answer = await this.#ask(path, {});
      if (answer === null || answer.status === 503) return false;
      if (answer.status !== 200) throw new Violation(`${path}: ${answer.status}`);
      const document = this.#read(answer);
      this.#note(document, true, true);
      walked.push(url);
      url = document.previous;
    }
    for (const url of walked) this.#walked.add(url);
    return true;
  }

  #note(document: ReadDocument, part: boolean, inArchive: boolean): void {
    const { model } = this.#observers;
    model.check(this.#options.outlet, document, part);
    for (const entry of document.entries) {
      const article = model.articleOf(entry);
      const seen = this.#seen.get(entry.id);
      if (seen?.binding === true && !model.isBackdated(article)) this.#compare(seen, entry);
      // Nothing is kept of what an article looked like that no feed has shown: it is updated when its header says.
      const binding = !inArchive;
      this.#seen.set(entry.id, { entry, binding, settledChoices: model.settledChoices(article) });
      this.#withdrawn.delete(entry.id);
    }
    for (const id of document.deleted) this.#withdrawn.add(id);
  }

  /** `updated` moves, and only forward, if and only if something has changed for a reader. */
  #compare({ entry: before, settledChoices }: Seen, entry: ReadEntry): void {
    const { model } = this.#observers;
    const same = before.title === entry.title && before.content === entry.content;
    const steady = model.isSteady(model.articleOf(entry), settledChoices);
    const times = `${new Date(before.updated).toISOString()} → ${new Date(entry.updated).toISOString()}`;
    if (entry.updated < before.updated) throw new Violation(`${entry.link}: updated went back, ${times}`);
    if (same && steady && entry.updated !== before.updated)
      throw new Violation(`${entry.link}: updated moved, and nothing else, ${times}`);
    if (!same && entry.updated === before.updated)
      throw new Violation(`${entry.link} changed, and not its updated`);
  }

  /** `null` if the process ended meanwhile. */
  async #ask(path: string, conditions: Record<string, string>): Promise<Answer | null> {
    const { url, lives } = this.#observers;
    const { coding } = this.#options;
    const headers = { ...conditions, ...(coding !== undefined && { 'accept-encoding': coding }) };
    try {
      const answer = await get(url + path, { headers, agent: this.#agent });
      this.#observers.count(answer.status);
      return answer;
    } catch (error) {
      if (!this.#observers.mayFail(lives)) throw error;
      return null;
    }
  }

  #read({ headers, body }: Answer): ReadDocument {
    const text = decoded(body, headers['content-encoding']).toString();
    try {
      return readDocument(this.#options.format, text);
    } catch (error) {
      throw new Violation(`${this.name} is not well-formed: ${(error as Error).message}`);
    }
  }
}

function decoded(body: Buffer, coding: string | undefined): Buffer {
  if (coding === 'gzip') return gunzipSync(body);
  if (coding === 'br') return brotliDecompressSync(body);
  if (coding === 'zstd') return zstdDecompressSync(body);
  return body;
}

const SLOW_PIECE_MS = 40;

/** Writes its request in pieces, reads nothing for a while, and gets one whole document all the same. */
export async function askSlowly(observers: Observers): Promise<void> {
  const { hostname, port } = new URL(observers.url);
  const { lives } = observers;
  const socket = connect(Number(port), hostname).pause();
  // Reading tells of it.
  socket.on('error', () => {});
  try {
    for (const piece of [
      'GET /feed.at',
      'om HTTP/1.1\r\nHo',
      `st: ${hostname}\r\nConn`,
      'ection: close\r\n',
      '\r\n',
    ]) {
      socket.write(piece);
      await sleep(SLOW_PIECE_MS);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const [head, body] = Buffer.concat(chunks)
      .toString()
      .split(/\r\n\r\n(.*)/s) as [string, string];
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
    observers.count(status);
    if (status !== 200) throw new Violation(`a slow client got ${status}`);
    observers.model.check(null, readDocument('atom', body));
  } catch (error) {
    if (!observers.mayFail(lives)) throw error;
  } finally {
    socket.destroy();
  }
}
