// While files come in a burst, the merged feed is published pass after pass, and the outlets' feeds when it is over, or lasts.

/** When one has waited for so long, the pass that is under way makes all of them, however many more are asked for. ms */
const WAIT_MAX_MS = 2_000;

export class Haste {
  readonly #asked: () => boolean;
  #waitingSince: number | null = null;

  /** @param asked whether more files have come, and a pass for them is to begin soon */
  constructor(asked: () => boolean) {
    this.#asked = asked;
  }

  /** Whether outlets' feeds that have not been begun are left for the next pass, which begins soon. */
  readonly presses = (): boolean => {
    if (!this.#asked()) return false;
    const now = performance.now();
    this.#waitingSince ??= now;
    return now - this.#waitingSince < WAIT_MAX_MS;
  };

  /** No feed waits any more. */
  over(): void {
    this.#waitingSince = null;
  }
}
