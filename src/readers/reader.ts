// What is done with the bytes of seeds, in whichever thread: which article one holds, and what is published of it.
import type { ImagePolicy, SeedFile } from '../article.ts';
import type { Indexed } from '../intake/compare.ts';
import { SeedReader, type SeedText } from '../intake/read.ts';
import { identify } from '../mill/identify.ts';
import type { Outlets } from '../mill/outlet.ts';
import { makeRendition, type RenditionJob, type RenditionOutcome } from '../rendition.ts';

export interface ReaderOptions {
  /** The seeds directory, absolute. */
  readonly seeds: string;
  readonly seedBytesMax: number;
  readonly images: ImagePolicy;
  /** An entry larger than this would push too many others out of a feed: it is shown by its summary. */
  readonly entryBytesMax: number;
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #outlets: Outlets;
  readonly #reader: SeedReader;

  constructor(options: ReaderOptions, outlets: Outlets) {
    this.#options = options;
    this.#outlets = outlets;
    this.#reader = new SeedReader(options.seeds, options.seedBytesMax);
  }

  /** `null` if the seed is changing under the reader's eyes. */
  identify(file: SeedFile): Indexed | null {
    const head = this.#identified(this.#reader.head(file));
    // A header longer than the head of the file is rare, but it is one.
    return head === 'undecided' ? (this.#identified(this.#reader.whole(file)) as Indexed | null) : head;
  }

  #identified(seed: SeedText): Indexed | 'undecided' | null {
    if (seed.kind === 'changed') return null;
    if (seed.kind === 'unreadable') {
      return { rejection: { reason: 'unreadable', line: 0, detail: seed.error.message } };
    }
    const indexed = identify(seed.text, seed.whole, this.#outlets);
    return 'identity' in indexed || seed.whole ? indexed : 'undecided';
  }

  render(job: RenditionJob): Promise<RenditionOutcome> {
    const { images, entryBytesMax } = this.#options;
    const outlet = this.#outlets.byId(job.article.outlet);
    return makeRendition(job, outlet, { reader: this.#reader, images, entryBytesMax });
  }
}
