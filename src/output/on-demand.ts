// Documents that are made when they are asked for: one at a time, and kept as long as there is room.
import type { Document } from '../article.ts';
import { encodeAll, isWorthCoding } from './codings.ts';
import { represent, type Representation, withCodings } from './snapshot.ts';

export interface MadeDocument extends Document {
  /** When it last became what it is. ms */
  readonly changed: number;
  /** What it says will not change. */
  readonly lasting: boolean;
}

/** Not now; later it may be made. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/** Documents that wait to be made. */
const WAITING_MAX = 50;
/** Of what is kept, in all codings. bytes */
const KEPT_BYTES_MAX = 16_777_216;

export class OnDemand {
  readonly #make: (path: string) => Promise<MadeDocument | null>;
  /** The one asked for longest ago first. */
  readonly #kept = new Map<string, Representation>();
  readonly #waiting = new Map<string, Promise<Representation | null>>();
  #keptBytes = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Counts how often what it is made from has changed. */
  #version = 0;

  /** @param make `null` if there is no such document */
  constructor(make: (path: string) => Promise<MadeDocument | null>) {
    this.#make = make;
  }

  /**
   * `null` if there is no such document.
   *
   * @throws BusyError
   */
  async get(path: string): Promise<Representation | null> {
    const kept = this.#kept.get(path);
    if (kept !== undefined) {
      this.#kept.delete(path);
      this.#kept.set(path, kept);
      return kept;
    }
    const underWay = this.#waiting.get(path);
    if (underWay !== undefined) return underWay;
    if (this.#waiting.size >= WAITING_MAX) throw new BusyError('too many documents are being made');
    const made = this.#last.then(async () => this.#create(path));
    this.#last = made.catch(() => {});
    this.#waiting.set(path, made);
    try {
      return await made;
    } finally {
      this.#waiting.delete(path);
    }
  }

  /** What documents are made from has changed. */
  forget(): void {
    this.#version += 1;
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  /** Resolves when nothing is being made any more. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async #create(path: string): Promise<Representation | null> {
    const version = this.#version;
    const made = await this.#make(path);
    if (made === null) return null;
    const plain = {
      ...represent(made, made.changed),
      lifetime: made.lasting ? 'lasting' : 'passing',
    } as const;
    const representation = isWorthCoding(plain) ? withCodings(plain, await encodeAll(made)) : plain;
    if (made.lasting && version === this.#version) this.#keep(representation);
    return representation;
  }

  #keep(representation: Representation): void {
    this.#kept.set(representation.path, representation);
    this.#keptBytes += sizeOf(representation);
    for (const [path, oldest] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES_MAX) return;
      this.#kept.delete(path);
      this.#keptBytes -= sizeOf(oldest);
    }
  }
}

function sizeOf({ length, codings }: Representation): number {
  return codings.reduce((sum, coded) => sum + coded.length, length);
}
