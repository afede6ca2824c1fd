// The entity tags of published files, kept in one file of the data directory: a start need not read what it can be told. Only a help: what
// is not in here, or of another size or time, is read, and whatever is served is compared with its tag.
import { readFileSync, type Stats } from 'node:fs';
import { EXTENSIONS } from './codings.ts';
import type { Snapshot } from './snapshot.ts';

export interface Tags {
  /** `null` if it is not known. */
  of(file: string, stats: Stats): string | null;
  /** All that were published. */
  readonly documents: readonly string[];
  /** What was said of all of them together. */
  readonly imprint: unknown;
}

const TAG = /^"[\w-]{22}"$/;
const NOTHING: Kept = { documents: {}, codings: {}, imprint: null };

type Facts = Record<string, readonly [size: number, mtimeMs: number, tag: string]>;

interface Kept {
  readonly documents: Facts;
  readonly codings: Facts;
  readonly imprint: unknown;
}

/** @param file where they were written; nothing is known if that is damaged or not there */
export function readTags(file: string): Tags {
  const { documents, codings, imprint } = read(file);
  const facts = new Map<string, unknown>([...Object.entries(documents), ...Object.entries(codings)]);
  return {
    of(path, { size, mtimeMs }) {
      const known = facts.get(path);
      if (!Array.isArray(known) || known[0] !== size || known[1] !== mtimeMs) return null;
      const tag: unknown = known[2];
      return typeof tag === 'string' && TAG.test(tag) ? tag : null;
    },
    documents: Object.keys(documents),
    imprint,
  };
}

function read(file: string): Kept {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<Kept> | null;
    return kept?.documents instanceof Object && kept.codings instanceof Object ? (kept as Kept) : NOTHING;
  } catch {
    return NOTHING;
  }
}

/** What to write into it. */
export function tagsOf(snapshot: Snapshot, imprint: unknown): Buffer {
  const documents: Facts = {};
  const codings: Facts = {};
  for (const { path, length, etag, lastModified, codings: coded } of snapshot.values()) {
    documents[path] = [length, lastModified, etag];
    for (const each of coded) {
      codings[path + EXTENSIONS[each.coding]] = [each.length, lastModified, each.etag];
    }
  }
  return Buffer.from(JSON.stringify({ imprint, documents, codings } satisfies Kept));
}
