// Long work in one thread: after a slice of it, whatever else waits gets its turn.

const SLICE_MS = 5;

export class Turns {
  #sliceEnd = performance.now() + SLICE_MS;

  /** Whether a slice has been used up. */
  get isOver(): boolean {
    return performance.now() >= this.#sliceEnd;
  }

  /** Call between two steps: it waits only where a slice has been used up. */
  async next(): Promise<void> {
    if (this.isOver) await this.over();
  }

  /** Whatever waits gets its turn now. */
  async over(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}
