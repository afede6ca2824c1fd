// What the daemon has of WebSub, on a real ledger, a real publisher and a real server, and nothing else of it.
import { request } from 'node:http';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Document, DocumentEntry } from '../../src/article.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import type { Subscription } from '../../src/ledger/subscriptions.ts';
import { Publisher } from '../../src/output/publish.ts';
import { FeedServer } from '../../src/output/server.ts';
import type { WebSubSettings } from '../../src/websub/settings.ts';
import { WebSub, type WebSubOptions } from '../../src/websub/websub.ts';
import { servedOf } from '../output/served.ts';
import { configOf } from '../support/config.ts';
import { temporaryDirectory } from '../support/directories.ts';
import type { Answer } from '../end-to-end/http.ts';

export const BASE = 'https://feeds.example/of';
export const TOPIC = `${BASE}/feed.atom`;
export const DAY_MS = 86_400_000;

export interface PublicationOptions extends Pick<WebSubOptions, 'outgoing' | 'retryBaseMs'> {
  readonly settings?: Partial<WebSubSettings>;
}

/** A feed of entries `a1 b1`: a letter for the entry, a number for what it says. */
function feed(path: string, text: string): Document {
  let body = '<head>';
  const entries: DocumentEntry[] = [];
  for (const key of text.split(' ').filter(Boolean)) {
    if (entries.length > 0) body += ',';
    entries.push({ key, start: body.length, end: body.length + key.length });
    body += key;
  }
  return { path, body: Buffer.from(`${body}</end>`), entries };
}

export class Publication {
  readonly #directory: string;
  readonly #options: PublicationOptions;
  readonly publisher: Publisher;
  readonly ledger: Ledger;
  readonly #webSub: WebSub;
  #server: FeedServer | null = null;
  #stopped = false;
  /** Stands still unless it is moved. ms */
  now = Date.UTC(2026, 2, 10);
  readonly logged: string[] = [];

  /** @param directory that of an earlier process */
  static async start(
    options: PublicationOptions = {},
    directory = temporaryDirectory(),
  ): Promise<Publication> {
    const publication = new Publication(options, directory);
    onTestFinished(() => publication.stop());
    publication.#server = await FeedServer.listen(
      { host: '127.0.0.1', port: 0 },
      {
        served: () => servedOf({ snapshot: publication.publisher.snapshot, baseUrl: BASE }),
        health: () => ({ status: 'ok' }),
        handler: (path) => publication.#webSub.handler(path),
        now: () => publication.now,
        onAnswered: () => {},
        onError: (error) => {
          throw error;
        },
      },
    );
    return publication;
  }

  private constructor(options: PublicationOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.publisher = new Publisher(join(directory, 'public'), join(directory, 'tags.json'));
    this.ledger = openLedger(join(directory, 'ledger.sqlite'));
    const { websub } = configOf('');
    this.#webSub = new WebSub({
      retryBaseMs: 1,
      ...options,
      settings: { ...websub, hub: true, allowPrivateCallbacks: true, ...options.settings },
      baseUrl: BASE,
      version: '0',
      snapshot: () => this.publisher.snapshot,
      subscriptions: () => this.ledger.subscriptions,
      log: pino({ level: 'trace' }, { write: (line: string) => void this.logged.push(line) }),
      now: () => this.now,
    });
  }

  /** @param texts of the topics, `feed.atom` first */
  async publish(text: string, others: Readonly<Record<string, string>> = {}): Promise<void> {
    const documents = Object.entries({ 'feed.atom': text, ...others }).map(([path, each]) =>
      feed(path, each),
    );
    await this.publisher.publish(documents, this.now);
    this.#webSub.published();
  }

  /** Takes up what `publish` would, as a timer does. */
  wake(): void {
    this.#webSub.published();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await Promise.all([this.#server!.close(), this.#webSub[Symbol.asyncDispose]()]);
    await this.publisher.encoded();
    await this.ledger[Symbol.asyncDispose]();
  }

  /** The next process. */
  async restart(): Promise<Publication> {
    await this.stop();
    return Publication.start(this.#options, this.#directory);
  }

  get port(): number {
    return this.#server!.port!;
  }

  /** Asks the hub; parameters without `hub.`. */
  ask(parameters: Readonly<Record<string, string>>): Promise<Answer> {
    const named = Object.entries(parameters).map(([name, value]) => [`hub.${name}`, value]);
    return this.post(new URLSearchParams(named).toString());
  }

  subscribe(callback: string, parameters: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask({ mode: 'subscribe', topic: TOPIC, callback, ...parameters });
  }

  post(
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
    method = 'POST',
  ): Promise<Answer> {
    return send(this.port, method, body, {
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    });
  }

  subscription(callback: string, topic = 'feed.atom'): Promise<Subscription | null> {
    return this.ledger.subscriptions.find({ topic, callback });
  }
}

function send(
  port: number,
  method: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = `http://127.0.0.1:${port}/hub`;
    // Or the server closes the connection behind an early answer, and that may be lost.
    const options = { method, agent: false, headers: { connection: 'keep-alive', ...headers } };
    const asked = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode, headers: fields } = response;
        resolve({ status: statusCode!, headers: fields, body: Buffer.concat(chunks), reused: false });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
