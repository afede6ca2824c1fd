// How often something may be done within a minute: by each, and in all.

const MINUTE_MS = 60_000;

export interface AllowanceLimits {
  readonly each: number;
  readonly all: number;
}

export type Allowed = 'yes' | 'too-often' | 'too-busy';

/** Counts within minutes of its own, so it remembers no more names than `all` allows. */
export class Allowance {
  readonly #limits: AllowanceLimits;
  readonly #counts = new Map<string, number>();
  #all = 0;
  #minute = -1;

  constructor(limits: AllowanceLimits) {
    this.#limits = limits;
  }

  /** Takes one for `name`, if there is one left. */
  take(name: string, now: number): Allowed {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#all = 0;
      this.#counts.clear();
    }
    const count = this.#counts.get(name) ?? 0;
    if (count >= this.#limits.each) return 'too-often';
    if (this.#all >= this.#limits.all) return 'too-busy';
    this.#counts.set(name, count + 1);
    this.#all += 1;
    return 'yes';
  }

  /** How long until the next minute. s */
  waitOf(now: number): number {
    return Math.ceil((MINUTE_MS - (now % MINUTE_MS)) / 1000);
  }
}
