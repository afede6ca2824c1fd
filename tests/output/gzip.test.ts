// Gzip bodies put together from what the version before had already.
import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DocumentEntry } from '../../src/article.ts';
import { type Gzipped, gzip } from '../../src/output/gzip.ts';

interface Feed {
  readonly body: Buffer;
  readonly entries: readonly DocumentEntry[];
}

/** Of entries as [key, text]. */
function feed(head: string, entries: readonly (readonly [string, string])[]): Feed {
  let body = Buffer.from(head);
  const places: DocumentEntry[] = [];
  for (const [key, text] of entries) {
    if (places.length > 0) body = Buffer.concat([body, Buffer.from('\n')]);
    const start = body.length;
    body = Buffer.concat([body, Buffer.from(text)]);
    places.push({ key, start, end: body.length });
  }
  return { body: Buffer.concat([body, Buffer.from('</feed>')]), entries: places };
}

async function next(document: Feed, before: Gzipped | null): Promise<Gzipped> {
  return { plain: document.body, ...(await gzip({ path: 'feed.atom', ...document }, before)) };
}

const numbered = (first: number, last: number): (readonly [string, string])[] =>
  Array.from({ length: last - first + 1 }, (_, i) => [`key ${last - i}`, `第 ${last - i} 篇 `.repeat(50)]);

const versions = fc.array(
  fc.record({
    head: fc.constantFrom('<feed>', '<feed updated="2">', ''),
    // Keys that come again, some with another text: what they promise may not be so.
    entries: fc.uniqueArray(
      fc.tuple(fc.integer({ min: 0, max: 60 }).map(String), fc.constantFrom('a', 'b', '美'.repeat(30))),
      {
        selector: ([key]) => key,
        maxLength: 40,
      },
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('a gzip body', () => {
  it('is the same whatever stood there before, and holds the document', async () => {
    await fc.assert(
      fc.asyncProperty(versions, async (documents) => {
        let before: Gzipped | null = null;
        for (const { head, entries } of documents) {
          const document = feed(head, entries);
          before = await next(document, before);
          expect(gunzipSync(before.body)).toEqual(document.body);
          expect(before.body).toEqual((await next(document, null)).body);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same whether all of it is compressed or the little that is new', async () => {
    const noise = randomText(10_000);
    const long = (first: number, last: number): (readonly [string, string])[] =>
      numbered(first, last).map(([key, text]) => [key, noise + text]);
    const before = await next(feed('<feed>', long(1, 60)), null);
    const document = feed('<feed>', long(2, 61));
    expect((await next(document, before)).body).toEqual((await next(document, null)).body);
  });

  it('takes over all but its beginning and its end if there is a new entry', async () => {
    const before = await next(feed('<feed>', numbered(1, 100)), null);
    const after = await next(feed('<feed>', numbered(2, 101)), before);
    expect(before.segments.length).toBeGreaterThan(5);
    const bytesOf = ({ body, segments }: Gzipped): string[] =>
      segments.map(({ codedStart, codedEnd }) => body.toString('latin1', codedStart, codedEnd));
    const same = bytesOf(after).filter((bytes) => bytesOf(before).includes(bytes));
    expect(before.segments.length - same.length).toBeLessThanOrEqual(2);
  });

  it('takes a segment over from the bytes of before, and makes nothing of it anew', async () => {
    const document = feed('<feed>', numbered(1, 100));
    const before = await next(document, null);
    const { codedStart } = before.segments[2]!;
    // Where it comes from can be seen by what is wrong with it.
    const spoiled = { ...before, body: Buffer.from(before.body) };
    spoiled.body[codedStart]! ^= 0xff;
    expect((await next(document, spoiled)).body[codedStart]).toBe(spoiled.body[codedStart]);
  });

  it.each([
    ['without entries', feed('<opml/>'.repeat(1000), [])],
    ['of nothing', feed('', [])],
    ['of bytes that cannot be compressed', feed(randomText(300_000), [])],
    ['of a feed', feed('<feed>', numbered(1, 100))],
  ])('%s is read by others, too', async (_, document) => {
    const { body } = await next(document, null);
    expect(execFileSync('gzip', ['-dc'], { input: body })).toEqual(document.body);
    expect(execFileSync('python3', ['-c', PYTHON], { input: body })).toEqual(document.body);
  });
});

/** As a client that reads from a network does: a piece at a time, and nothing may be left over. */
const PYTHON = `
import sys, zlib
data, reader = sys.stdin.buffer.read(), zlib.decompressobj(31)
for start in range(0, len(data), 777):
    sys.stdout.buffer.write(reader.decompress(data[start:start + 777]))
assert reader.eof and not reader.unused_data
`;

function randomText(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(32 + (state % 95));
  }).join('');
}
