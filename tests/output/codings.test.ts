// What is published beside the files for servers that send it as it is.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { CodedBody } from '../../src/output/codings.ts';
import type { Publisher } from '../../src/output/publish.ts';
import { publisherIn } from './publisher.ts';
import { temporaryDirectory } from '../support/directories.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
const document = (text: string): { path: string; body: Buffer } => ({
  path: 'outlets/voa.atom',
  body: Buffer.from(`<feed>${text.repeat(1000)}</feed>`),
});
const UNDO = { '.gz': gunzipSync, '.br': brotliDecompressSync, '.zst': zstdDecompressSync };

async function published(
  ...documents: { path: string; body: Buffer }[]
): Promise<{ publisher: Publisher; directory: string }> {
  const directory = temporaryDirectory();
  const publisher = publisherIn(directory);
  await publisher.publish(documents, NOW);
  await publisher.encoded();
  return { publisher, directory };
}

describe('a document', () => {
  it('is there in every coding, in memory and beside its file, with the file’s time', async () => {
    const { publisher, directory } = await published(document('风'));
    const { read, codings } = publisher.snapshot.get('outlets/voa.atom')!;
    const body = await read();
    expect(codings.map(({ coding }) => coding).sort()).toEqual(['br', 'gzip', 'zstd']);
    expect(codings).toEqual(codings.toSorted((one, other) => one.length - other.length));
    const file = join(directory, 'outlets/voa.atom');
    for (const [extension, undo] of Object.entries(UNDO)) {
      expect(undo(readFileSync(file + extension))).toEqual(body);
      expect(statSync(file + extension).mtimeMs).toBe(statSync(file).mtimeMs);
    }
    expect(execFileSync('gzip', ['-dc', `${file}.gz`])).toEqual(body);
  });

  it('that is small is not', async () => {
    const { publisher, directory } = await published({ path: 'feed.atom', body: Buffer.from('<feed/>') });
    expect(publisher.snapshot.get('feed.atom')!.codings).toEqual([]);
    expect(readdirSync(directory)).toEqual(['feed.atom']);
  });

  it('that has changed is never there in a coding of before', async () => {
    const { publisher, directory } = await published(document('风'));
    const file = join(directory, 'outlets/voa.atom');
    await publisher.publish([document('水')], NOW + 1000);
    const stale = Object.entries(UNDO)
      .filter(([extension]) => existsSync(file + extension))
      .map(([extension, undo]) => undo(readFileSync(file + extension)).toString())
      .filter((text) => text.includes('风'));
    expect(stale).toEqual([]);
    await publisher.encoded();
    expect(gunzipSync(readFileSync(`${file}.gz`))).toEqual(document('水').body);
    expect(publisher.snapshot.get('outlets/voa.atom')!.codings).toHaveLength(3);
  });

  it('that goes goes in every coding', async () => {
    const { publisher, directory } = await published(document('风'));
    await publisher.retain(new Set());
    expect(readdirSync(join(directory, 'outlets'))).toEqual([]);
  });

  it('is there in every coding at once after a restart', async () => {
    const { publisher, directory } = await published(document('风'));
    const again = publisherIn(directory).snapshot.get('outlets/voa.atom')!;
    const factsOf = async ({ coding, etag, length, read }: CodedBody): Promise<object> => {
      return { coding, etag, length, body: await read() };
    };
    expect(await Promise.all(again.codings.map(factsOf))).toEqual(
      await Promise.all(publisher.snapshot.get('outlets/voa.atom')!.codings.map(factsOf)),
    );
  });

  it.each<[string, (file: string) => void]>([
    ['lacks one', (file) => rmSync(`${file}.br`)],
    ['has one that was cut to nothing', (file) => truncateSync(`${file}.gz`, 0)],
  ])('that %s after a restart gets all with the next publication', async (_, spoil) => {
    const { directory } = await published(document('风'));
    const file = join(directory, 'outlets/voa.atom');
    spoil(file);
    const again = publisherIn(directory);
    expect(again.snapshot.get('outlets/voa.atom')!.codings).toEqual([]);
    await again.publish([document('风')], NOW + 1000);
    await again.encoded();
    for (const [extension, undo] of Object.entries(UNDO))
      expect(undo(readFileSync(file + extension))).toEqual(document('风').body);
  });
});

describe('codings', () => {
  it('of documents that are published again while they wait are those of the later version', async () => {
    const { publisher, directory } = await published();
    // Long enough for some to be under way when the later version comes.
    const many = (text: string): { path: string; body: Buffer }[] =>
      Array.from({ length: 20 }, (_, i) => {
        const body = createHash('shake256', { outputLength: 200_000 }).update(`${text}${i}`).digest('hex');
        return { path: `outlets/${i}.atom`, body: Buffer.from(body) };
      });
    await publisher.publish(many('风'), NOW);
    await publisher.publish(many('水'), NOW + 1000);
    await publisher.encoded();
    for (const { path, body } of many('水')) {
      expect(publisher.snapshot.get(path)!.codings).toHaveLength(3);
      for (const [extension, undo] of Object.entries(UNDO))
        expect(undo(readFileSync(join(directory, path + extension)))).toEqual(body);
    }
  });
});
