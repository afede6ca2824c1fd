// Content codings (RFC 9110 §8.4.1): prepared once for each version of a document, chosen by the client.
import { promisify } from 'node:util';
import { brotliCompress, constants, zstdCompress } from 'node:zlib';
import type { Document } from '../article.ts';
import { gzip, type Gzipped, type Segment } from './gzip.ts';
import { remembering } from './recent.ts';
import { inMemory, type Stored } from './store.ts';

export const CODINGS = ['zstd', 'br', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/** What web servers look for beside a file. */
export const EXTENSIONS: Readonly<Record<Coding, string>> = { zstd: '.zst', br: '.br', gzip: '.gz' };

export interface CodedBody extends Stored {
  readonly coding: Coding;
  /** Of gzip, as long as this process has made it: what the next version can take over. */
  readonly segments?: readonly Segment[];
}

/** One that was just made. */
export interface MadeBody extends CodedBody {
  readonly body: Buffer;
}

/** Less than a packet or so gains nothing. bytes */
const BODY_MIN = 1_024;

/** How far back a compressor looks, as a power of two: further costs memory and gains a feed little. */
const WINDOW = 20;

type Coded = Pick<MadeBody, 'body' | 'segments'>;
type Compressor = (document: Document, before: Gzipped | null) => Promise<Coded>;

/** Levels at which a feed takes some 10 ms a megabyte; the next higher ones gain a twentieth and take twice as long. */
const COMPRESSORS: Readonly<Record<Coding, Compressor>> = {
  zstd: async ({ body }) => {
    const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = constants;
    return {
      body: await promisify(zstdCompress)(body, {
        chunkSize: pieceOf(body),
        pledgedSrcSize: body.length,
        params: { [ZSTD_c_compressionLevel]: 3, [ZSTD_c_windowLog]: WINDOW },
      }),
    };
  },
  br: async ({ body }) => {
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
    return {
      body: await promisify(brotliCompress)(body, {
        chunkSize: pieceOf(body),
        params: {
          [BROTLI_PARAM_QUALITY]: 2,
          [BROTLI_PARAM_LGWIN]: WINDOW,
          [BROTLI_PARAM_SIZE_HINT]: body.length,
        },
      }),
    };
  },
  gzip,
};

/**
 * What comes of a compressor at once: each piece is a way to another thread and back, and what is left of it lies about for as
 * long as the body. Hardly a feed needs two, or leaves much.
 */
function pieceOf(body: Buffer): number {
  return Math.ceil(body.length / 3);
}

export function isWorthCoding({ length }: Pick<Stored, 'length'>): boolean {
  return length >= BODY_MIN;
}

/**
 * In one coding; `null` if that does not make it smaller. Off the event loop.
 *
 * @param before the version that stood there until now, if it is known
 */
export async function encode(
  coding: Coding,
  document: Document,
  before: Gzipped | null = null,
): Promise<MadeBody | null> {
  const coded = await COMPRESSORS[coding](document, before);
  if (coded.body.length >= document.body.length) return null;
  return { coding, ...inMemory(coded.body), ...coded };
}

/** In every coding that makes it smaller, the smallest first. */
export async function encodeAll(document: Document): Promise<MadeBody[]> {
  const coded = await Promise.all(CODINGS.map(async (coding) => encode(coding, document)));
  return smallestFirst(coded.filter((each) => each !== null));
}

export function smallestFirst<Body extends CodedBody>(codings: readonly Body[]): Body[] {
  return codings.toSorted((one, other) => one.length - other.length);
}

export interface Negotiated {
  /** The coding that a client prefers; `null` for none. */
  readonly best: CodedBody | null;
  /** Those that it can read. */
  readonly accepted: readonly CodedBody[];
}

/**
 * What a client accepts of the codings that there are (RFC 9110 §12.5.3). What is sent as it is can always be
 * read, so it is sent even to a client that accepts nothing.
 */
export function negotiate(accept: string | undefined, available: readonly CodedBody[]): Negotiated {
  const weightOf = weightsOf(accept ?? '');
  const accepted = available.filter(({ coding }) => weightOf(coding) > 0);
  const best = accepted.reduce<CodedBody | null>(
    (most, each) => (most !== null && weightOf(each.coding) <= weightOf(most.coding) ? most : each),
    null,
  );
  // Unless it says otherwise, a client that names codings likes them better than none.
  const isBetter = best !== null && weightOf(best.coding) >= weightOf('identity', 0);
  return { best: isBetter ? best : null, accepted };
}

/** How welcome a coding is, from 0 to 1; who names none wants none. */
const weightsOf = remembering((accept): ((coding: string, unnamed?: number) => number) => {
  const weights = new Map<string, number>();
  for (const item of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    const weight = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(
      parameters.find((part) => part.startsWith('q=')) ?? 'q=1',
    );
    if (name !== '') weights.set(name === 'x-gzip' ? 'gzip' : name, Number(weight?.[1] ?? 0));
  }
  return (coding, unnamed = weights.get('*') ?? 0) => weights.get(coding) ?? unnamed;
});
