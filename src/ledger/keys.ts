// The keys of a ledger that is being filled, in memory. They are hashes: an index of them, as it grows, is written to all over,
// which costs more than all else that is recorded. Made at the end, from all there is, it costs a third.

/** Whatever grows is a small part of the whole, so that nobody waits while it does. */
const PARTS = 256;
const FIRST_SLOTS = 16;

export class Keys {
  readonly #parts = Array.from({ length: PARTS }, () => new Part());
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: Buffer, article: number): void {
    this.#size += 1;
    this.#parts[key[0]!]!.add(prefixOf(key), article);
  }

  /** Articles with this key, and whichever has one that begins like it. */
  alike(key: Buffer): readonly number[] {
    return this.#parts[key[0]!]!.find(prefixOf(key));
  }
}

/** Bytes 1 to 4: byte 0 has chosen the part. */
function prefixOf(key: Buffer): number {
  return key.readUInt32BE(1);
}

/** A hash table with open addressing. */
class Part {
  #prefixes = new Uint32Array(FIRST_SLOTS);
  /** 0 where there is none: ids begin with 1. */
  #articles = new Uint32Array(FIRST_SLOTS);
  #size = 0;

  add(prefix: number, article: number): void {
    if (this.#size * 2 >= this.#articles.length) this.#grow();
    let slot = prefix % this.#articles.length;
    while (this.#articles[slot] !== 0) slot = (slot + 1) % this.#articles.length;
    this.#prefixes[slot] = prefix;
    this.#articles[slot] = article;
    this.#size += 1;
  }

  find(prefix: number): readonly number[] {
    const found: number[] = [];
    let slot = prefix % this.#articles.length;
    for (; this.#articles[slot] !== 0; slot = (slot + 1) % this.#articles.length) {
      if (this.#prefixes[slot] === prefix) found.push(this.#articles[slot]!);
    }
    return found;
  }

  #grow(): void {
    const [prefixes, articles] = [this.#prefixes, this.#articles];
    this.#prefixes = new Uint32Array(articles.length * 2);
    this.#articles = new Uint32Array(articles.length * 2);
    this.#size = 0;
    for (const [i, article] of articles.entries()) if (article !== 0) this.add(prefixes[i]!, article);
  }
}
