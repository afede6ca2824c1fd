// Content codings (RFC 9110 §8.4.1): prepared once for each version of a document, chosen by the client.
import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { remembering } from './recent.ts';

export const CODINGS = ['zstd', 'br', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/** What web servers look for beside a file. */
export const EXTENSIONS: Readonly<Record<Coding, string>> = { zstd: '.zst', br: '.br', gzip: '.gz' };

export interface CodedBody {
  readonly coding: Coding;
  readonly body: Buffer;
  /** Strong, of these bytes. With its quotes. */
  readonly etag: string;
}

/** Less than a packet or so gains nothing. bytes */
const BODY_MIN = 1_024;

/** How far back a compressor looks, as a power of two: further costs memory and gains a feed little. */
const WINDOW = 19;

const COMPRESSORS: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
  zstd: (body) => {
    const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = constants;
    return promisify(zstdCompress)(body, {
      params: { [ZSTD_c_compressionLevel]: 6, [ZSTD_c_windowLog]: WINDOW },
    });
  },
  br: (body) => {
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
    return promisify(brotliCompress)(body, {
      params: {
        [BROTLI_PARAM_QUALITY]: 5,
        [BROTLI_PARAM_LGWIN]: WINDOW,
        [BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    });
  },
  gzip: (body) => promisify(gzip)(body, { level: 6 }),
};

export function isWorthCoding(body: Buffer): boolean {
  return body.length >= BODY_MIN;
}

/** In every coding that makes it smaller, the smallest first. Off the event loop. */
export async function encode(body: Buffer): Promise<CodedBody[]> {
  const coded: CodedBody[] = [];
  for (const coding of CODINGS) coded.push(codedBody(coding, await COMPRESSORS[coding](body)));
  return coded
    .filter((each) => each.body.length < body.length)
    .sort((one, other) => one.body.length - other.body.length);
}

export function codedBody(coding: Coding, body: Buffer): CodedBody {
  return { coding, body, etag: entityTag(body) };
}

/** A strong entity tag: made from the bytes (RFC 9110 §8.8.3). */
export function entityTag(body: Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
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
