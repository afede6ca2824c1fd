// The daemon: serves what is published from start to stop, whatever configuration is at work.
import { setTimeout as after } from 'node:timers/promises';
import { Alarms } from './alarms.ts';
import { AnswerCounts } from './answer-counts.ts';
import { type Config, ConfigError, listenAddress, requireFixed } from './config.ts';
import { type HealthFacts, healthOf } from './health.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Access } from './output/access.ts';
import type { Health } from './output/answers.ts';
import { publicFolder, readArchivePath, tagsFileIn } from './output/paths.ts';
import { Publisher } from './output/publish.ts';
import { FeedServer } from './output/server.ts';
import type { PipelineOptions } from './pipeline.ts';
import { type Rules, verifyRules } from './recipes.ts';
import { type PassResult, type PassSummary, reportFailure, reportLive } from './report.ts';
import { siteOf } from './site.ts';
import type { Supervised } from './systemd.ts';
import { accessOf } from './tokens.ts';
import { warmUp } from './warm-up.ts';
import { RETRY_MS, Works } from './works.ts';

/** What is read anew when it changes. */
export interface Setup {
  readonly config: Config;
  readonly rules: Rules;
}

export interface ServiceOptions extends Setup {
  readonly log: Log;
  readonly version: string;
  /** Of Node, and of what it consists of. */
  readonly runtime: string;
  readonly now: () => number;
  /** Shows how far a pass has come. */
  readonly show?: PipelineOptions['show'];
}

export interface RunOptions extends ServiceOptions {
  /** A socket that listens already, instead of the configured address. */
  readonly descriptor: number | null;
}

export class Service implements AsyncDisposable, Supervised {
  readonly #options: RunOptions;
  readonly #alarms: Alarms;
  readonly #stop = new AbortController();
  readonly #publisher: Publisher;
  #metrics: Promise<Metrics> | null = null;
  readonly #answers = new AnswerCounts();
  #server: FeedServer | null = null;
  #works: Works | null = null;
  /** One reload after another. */
  #reloaded: Promise<void> = Promise.resolve();
  #lastPass: HealthFacts['lastPass'] = null;
  #lastLook: number | null = null;

  /**
   * Serves what was published last, then looks at everything, then at whatever changes.
   *
   * @throws ListenError, LedgerRefusedError, ConfigError
   */
  static async start(options: RunOptions): Promise<Service> {
    const service = new Service(options);
    try {
      await service.#serve();
      // Else whoever published what there is has verified these very rules.
      if (!service.#works!.madeByThis) await verifyRules(options.rules);
    } catch (error) {
      await service[Symbol.asyncDispose]();
      throw error;
    }
    await service.#works!.start();
    return service;
  }

  private constructor(options: RunOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options);
    const { data } = options.config;
    this.#publisher = new Publisher(publicFolder(data), tagsFileIn(data), {
      signal: this.#stop.signal,
      onLost: (path) => this.#works?.missed(path),
    });
  }

  get health(): Health {
    return healthOf({
      version: this.#options.version,
      now: this.#options.now(),
      startedAt: performance.timeOrigin,
      alarms: this.#alarms,
      stock: this.#works!.stock,
      snapshot: this.#publisher.snapshot,
      lastPass: this.#lastPass,
      lastLook: this.#lastLook,
    });
  }

  get summary(): string {
    const { status } = this.health;
    const { articles } = this.#works!.stock;
    const reasons = [...this.#alarms.raised.keys()].join(', ');
    return `${status}${reasons && ` (${reasons})`}: ${articles} articles`;
  }

  goesOn(): boolean {
    return this.#works!.goesOn();
  }

  /**
   * Goes on by what `read` finds: connections stay, and what is published is served meanwhile. If that is no
   * good the log and an alarm say so, and all stays as it is.
   */
  async reload(read: () => Promise<Setup>): Promise<void> {
    this.#reloaded = this.#reloaded.then(async () => this.#reload(read));
    await this.#reloaded;
  }

  async #reload(read: () => Promise<Setup>): Promise<void> {
    const { log } = this.#options;
    const before = this.#works!;
    if (this.#stop.signal.aborted) return;
    let next: Setup;
    let access: Access | null;
    try {
      next = await read();
      requireFixed(before.config, next.config);
      await verifyRules(next.rules);
      access = accessOf(next.config);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#alarms.set(
        'reload-refused',
        'the configuration read last is no good, and the one before stays in force. The log says why; ' +
          'mend it and reload',
        error.message,
      );
      return;
    }
    await before[Symbol.asyncDispose]();
    await this.#setGoing(next, access);
    if (this.#stop.signal.aborted) return;
    log.level = next.config.logLevel;
    this.#alarms.set('reload-refused', null);
    log.info('configuration and recipes read anew');
  }

  /** Tries until it can be done, for what is published is served meanwhile; or until there is no more need. */
  async #setGoing(setup: Setup, access: Access | null): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.#works = this.#createWorks(setup, access);
        await this.#works.start();
        return;
      } catch (error) {
        await this.#works![Symbol.asyncDispose]();
        reportFailure(this.#alarms, error as Error, log);
        await after(RETRY_MS, null, { signal }).catch(() => {});
      }
    }
  }

  /** Stops: no new work is taken, a pass under way ends at its next step, files and ports are left free. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    // What a reload has begun is ended, and not left behind.
    await this.#reloaded.catch(() => {});
    await Promise.all([this.#server?.close(), this.#works?.[Symbol.asyncDispose]()]);
    await this.#publisher.encoded();
  }

  async #serve(): Promise<void> {
    const { descriptor, config, now } = this.#options;
    const access = accessOf(config);
    const address = descriptor === null ? listenAddress(config.listen) : { descriptor };
    this.#server = await FeedServer.listen(address, {
      served: () => {
        const { site, archive, access: admitted } = this.#works!;
        return {
          snapshot: this.#publisher.snapshot,
          make: (path) => (readArchivePath(path) === null ? null : archive.get(path)),
          baseUrl: site.baseUrl,
          access: admitted,
          maxAge: site.maxAge,
          hubs: site.hubs,
          metrics: async () => (await this.#measure()).text(),
        };
      },
      health: () => this.health,
      handler: (path) => this.#works!.webSub.handler(path),
      now,
      onAnswered: this.#answers.add,
      onError: (error) => this.#options.log.error({ err: error }, 'an answer could not be made'),
    });
    this.#works = this.#createWorks(this.#options, access);
  }

  #createWorks({ config, rules }: Setup, access: Access | null): Works {
    const { version, runtime, log, now, show } = this.#options;
    return new Works({
      config,
      rules,
      site: siteOf(config, version, this.#server!.port),
      access,
      publisher: this.#publisher,
      alarms: this.#alarms,
      runtime,
      log,
      now,
      show,
      onPass: (summary, result) => this.#passed(summary, result),
      onFailure: () => void this.#measure().then((metrics) => metrics.failed()),
    });
  }

  /** Not before there is something to tell: what keeps metrics takes longer to load than all that is served with. */
  #measure(): Promise<Metrics> {
    return (this.#metrics ??= this.#createMetrics());
  }

  async #createMetrics(): Promise<Metrics> {
    const { Metrics: Keeper } = await import('./metrics.ts');
    return new Keeper({
      version: this.#options.version,
      data: this.#options.config.data,
      stock: () => this.#works!.stock,
      lastLook: () => this.#lastLook,
      alarms: this.#alarms,
      snapshot: () => this.#publisher.snapshot,
      ledgerFile: this.#works!.ledgerFile,
      answers: this.#answers,
    });
  }

  #passed(summary: PassSummary, result: PassResult): void {
    const measured = this.#measure().then((metrics) => metrics.passed(summary, result));
    if (this.#lastPass === null) {
      const { site, stock } = this.#works!;
      reportLive(site, stock, this.#server!.place, this.#options.log);
      // What fails there will fail for an article, too, and be told.
      void measured.then(async () => warmUp(this.#options.rules)).catch(() => {});
    }
    this.#lastPass = { at: this.#options.now(), ...summary };
    if (summary.pass === 'everything') this.#lastLook = this.#lastPass.at;
  }
}
