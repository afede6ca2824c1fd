// Whether work that is under way goes on: what a watchdog wants to know.

export class Pulse {
  #underWay = false;
  #steps = 0;
  /** Steps taken when it was last asked; `null` if there was no work under way. */
  #seen: number | null = null;

  /** Counts what `work` does step by step. Not for two at once. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay = true;
    this.step();
    try {
      return await work();
    } finally {
      this.#underWay = false;
    }
  }

  step(): void {
    this.#steps += 1;
  }

  /** False if work is under way that has taken no step since this was last asked. */
  goesOn(): boolean {
    const before = this.#seen;
    this.#seen = this.#underWay ? this.#steps : null;
    return this.#seen === null || this.#seen !== before;
  }
}
