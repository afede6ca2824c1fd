// When garbage is collected, where V8 by itself would do it too late or too often.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * V8 lets the heap double before it looks for what nobody needs, and some 64 MB of buffers pile up outside of it: a
 * first build of 100,000 seeds took 430 MB at its peak instead of less than 300. To be called once in a long
 * while, where much has just become useless.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/** Without anything to do for so long there may be nothing for a while. ms */
const REST_MS = 5_000;

/** Collects garbage when there has been nothing to do for a while: it would lie about until there is. */
export class Rest implements Disposable {
  readonly #timer: NodeJS.Timeout;

  /** @param quiet resolves when nothing is being done any more */
  constructor(quiet: () => Promise<void>) {
    this.#timer = setTimeout(() => void quiet().then(collectGarbage), REST_MS).unref();
  }

  /** Something was done. */
  postpone(): void {
    this.#timer.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** How much larger the heap and the buffers beside it may get than what was in use when it was last looked through. % */
const GROWTH = 150;

/**
 * Of a service at work, after its first look. A publication leaves 10 MB and more of buffers behind beside a heap that is hardly
 * larger, so V8 would look through all of it twice for each of them: with this seldom, and a publication takes a fifth less
 * of the processors.
 */
export function letGarbageWait(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
