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
 * at everything gives way to one at paths, which is short, before it begins and as often as it likes, but each time once
 * only. Nothing asked for is ever dropped.
 */
export class LookRequests {
  readonly #look: (request: LookRequest) => Promise<boolean>;
  readonly #debounceMs: number;
  #all = false;
  /** A look at everything has begun, and not ended. */
  #unfinished = false;
  #paths = new Set<string>();
  /** A look at everything has just given way. */
  #gaveWay = false;
  /** Keeps the next look from beginning; `null` if none is to begin. */
  #disarm: (() => void) | null = null;
  readonly #later = new Set<NodeJS.Timeout>();
  #running: Promise<void> | null = null;
  /** Of those who wait for a look at everything that has not begun, and for the one that has. */
  #everything: PromiseWithResolvers<void> | null = null;
  #begun: PromiseWithResolvers<void> | null = null;
  #stopped = false;

  /** @param look tells whether a look at everything has not come to its end, and is to go on. Must not reject */
  constructor(look: (request: LookRequest) => Promise<boolean>, debounceMs: number) {
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

  /** Asks for these after so many ms. */
  askIn(delayMs: number, paths: Iterable<string>): void {
    const timer = setTimeout(() => {
      this.#later.delete(timer);
      this.ask(paths);
    }, delayMs);
    this.#later.add(timer);
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
    while (this.#disarm !== null || this.#running !== null) {
      await (this.#running ?? new Promise((resolve) => setTimeout(resolve, this.#debounceMs)));
    }
  }

  /** Takes no further requests; resolves when what is being done has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#later) clearTimeout(timer);
    this.#disarm?.();
    this.#disarm = null;
    await this.#running;
    this.#begun?.resolve();
    this.#everything?.resolve();
  }

  #arm(pauseMs = 0): void {
    if (this.#disarm !== null || this.#running !== null) return;
    const delayMs = Math.max(this.#debounceMs, pauseMs);
    // A timer takes a millisecond at least. What the kernel tells in one go is heard before that, too.
    if (delayMs === 0) {
      const immediate = setImmediate(() => this.#begin());
      this.#disarm = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(() => this.#begin(), delayMs);
      this.#disarm = () => clearTimeout(timer);
    }
  }

  #begin(): void {
    this.#disarm = null;
    this.#running = this.#do(this.#next());
  }

  async #do(request: LookRequest): Promise<void> {
    const start = performance.now();
    this.#unfinished = await this.#look(request);
    this.#running = null;
    if (!this.#unfinished) this.#begun?.resolve();
    if (this.#stopped || (!this.#asksForAll && !this.hasPaths)) return;
    // What has just given way has done so to whatever there is by now.
    const gaveWay = request.all && this.#unfinished;
    this.#arm(gaveWay ? 0 : Math.min(performance.now() - start, PAUSE_MAX_MS));
  }

  get #asksForAll(): boolean {
    return this.#all || this.#unfinished;
  }

  #next(): LookRequest {
    this.#gaveWay = this.#asksForAll && this.hasPaths && !this.#gaveWay;
    if (!this.#asksForAll || this.#gaveWay) {
      const paths = this.#paths;
      this.#paths = new Set();
      return { all: false, paths };
    }
    if (!this.#unfinished) {
      this.#all = false;
      this.#begun = this.#everything;
      this.#everything = null;
    }
    return EVERYTHING;
  }
}
