// A gzip body (RFC 1952) put together from segments: those of entries that have not changed are taken over from
// the version before. Each is compressed by itself and ends at a byte (a full flush, RFC 1951 §3.2.4), so the bytes
// depend on the document alone, whatever stood there before.
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import type { Document, DocumentEntry } from '../article.ts';

/** A run of entries; the first begins with what stands before all of them, the last ends with what stands behind. */
export interface Segment {
  /** The first entry's; that of the first segment is empty. */
  readonly key: string;
  /** Bytes of the document. */
  readonly start: number;
  readonly end: number;
  /** Bytes of the gzip body. */
  readonly codedStart: number;
  readonly codedEnd: number;
}

/** A version that was compressed before. */
export interface Gzipped {
  readonly plain: Buffer;
  readonly body: Buffer;
  readonly segments: readonly Segment[];
}

/** Higher gains a feed two hundredths, and takes twice as long. */
const LEVEL = 4;
/** One entry in so many begins a segment. Shorter ones find less to refer back to, longer ones are seldom the same. */
const ENTRIES = 8;

/**
 * As much is compressed at once, in 8 ms at most: it would wait longer for a thread, which others write files with. A new entry
 * changes less of a feed, mostly 2 ms' worth. bytes
 */
const AT_ONCE_MAX = 524_288;

/** Deflate; neither flags, time nor name; compressed in no special way, on no system in particular (RFC 1952 §2.3). */
const HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** A last block, with nothing in it. */
const END = Buffer.from([0x03, 0x00]);

/** @param before what stood there until now, as far as it is known */
export async function gzip(
  { body, entries = [] }: Document,
  before: Gzipped | null = null,
): Promise<Omit<Gzipped, 'plain'>> {
  const parts: Buffer[] = [HEAD];
  const segments: Segment[] = [];
  let position = HEAD.length;
  const runs = runsOf(body, entries);
  const pieces = runs.map(({ key, start, end }) => {
    const bytes = body.subarray(start, end);
    return { bytes, former: takenOver(bytes, key, before) };
  });
  const anew = pieces.reduce((sum, { bytes, former }) => sum + (former === null ? bytes.length : 0), 0);
  const compress = anew <= AT_ONCE_MAX ? compressAtOnce : compressElsewhere;
  for (const [index, { bytes, former }] of pieces.entries()) {
    // One at a time: what a compressor needs takes a while to be set up, and is taken from this thread.
    const part = former ?? (await compress(bytes));
    parts.push(part);
    segments.push({ ...runs[index]!, codedStart: position, codedEnd: position + part.length });
    position += part.length;
  }
  const check = Buffer.alloc(8);
  check.writeUInt32LE(crc32(body), 0);
  check.writeUInt32LE(body.length % 2 ** 32, 4);
  return { body: Buffer.concat([...parts, END, check]), segments };
}

/** The content itself says where runs begin: a new entry at the top changes none but those at the top. */
function runsOf(
  body: Buffer,
  entries: readonly DocumentEntry[],
): { readonly key: string; readonly start: number; readonly end: number }[] {
  const begins = entries.filter(({ key }) => crc32(key) % ENTRIES === 0);
  return [{ key: '', start: 0 }, ...begins].map(({ key, start }, index) => {
    return { key, start, end: begins[index]?.start ?? body.length };
  });
}

/** Only of equal bytes: keys may be wrong. */
function takenOver(bytes: Buffer, key: string, before: Gzipped | null): Buffer | null {
  const former = before?.segments.find((segment) => segment.key === key);
  if (former === undefined) return null;
  const { start, end, codedStart, codedEnd } = former;
  return before!.plain.subarray(start, end).equals(bytes)
    ? before!.body.subarray(codedStart, codedEnd)
    : null;
}

function compressAtOnce(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, optionsFor(bytes));
}

async function compressElsewhere(bytes: Buffer): Promise<Buffer> {
  return promisify(deflateRaw)(bytes, optionsFor(bytes));
}

function optionsFor({ length }: Buffer): ZlibOptions {
  // In one piece: another one is another way to a thread and back.
  return { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH, chunkSize: length + MARGIN };
}

/** What cannot be compressed takes a little more room. bytes */
const MARGIN = 1_024;
