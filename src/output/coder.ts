// Which document is prepared in which coding next, a few at a time.
import { Turns } from '../turns.ts';
import type { Coding } from './codings.ts';
import { feedPath } from './paths.ts';

/** The most wanted first: nearly every reader takes gzip, and it takes the least time where little has changed. */
const ORDER = ['gzip', 'zstd', 'br'] as const satisfies readonly Coding[];
/** The other threads read and write files. */
const AT_ONCE = 2;

export class Coder {
  readonly #code: (path: string, coding: Coding) => Promise<void>;
  readonly #signal: AbortSignal | undefined;
  /** The paths of documents by the coding that they lack, in the order in which they get it. */
  readonly #lacking = new Map<Coding, Set<string>>(ORDER.map((coding) => [coding, new Set()]));
  readonly #workers = new Set<Promise<void>>();
  /** Little is compressed in this thread (`AT_ONCE_MAX` in gzip.ts): others have their turn between two documents. */
  readonly #turns = new Turns();

  /**
   * @param code prepares the version that there is then
   * @param signal ends it between two documents
   */
  constructor(code: (path: string, coding: Coding) => Promise<void>, signal?: AbortSignal) {
    this.#code = code;
    this.#signal = signal;
  }

  /** Documents that lack all codings, the merged feed before all others. Begins with the next {@link start}. */
  ask(paths: readonly string[]): void {
    const [merged, others] = [paths.filter(isMerged), paths.filter((path) => !isMerged(path))];
    for (const [coding, former] of this.#lacking) {
      if (merged.length > 0) this.#lacking.set(coding, new Set([...merged, ...former, ...others]));
      else for (const path of others) former.add(path);
    }
  }

  start(): void {
    while (this.#workers.size < AT_ONCE) {
      const worker = this.#work().finally(() => this.#workers.delete(worker));
      this.#workers.add(worker);
    }
  }

  /** Resolves when nothing is lacking any more. */
  async idle(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    // Who waits for what has just been published is answered first.
    await this.#turns.over();
    for (let next = this.#next(); next !== null; next = this.#next()) {
      await this.#code(...next);
      await this.#turns.next();
    }
  }

  #next(): [path: string, coding: Coding] | null {
    if (this.#signal?.aborted === true) return null;
    for (const [coding, paths] of this.#lacking) {
      for (const path of paths) {
        paths.delete(path);
        return [path, coding];
      }
    }
    return null;
  }
}

function isMerged(path: string): boolean {
  return path.startsWith(`${feedPath(null)}.`);
}
