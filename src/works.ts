// All that one configuration sets going: the watch, the schedule, passes, and who is told of their outcome.
import { setTimeout as after } from 'node:timers/promises';
import type { Alarms } from './alarms.ts';
import type { Config } from './config.ts';
import { EVERYTHING, type LookRequest, LookRequests } from './intake/requests.ts';
import { startSchedule } from './intake/schedule.ts';
import { SeedWatch } from './intake/watch.ts';
import type { Stock } from './ledger/ledger.ts';
import type { Log } from './log.ts';
import { Rest } from './memory.ts';
import type { Access } from './output/access.ts';
import { BusyError, OnDemand } from './output/on-demand.ts';
import { readArchivePath } from './output/paths.ts';
import type { Publisher } from './output/publish.ts';
import { Overdue } from './overdue.ts';
import { Pipeline, type PipelineOptions } from './pipeline.ts';
import { takePrecautions } from './precautions.ts';
import { Pulse } from './pulse.ts';
import type { Rules } from './recipes.ts';
import { type PassResult, type PassSummary, reportFailure, reportPass, updateAlarms } from './report.ts';
import { restoreSiteId, type Site } from './site.ts';
import { accessOf } from './tokens.ts';
import { WebSub } from './websub/websub.ts';

export interface WorksOptions {
  readonly config: Config;
  readonly rules: Rules;
  readonly site: Site;
  readonly access: Access | null;
  readonly publisher: Publisher;
  readonly runtime: string;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly now: () => number;
  readonly show: PipelineOptions['show'];
  /** After each pass that came to its end. */
  readonly onPass: (summary: PassSummary, result: PassResult) => void;
  readonly onFailure: () => void;
}

/** How long those who ask for an archive wait for the first pass, which finds out what the feeds say of themselves. */
const FIRST_PASS_MS = 5_000;
/** After a pass that failed, or could not write all that it made; or that could not even be begun. ms */
export const RETRY_MS = 10_000;

export class Works implements AsyncDisposable {
  readonly #options: WorksOptions;
  readonly #abort = new AbortController();
  readonly #requests: LookRequests;
  readonly #watch: SeedWatch;
  readonly #pipeline: Pipeline;
  readonly webSub: WebSub;
  /** Resolves with the first pass, or when there will be none; `null` from then on. */
  #firstPass: PromiseWithResolvers<void> | null = Promise.withResolvers();
  /** Documents of archives. */
  readonly archive = new OnDemand(async (path) => {
    const name = readArchivePath(path);
    if (name === null) return null;
    if (this.#firstPass !== null) {
      await Promise.race([this.#firstPass.promise, after(FIRST_PASS_MS, null, { ref: false })]);
    }
    if (this.#abort.signal.aborted) throw new BusyError('another configuration comes into force');
    return this.#pipeline.archived(name, name.format);
  });
  /** Directories of seeds met in the look at everything that is under way. */
  readonly #directories = new Set<string>();
  /** When it began, by a clock that cannot be set; `null` if there is none. ms */
  #begun: number | null = null;
  /** The last pass failed, and what it was to look at is still to be looked at. */
  #failed = false;
  #access: Access | null;
  #schedule: Disposable | null = null;
  readonly #pulse = new Pulse();
  readonly #overdue: Overdue;
  readonly #rest = new Rest(async () => this.#options.publisher.encoded());

  /** @throws LedgerRefusedError */
  constructor(options: WorksOptions) {
    const { config, site, publisher, log, now } = options;
    takePrecautions(config, log);
    this.#options = options;
    this.#access = options.access;
    this.#pipeline = new Pipeline({
      ...options,
      quietMs: config.settleMs,
      asked: () => this.#requests.hasPaths,
      step: () => {
        this.#abort.signal.throwIfAborted();
        this.#pulse.step();
      },
      sighting: (path) => this.#watch.sighting(path),
      onDirectory: (path) => {
        this.#directories.add(path);
        this.#watch.follow(path);
      },
    });
    this.#overdue = new Overdue(config.schedule, options.alarms);
    this.#requests = new LookRequests(
      (request) => this.#pulse.during(async () => this.#look(this.#failed ? EVERYTHING : request)),
      config.debounceMs,
    );
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
    this.webSub = new WebSub({
      settings: config.websub,
      baseUrl: site.baseUrl,
      version: site.version,
      snapshot: () => publisher.snapshot,
      subscriptions: () => this.#pipeline.subscriptions,
      log,
      now,
    });
  }

  get config(): Config {
    return this.#options.config;
  }

  get site(): Site {
    return this.#options.site;
  }

  /** Who may read; `null`: everybody. */
  get access(): Access | null {
    return this.#access;
  }

  get stock(): Stock {
    return this.#pipeline.stock;
  }

  get ledgerFile(): string {
    return this.#pipeline.ledgerFile;
  }

  /** See `Due.madeByThis`. */
  get madeByThis(): boolean {
    return this.#pipeline.madeByThis(this.site);
  }

  /** Looks at everything, then at whatever changes. */
  async start(): Promise<void> {
    await this.#pipeline.count();
    this.#requests.ask();
    this.#schedule = startSchedule(this.config.schedule, async () => {
      await this.#requests.everything();
    });
  }

  /** A published file is not what was written into it. */
  missed(path: string): void {
    this.#options.log.warn({ document: path }, 'changed by somebody else: made anew');
    this.#requests.ask();
  }

  /** Whether no pass is under way, or one that has gone on since this was last asked. */
  goesOn(): boolean {
    return this.#pulse.goesOn();
  }

  /** No new work is taken, a pass under way ends at its next step. What is published stays with the publisher. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#schedule?.[Symbol.dispose]();
    this.#overdue[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    this.#rest[Symbol.dispose]();
    this.#abort.abort();
    this.#endFirstPass();
    await Promise.all([this.#requests.stop(), this.webSub[Symbol.asyncDispose]()]);
    await this.archive.idle();
    await this.#pipeline[Symbol.asyncDispose]();
  }

  /**
   * One pass. Whatever it meets, the daemon goes on and the last good feeds stay up.
   *
   * @returns whether a look at everything is to go on
   */
  async #look(request: LookRequest): Promise<boolean> {
    const { config, alarms, site, log, onPass, onFailure } = this.#options;
    const kind = request.all ? 'everything' : 'noticed';
    const now = performance.now();
    if (request.all && this.#begun === null) {
      this.#directories.clear();
      this.#begun = now;
      this.#readAccess();
    }
    const start = request.all ? this.#begun! : now;
    try {
      const result = await this.#pipeline.pass(request, site);
      this.#failed = false;
      if (result === null) return true;
      if (request.all) this.#begun = null;
      const durationMs = performance.now() - start;
      if (result.added + result.changed + result.withdrawn > 0) this.archive.forget();
      this.webSub.published();
      if (request.all && config.siteId === null) restoreSiteId(config.data, site.id);
      if (request.all) this.#watch.unfollowExcept(this.#directories);
      if (request.all) this.#overdue.looked();
      updateAlarms(alarms, kind, result);
      const summary = reportPass(kind, result, this.#pipeline.stock, durationMs, log);
      if (result.unclear) this.#requests.ask();
      if (result.again) this.#requests.askIn(result.again.delayMs, result.again.paths);
      if (result.publishError) this.#requests.askIn(RETRY_MS, []);
      const first = this.#firstPass !== null;
      this.#endFirstPass();
      onPass(summary, result);
      if (first || result.published.length > 0) this.#rest.begin();
    } catch (error) {
      this.#begun = null;
      if (this.#abort.signal.aborted) return false;
      reportFailure(alarms, error as Error, log);
      this.#failed = true;
      this.#requests.askIn(RETRY_MS, []);
      onFailure();
    }
    return this.#begun !== null;
  }

  /** Tokens come and go without a restart. If their file cannot be read, those read last hold. */
  #readAccess(): void {
    const { config, alarms } = this.#options;
    if (config.access === null) return alarms.set('tokens-unreadable', null);
    try {
      this.#access = accessOf(config);
      alarms.set('tokens-unreadable', null);
    } catch (error) {
      const shown = 'the tokens cannot be read; those read before hold. The log says why';
      alarms.set('tokens-unreadable', shown, (error as Error).message);
    }
  }

  #endFirstPass(): void {
    this.#firstPass?.resolve();
    this.#firstPass = null;
  }
}
