// The entity tags of published files, kept in one file of the data directory: a start need not read what it can be told. Only a help: what
// is not in here, or of another size or time, is read, and whatever is served is compared with its tag.
import { readFileSync, type Stats } from 'node:fs';
import { EXTENSIONS } from './codings.ts';
import type { Snapshot } from './snapshot.ts';

export type Tags = (file: string, stats: Stats) => string | null;

const TAG = /^"[\w-]{22}"$/;

/** @param file where they were written; nothing is known if that is damaged or not there */
export function readTags(file: string): Tags {
  let kept: unknown;
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    kept = null;
  }
  const facts = new Map<string, unknown>(kept instanceof Object ? Object.entries(kept) : []);
  return (path, { size, mtimeMs }) => {
    const known = facts.get(path);
    if (!Array.isArray(known) || known[0] !== size || known[1] !== mtimeMs) return null;
    const tag: unknown = known[2];
    return typeof tag === 'string' && TAG.test(tag) ? tag : null;
  };
}

/** What to write into it. */
export function tagsOf(snapshot: Snapshot): Buffer {
  const facts: Record<string, readonly [size: number, mtimeMs: number, tag: string]> = {};
  for (const { path, length, etag, lastModified, codings } of snapshot.values()) {
    facts[path] = [length, lastModified, etag];
    for (const coded of codings) {
      facts[path + EXTENSIONS[coded.coding]] = [coded.length, lastModified, coded.etag];
    }
  }
  return Buffer.from(JSON.stringify(facts));
}
