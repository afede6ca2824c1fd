// The daemon: joins the parts, from start to stop.
import { type Config, listenAddress } from './config.ts';
import { type LookRequest, LookRequests } from './intake/requests.ts';
import { startSchedule } from './intake/schedule.ts';
import { maxAgeOf } from './freshness.ts';
import { SeedWatch } from './intake/watch.ts';
import type { Log } from './log.ts';
import type { Health } from './output/answers.ts';
import type { Metrics } from './metrics.ts';
import { OnDemand } from './output/on-demand.ts';
import { readArchivePath } from './output/paths.ts';
import { FeedServer } from './output/server.ts';
import { Pipeline } from './pipeline.ts';
import { Access } from './output/access.ts';
import { readTokens } from './tokens.ts';
import { type Rules, verifyRules } from './recipes.ts';
import { type Alarms, reportPass, setAlarm, updateAlarms } from './report.ts';
import { type Site, siteOf } from './site.ts';
import { WebSub } from './websub/websub.ts';

export interface ServiceOptions {
  readonly config: Config;
  readonly rules: Rules;
  readonly log: Log;
  readonly version: string;
  readonly now: () => number;
}

export class Service implements AsyncDisposable {
  readonly #options: ServiceOptions;
  readonly #alarms: Alarms = new Map();
  readonly #abort = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #requests: LookRequests;
  readonly #watch: SeedWatch;
  readonly #pipeline: Pipeline;
  /** Documents of archives. */
  readonly #archive = new OnDemand(async (path) => {
    const name = readArchivePath(path);
    return name && this.#pipeline.archived(name, name.format);
  });
  /** Directories of seeds met in the look at everything that is under way. */
  readonly #directories = new Set<string>();
  /** `null` until there is time to load what keeps them. */
  #metrics: Metrics | null = null;
  #server: FeedServer | null = null;
  #schedule: Disposable | null = null;
  #access: Access | null;
  #site: Site | null = null;
  #webSub: WebSub | null = null;
  #passes = 0;
  #lastPass: Record<string, unknown> | null = null;

  /**
   * Serves what was published last, then looks at everything, then at whatever changes.
   *
   * @throws ListenError, LedgerRefusedError, ConfigError
   */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options);
    try {
      await service.#serve();
      await service.#measure();
      await verifyRules(options.rules);
    } catch (error) {
      await service[Symbol.asyncDispose]();
      throw error;
    }
    service.#requests.ask();
    service.#schedule = startSchedule(options.config.schedule, async () => {
      service.#requests.ask();
      await service.#requests.idle();
    });
    return service;
  }

  private constructor(options: ServiceOptions) {
    const { config, log } = options;
    this.#options = options;
    this.#access = config.access === null ? null : new Access(readTokens(config.access));
    this.#requests = new LookRequests((request) => this.#look(request), config.debounceMs);
    this.#watch = new SeedWatch({
      root: config.seeds,
      settleMs: config.settleMs,
      onEvent: (path) => this.#requests.ask(path === null ? undefined : [path]),
      onBurst: () => this.#requests.ask(),
      onTrouble: (path, error) => {
        const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
        log[gone ? 'debug' : 'warn'](
          { directory: path, why: error.message },
          'directory not watched; only the schedule looks at it',
        );
      },
    });
    this.#pipeline = new Pipeline({
      ...options,
      quietMs: config.settleMs,
      signal: this.#abort.signal,
      sighting: (path) => this.#watch.sighting(path),
      onDirectory: (path) => {
        this.#directories.add(path);
        this.#watch.follow(path);
      },
    });
  }

  get health(): Health {
    const { articles, outlets, seeds, rejected, missing } = this.#pipeline.tally;
    const serving = this.#pipeline.publisher.snapshot.size > 0;
    return {
      status: serving ? (this.#alarms.size > 0 ? 'degraded' : 'ok') : 'starting',
      alarms: Object.fromEntries(this.#alarms),
      version: this.#options.version,
      articles,
      outlets: [...outlets.values()].filter((live) => live > 0).length,
      seeds: { known: seeds, rejected, missing },
      lastPass: this.#lastPass,
    };
  }

  /** Stops: no new work is taken, a pass under way ends at its next step, files and ports are left free. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#schedule?.[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#abort.abort();
    await Promise.all([this.#requests.stop(), this.#server?.close(), this.#webSub?.[Symbol.asyncDispose]()]);
    await this.#archive.idle();
    await this.#pipeline[Symbol.asyncDispose]();
  }

  async #serve(): Promise<void> {
    const { config, version, log, now } = this.#options;
    const maxAge = maxAgeOf(config.schedule);
    this.#server = await FeedServer.listen(listenAddress(config.listen), {
      served: () => ({
        snapshot: this.#pipeline.publisher.snapshot,
        make: (path) => (readArchivePath(path) === null ? null : this.#archive.get(path)),
        baseUrl: this.#site?.baseUrl ?? '',
        access: this.#access,
        maxAge,
        hubs: this.#site?.hubs ?? [],
        metrics: async () => this.#metrics?.text() ?? '',
      }),
      health: () => this.health,
      handler: (path) => this.#webSub?.handler(path) ?? null,
      now,
      onAnswered: (answered) => this.#metrics?.answered(answered),
      onError: (error) => this.#options.log.error({ err: error }, 'an answer could not be made'),
    });
    this.#site = siteOf(config, version, this.#server.port);
    const { baseUrl } = this.#site;
    this.#webSub = new WebSub({
      settings: config.websub,
      baseUrl,
      version,
      snapshot: () => this.#pipeline.publisher.snapshot,
      subscriptions: () => this.#pipeline.subscriptions,
      log,
      now,
    });
  }

  /** Not before something is served: what keeps metrics takes longer to load than all that is served with. */
  async #measure(): Promise<void> {
    const { Metrics: Keeper } = await import('./metrics.ts');
    this.#metrics = new Keeper({
      tally: () => this.#pipeline.tally,
      alarms: this.#alarms,
      snapshot: () => this.#pipeline.publisher.snapshot,
      ledgerFile: this.#pipeline.ledgerFile,
    });
  }

  /** One pass. Whatever it meets, the daemon goes on and the last good feeds stay up. */
  async #look(request: LookRequest): Promise<void> {
    const { log, now } = this.#options;
    const start = performance.now();
    this.#directories.clear();
    if (request.all) this.#readAccess();
    try {
      const result = await this.#pipeline.pass(request, this.#site!);
      const durationMs = performance.now() - start;
      if (result.added + result.changed + result.withdrawn > 0) this.#archive.forget();
      this.#webSub?.published();
      if (request.all) this.#watch.unfollowExcept(this.#directories);
      updateAlarms(this.#alarms, request.all, result, log);
      reportPass(result, this.#pipeline.tally, durationMs, log);
      this.#metrics?.passed(request.all, result, durationMs);
      if (result.unclear) this.#requests.ask();
      if (result.again) this.#lookAgain(result.again);
      this.#lastPass = {
        at: new Date(now()).toISOString(),
        durationMs: Math.round(durationMs),
        added: result.added,
        changed: result.changed,
        withdrawn: result.withdrawn,
      };
      this.#passes += 1;
      if (this.#passes === 1) this.#announce();
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      log.error({ err: error }, 'pass failed');
      setAlarm(this.#alarms, 'pass-failed', `the last pass failed: ${(error as Error).message}`, log);
    }
  }

  /** Tokens come and go without a restart. If their file cannot be read, those read last hold. */
  #readAccess(): void {
    const { config, log } = this.#options;
    if (config.access === null) return;
    try {
      this.#access = new Access(readTokens(config.access));
      setAlarm(this.#alarms, 'tokens-unreadable', null, log);
    } catch (error) {
      // Anybody may read alarms.
      const shown = 'the tokens cannot be read; those read before hold. The log says why';
      if (!this.#alarms.has('tokens-unreadable')) log.error({ err: error }, shown);
      setAlarm(this.#alarms, 'tokens-unreadable', shown, log);
    }
  }

  #lookAgain({ paths, delayMs }: { paths: readonly string[]; delayMs: number }): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#requests.ask(paths);
    }, delayMs);
    this.#timers.add(timer);
  }

  #announce(): void {
    const { baseUrl } = this.#site!;
    const { articles, outlets } = this.#pipeline.tally;
    const live = [...outlets].filter(([, count]) => count > 0).map(([id]) => id);
    const page = `${baseUrl}/`;
    const feeds = [`${baseUrl}/feed.atom`, ...live.sort().map((id) => `${baseUrl}/outlets/${id}.atom`)];
    this.#options.log.info(
      { articles, outlets: live.length, page, feeds, listen: this.#server!.place },
      `${articles} articles of ${live.length} outlets are live at ${page}`,
    );
  }
}
