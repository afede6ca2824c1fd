// Requests for a look: they coalesce, and what they ask for is done one at a time.

export interface LookRequest {
  /** The whole directory; else only `paths`. */
  readonly all: boolean;
  readonly paths: ReadonlySet<string>;
}

/** The whole directory. */
export const EVERYTHING: LookRequest = { all: true, paths: new Set() };

/** More paths than this are quicker found by looking at everything. */
const PATHS_MAX = 20_000;

/** A look at a large directory takes long, and has nothing to do with how soon the next should begin. ms */
const PAUSE_MAX_MS = 200;

/**
 * Collects requests and hands them on as one: a moment after the first, and never while what was handed on before is still
 * being done. What comes meanwhile then waits as long as that took, a fifth of a second at most: so a burst is few looks. A look
 * at everything gives way to one at paths, which is short, but once only. Nothing asked for is ever dropped.
 */
export class LookRequests {
  readonly #look: (request: LookRequest) => Promise<void>;
  readonly #debounceMs: number;
  #all = false;
  #paths = new Set<string>();
  /** A look at everything has given way. */
  #gaveWay = false;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  /** Of those who wait for a look at everything. */
  #everything: PromiseWithResolvers<void> | null = null;
  #stopped = false;

  /** @param look must not reject */
  constructor(look: (request: LookRequest) => Promise<void>, debounceMs: number) {
    this.#look = look;
    this.#debounceMs = debounceMs;
  }

  /** @param paths which; all if left out */
  ask(paths?: Iterable<string>): void {
    if (this.#stopped) return;
    if (paths === undefined) this.#all = true;
    else for (const path of paths) this.#paths.add(path);
    if (this.#paths.size > PATHS_MAX) {
      this.#all = true;
      this.#paths.clear();
    }
    this.#arm();
  }

  /** Asks for a look at everything; resolves when that has ended, or none will be begun any more. */
  async everything(): Promise<void> {
    this.ask();
    if (!this.#stopped) await (this.#everything ??= Promise.withResolvers()).promise;
  }

  /** Whether there are paths that are still to be looked at. */
  get hasPaths(): boolean {
    return this.#paths.size > 0;
  }

  /** Resolves when nothing is asked for and nothing is being done. */
  async idle(): Promise<void> {
    while (this.#timer !== null || this.#running !== null) {
      await (this.#running ?? new Promise((resolve) => setTimeout(resolve, this.#debounceMs)));
    }
  }

  /** Takes no further requests; resolves when what is being done has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#running;
    this.#everything?.resolve();
  }

  #arm(pauseMs = 0): void {
    if (this.#timer !== null || this.#running !== null) return;
    this.#timer = setTimeout(() => this.#begin(), Math.max(this.#debounceMs, pauseMs));
  }

  #begin(): void {
    this.#timer = null;
    const request = this.#next();
    const asked = request.all ? this.#everything : null;
    if (asked !== null) this.#everything = null;
    const start = performance.now();
    this.#running = this.#look(request).finally(() => {
      this.#running = null;
      asked?.resolve();
      if (this.#stopped || (!this.#all && !this.hasPaths)) return;
      this.#arm(Math.min(performance.now() - start, PAUSE_MAX_MS));
    });
  }

  #next(): LookRequest {
    this.#gaveWay = this.#all && this.hasPaths && !this.#gaveWay;
    const all = this.#all && !this.#gaveWay;
    if (all) this.#all = false;
    const paths = this.#paths;
    this.#paths = new Set();
    return all ? EVERYTHING : { all, paths };
  }
}
