// Rows of the tables → what the ledger's interface speaks of.
import type { Format, RenderedEntry } from '../article.ts';
import type { KnownSeed, LedgerArticle, RenditionFacts } from './ledger.ts';

export interface SeedRow {
  path: string;
  fingerprint: string;
  header_time: number | null;
  time: number | null;
  missing_since: number | null;
  url: string | null;
  key: Uint8Array | null;
  reason: string | null;
}

/** A row of the rendition table. */
export function renderedEntry(row: Record<string, unknown>): RenderedEntry {
  const { atom, rss, json } = row as Record<Format, Uint8Array>;
  return { atom: asBuffer(atom), rss: asBuffer(rss), json: asBuffer(json) };
}

export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

export function knownSeed(row: unknown): KnownSeed {
  const { path, fingerprint, url, header_time, time, missing_since } = row as Omit<SeedRow, 'key' | 'reason'>;
  return {
    path,
    fingerprint,
    url,
    headerTime: header_time,
    time,
    missingSince: missing_since,
  };
}

export type NewestRow = Omit<LedgerArticle, 'rendition'> & {
  [Key in keyof RenditionFacts]: RenditionFacts[Key] | null;
};

export function ledgerArticle(row: NewestRow): LedgerArticle {
  const { id, uuid, canonical, outlet, time, path, fingerprint, broken, copies } = row;
  const { source, rules, digest, title, link, published, updated, bytes } = row;
  const rendition =
    source === null
      ? null
      : ({ source, rules, digest, title, link, published, updated, bytes } as RenditionFacts);
  return { id, uuid, canonical, outlet, time, path, fingerprint, broken, copies, rendition };
}
