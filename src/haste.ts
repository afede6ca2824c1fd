// While files come in a burst, the merged feed is published pass after pass, and the outlets' feeds when it is over, or lasts.

/** Feeds wait for the next pass no longer than this, however many more are asked for. ms */
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
    const now = performance.now();
    return this.#asked() && now - (this.#waitingSince ?? now) < WAIT_MAX_MS;
  };

  /** @param left whether feeds were left for the next pass */
  passed(left: boolean): void {
    this.#waitingSince = left ? (this.#waitingSince ?? performance.now()) : null;
  }
}
