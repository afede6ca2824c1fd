// How many of the newest entries a feed shows.

export interface WindowLimits {
  readonly entries: number;
  /** Of the whole document. */
  readonly bytes: number;
}

/** Feed readers are known to stop reading behind this many entries. */
export const ENTRIES_READ_BY_ALL = 300;

/** Decides, entry by entry from the newest, what still fits. The first always does: a feed cannot be empty of news because of one long article. */
export class Window {
  readonly #limits: WindowLimits;
  #bytes: number;
  #entries = 0;

  /** @param headBytes the size of the document without entries */
  constructor(limits: WindowLimits, headBytes: number) {
    this.#limits = limits;
    this.#bytes = headBytes;
  }

  /** True if an entry of this size still fits; it is counted then. After the first false, stop. */
  admits(entryBytes: number): boolean {
    if (this.#entries >= this.#limits.entries) return false;
    if (this.#entries > 0 && this.#bytes + entryBytes > this.#limits.bytes) return false;
    this.#entries += 1;
    this.#bytes += entryBytes;
    return true;
  }
}
