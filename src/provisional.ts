// A first look at a large archive takes a while: until it has ended, feeds show the newest of what has been found.

/** A look that is over by then publishes once, when it is. ms */
const FIRST_AFTER_MS = 5_000;
/** What costs seconds each time is done seldom: the next time when so many times as long has gone by. */
const FACTOR = 8;

export class Provisional {
  readonly #start = performance.now();
  readonly #publish: () => Promise<void>;
  #afterMs: number;

  constructor(publish: () => Promise<void>, firstAfterMs = FIRST_AFTER_MS) {
    this.#publish = publish;
    this.#afterMs = firstAfterMs;
  }

  /** Call now and then. */
  async step(): Promise<void> {
    if (performance.now() - this.#start < this.#afterMs) return;
    await this.#publish();
    this.#afterMs = (performance.now() - this.#start) * FACTOR;
  }
}
