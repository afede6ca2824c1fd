// What goes to a reading thread and comes back: plain data, with the bytes packed so that they move and are not copied.
import type { Identity, Recipe, RenderedEntry, SeedFile } from '../article.ts';
import type { Indexed } from '../intake/compare.ts';
import type { RenditionJob, RenditionOutcome } from '../rendition.ts';
import type { ReaderOptions } from './reader.ts';

export interface ThreadData {
  readonly options: ReaderOptions;
  readonly recipes: readonly Recipe[];
  /** The main thread's, absolute; `null` if it has none. */
  readonly compileCache: string | null;
}

export type Request =
  | { readonly kind: 'identify'; readonly files: readonly SeedFile[] }
  | { readonly kind: 'render'; readonly job: RenditionJob };

/** In the order of the requests. */
export type Reply =
  | { readonly kind: 'identified'; readonly found: PackedIndex }
  | { readonly kind: 'rendered'; readonly outcome: PackedOutcome }
  | { readonly kind: 'failed'; readonly why: string };

type Known = Omit<Identity, 'key'>;
export interface PackedIndex {
  readonly found: readonly (Known | Exclude<Indexed, { identity: Identity }> | null)[];
  /** Of each identity in turn. */
  readonly keys: Uint8Array<ArrayBuffer>;
}

type Made = Extract<RenditionOutcome, { kind: 'made' }>;
export type PackedOutcome =
  | Exclude<RenditionOutcome, Made>
  | {
      readonly kind: 'made';
      readonly rendition: Omit<Made['rendition'], 'entry'>;
      readonly repairs: readonly string[];
      /** One format after the other. */
      readonly bytes: Uint8Array<ArrayBuffer>;
      /** Where the second and the third begin. */
      readonly cuts: readonly [number, number];
    };

const KEY_BYTES = 32;

export function packIndex(indexed: readonly (Indexed | null)[]): PackedIndex {
  const keys = new Uint8Array(indexed.length * KEY_BYTES);
  let end = 0;
  const found = indexed.map((each) => {
    if (each === null || 'rejection' in each) return each;
    const { key, ...known } = each.identity;
    keys.set(key, end);
    end += KEY_BYTES;
    return known;
  });
  return { found, keys };
}

export function unpackIndex({ found, keys }: PackedIndex): (Indexed | null)[] {
  const all = Buffer.from(keys.buffer);
  let start = 0;
  return found.map((each) => {
    if (each === null || 'rejection' in each) return each;
    const key = all.subarray(start, start + KEY_BYTES);
    start += KEY_BYTES;
    return { identity: { ...each, key } };
  });
}

export function packOutcome(outcome: RenditionOutcome): PackedOutcome {
  if (outcome.kind !== 'made') return outcome;
  const { entry, ...rendition } = outcome.rendition;
  const { atom, rss, json } = entry;
  const cuts = [atom.length, atom.length + rss.length] as const;
  const bytes = new Uint8Array(cuts[1] + json.length);
  bytes.set(atom);
  bytes.set(rss, cuts[0]);
  bytes.set(json, cuts[1]);
  return { kind: 'made', rendition, repairs: outcome.repairs, bytes, cuts };
}

export function unpackOutcome(outcome: PackedOutcome): RenditionOutcome {
  if (outcome.kind !== 'made') return outcome;
  const { rendition, repairs, bytes, cuts } = outcome;
  const all = Buffer.from(bytes.buffer);
  const entry: RenderedEntry = {
    atom: all.subarray(0, cuts[0]),
    rss: all.subarray(...cuts),
    json: all.subarray(cuts[1]),
  };
  return { kind: 'made', rendition: { ...rendition, entry }, repairs };
}
