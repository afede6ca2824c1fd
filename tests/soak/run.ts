// Traffic and clients at once, round after round; after each round everything must be as the model says.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { text } from '../end-to-end/http.ts';
import { FORMATS } from '../../src/article.ts';
import { askSlowly, Follower, type FollowerOptions, Observers } from './clients.ts';
import { SoakDaemon } from './daemon.ts';
import { readDocument } from './documents.ts';
import { Model, Violation } from './model.ts';
import { Random } from './random.ts';
import { Traffic } from './traffic.ts';

export interface SoakOptions {
  readonly seed: number;
  /** Live articles at the start, and about as many later. */
  readonly population: number;
  /** Entries that a feed shows. */
  readonly window: number;
  readonly operationsPerRound: number;
  /** Between two operations, on average. ms */
  readonly pauseMs: number;
  /** Whether the process is ended in each round: asked to (SIGTERM), or not (SIGKILL). */
  readonly restarts: boolean;
  /** Told after each round; false ends the soak. */
  readonly onRound: (soak: Soak) => Promise<boolean>;
}

const FOLLOWERS: readonly FollowerOptions[] = [
  { outlet: null, format: 'atom' },
  { outlet: null, format: 'atom', coding: 'gzip' },
  { outlet: null, format: 'atom', coding: 'zstd', delta: true },
  { outlet: null, format: 'atom', validator: 'last-modified' },
  { outlet: null, format: 'rss', coding: 'br' },
  { outlet: null, format: 'json', coding: 'zstd' },
  { outlet: 'voa', format: 'atom', coding: 'br', delta: true },
  { outlet: 'mill.example', format: 'rss', coding: 'gzip', delta: true },
  { outlet: 'bbc', format: 'json', validator: 'last-modified' },
];
/** Two followers wait so long between two polls that articles scroll past meanwhile. ms */
const POLL_PAUSES_MS = [20, 50, 90, 150, 300, 2_000];
const SLOW_PAUSE_MS = 200;
const SETTLE_MS = 400;
const SETTLED_WITHIN_MS = 60_000;
const LOOK_MS = 25;
/** Never comes around: what appears has been noticed, not found by the regular look. */
const YEARLY = '0 0 1 1 *';

export class Soak {
  readonly traffic: Traffic;
  readonly observers: Observers;
  readonly daemon: SoakDaemon;
  readonly model: Model;
  readonly #options: SoakOptions;
  readonly #random: Random;
  readonly #published: string;
  readonly #followers: readonly Follower[];
  rounds = 0;
  ends = { SIGTERM: 0, SIGKILL: 0 };

  private constructor(
    options: SoakOptions,
    random: Random,
    model: Model,
    traffic: Traffic,
    daemon: SoakDaemon,
    published: string,
  ) {
    this.#published = published;
    this.#options = options;
    this.#random = random;
    this.model = model;
    this.traffic = traffic;
    this.daemon = daemon;
    this.observers = new Observers(model, daemon.url);
    this.#followers = FOLLOWERS.map((each) => new Follower(this.observers, each));
  }

  /** @throws Violation at the first thing that a subscriber must not see */
  static async run(options: SoakOptions): Promise<Soak> {
    const directory = await mkdtemp(join(tmpdir(), 'feedmill-soak-'));
    const [seeds, data, config] = ['seeds', 'data', 'config.yaml'].map((name) => join(directory, name));
    await using daemon = new SoakDaemon(['--config', config!, '--seeds', seeds!, '--data', data!]);
    try {
      await mkdir(seeds!);
      const settings = { settleMs: SETTLE_MS, schedule: YEARLY, window: { entries: options.window } };
      await writeFile(config!, stringify(settings));
      const random = new Random(options.seed);
      const model = new Model(options.window);
      const { population } = options;
      const traffic = new Traffic(model, random, { directory: seeds!, settleMs: SETTLE_MS, population });
      traffic.populate();
      await daemon.start();
      const soak = new Soak(options, random, model, traffic, daemon, join(data!, 'public'));
      await soak.#rounds();
      return soak;
    } catch (error) {
      if (error instanceof Error)
        error.message += `\nSeed ${options.seed}. The daemon's last words:\n${daemon.lines}`;
      throw error;
    } finally {
      await daemon.end('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    }
  }

  async #rounds(): Promise<void> {
    try {
      await this.#settle();
      while (await this.#options.onRound(this)) {
        await this.#round();
        this.rounds += 1;
      }
    } finally {
      for (const follower of this.#followers) follower.close();
    }
  }

  async #round(): Promise<void> {
    const during = new AbortController();
    const clients = [
      ...this.#followers.map(async (follower, i) =>
        this.#repeat(
          async () => void (await follower.poll()),
          POLL_PAUSES_MS[i % POLL_PAUSES_MS.length]!,
          during.signal,
        ),
      ),
      this.#repeat(async () => askSlowly(this.observers), SLOW_PAUSE_MS, during.signal),
    ];
    // The first that fails ends the round for all.
    const failed = Promise.all(clients);
    failed.catch(() => during.abort());
    try {
      await this.#operate(during.signal);
    } finally {
      during.abort();
      await Promise.allSettled(clients);
    }
    await failed;
    await this.#settle();
  }

  async #operate(signal: AbortSignal): Promise<void> {
    const { operationsPerRound, pauseMs, restarts } = this.#options;
    const endsAt = restarts ? this.#random.below(operationsPerRound) : -1;
    for (let i = 0; i < operationsPerRound && !signal.aborted; i += 1) {
      this.traffic.step();
      await sleep(this.#random.below(2 * pauseMs + 1));
      if (i === endsAt) await this.#restart();
    }
  }

  async #restart(): Promise<void> {
    const signal = this.#random.next() < 0.5 ? 'SIGTERM' : 'SIGKILL';
    this.observers.lives += 1;
    await this.daemon.end(signal);
    this.ends[signal] += 1;
    for (const follower of this.#followers) follower.startAnew();
    await this.daemon.start();
    this.observers.lives += 1;
  }

  async #repeat(action: () => Promise<void>, pauseMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await action();
      await sleep(pauseMs);
    }
  }

  /** Waits until the daemon has seen everything, then holds the feeds and all clients against the model. */
  async #settle(): Promise<void> {
    const { model, daemon } = this;
    await this.traffic.written();
    await sleep(SETTLE_MS * 2);
    this.traffic.arriveLast();
    const end = performance.now() + SETTLED_WITHIN_MS;
    for (;;) {
      const difference = await this.#difference();
      if (difference === null) break;
      if (performance.now() > end) throw new Violation(`it does not settle: ${difference}`);
      await sleep(LOOK_MS);
    }
    model.settle();
    for (const follower of this.#followers) await follower.checkSettled();
    for (const outlet of [null, ...model.outlets]) {
      await this.#checkArchive(outlet);
    }
    daemon.checkLog();
  }

  /** How the feeds differ from what they must be; `null` if in nothing. */
  async #difference(): Promise<string | null> {
    const { model } = this;
    for (const outlet of [null, ...model.outlets]) {
      const address = this.#addressOf(outlet);
      const document = readDocument('atom', await text(address));
      model.check(outlet, document);
      for (const format of FORMATS) {
        const path = new URL(address.replace(/atom$/, format)).pathname;
        const written = await readFile(join(this.#published, path), 'utf8').catch(() => '');
        // A process that is killed goes on from there.
        if (written !== (await text(this.daemon.url + path)))
          return `${path} is not yet the file that is served`;
      }
      const difference = model.difference(outlet, document);
      if (difference !== null) return `${outlet ?? 'merged'}: ${difference}`;
      const [untold] = model.untold(outlet, document.deleted);
      if (untold !== undefined) return `${outlet ?? 'merged'}: no word of ${untold}, which is gone`;
    }
    const health = JSON.parse(await text(`${this.daemon.url}/healthz`)) as Health;
    const known = `${health.seeds.known} seeds, ${health.seeds.missing} missing, ${health.articles} articles`;
    const must = `${model.files.size} seeds, 0 missing, ${model.live(null).length} articles`;
    return known === must ? null : `it knows ${known}; there are ${must}`;
  }

  /** Feed and archive together hold every article, and the archive each of its own once. */
  async #checkArchive(outlet: string | null): Promise<void> {
    const { model } = this;
    const feed = readDocument('atom', await text(this.#addressOf(outlet)));
    const archived = new Set<string>();
    for (let url = feed.previous; url !== null;) {
      const document = readDocument('atom', await text(url));
      model.check(outlet, document, true);
      for (const { id, link } of document.entries) {
        if (archived.has(id)) throw new Violation(`${link} is twice in the archive`);
        archived.add(id);
      }
      url = document.previous;
    }
    const all = archived.union(new Set(feed.entries.map(({ id }) => id)));
    const ids = model.ids(outlet);
    for (const [id, { url }] of ids) if (!all.has(id)) throw new Violation(`${url} is in no document`);
    for (const id of all) if (!ids.has(id)) throw new Violation(`${id} has no seed and is shown`);
  }

  #addressOf(outlet: string | null): string {
    return `${this.daemon.url}/${outlet === null ? 'feed' : `outlets/${outlet}`}.atom`;
  }
}

interface Health {
  readonly articles: number;
  readonly seeds: { readonly known: number; readonly missing: number };
}
