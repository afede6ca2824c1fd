// What a version held that was published before the start: its bytes are in its file, where its entries stand is nowhere.
import type { Document, DocumentEntry } from '../article.ts';
import { type Representation, withCodings } from './snapshot.ts';
import { bytesOf, entityTag } from './store.ts';

/** A later version that has more new entries is another feed; and to look for each in vain takes a while. */
const NEW_MAX = 8;

/** With the entries of the same version: what was read from a file at the start says nothing of them. */
export function known(before: Representation, { entries = [] }: Document): Representation {
  if (before.entries.length === entries.length) return before;
  return withCodings({ ...before, entries, versions: new Map() }, before.codings);
}

/** So that clients that have what was published before the start can be sent what is new in `documents`. */
export async function recognise(
  snapshot: Map<string, Representation>,
  documents: readonly Document[],
): Promise<void> {
  for (const document of documents) {
    const before = snapshot.get(document.path);
    if (before === undefined) continue;
    const after = await recognised(before, document);
    // It may have got a coding meanwhile.
    if (snapshot.get(document.path) === before) snapshot.set(document.path, after);
  }
}

/** `before` with those of the entries of a later version that it held; as it is if they are known, or it is that version. */
async function recognised(before: Representation, { body, entries = [] }: Document): Promise<Representation> {
  if (before.entries.length > 0 || entries.length === 0) return before;
  if (before.length === body.length && before.etag === entityTag(body)) return before;
  const bytes = await bytesOf(before);
  if (bytes === null) return before;
  const held: DocumentEntry[] = [];
  let from = 0;
  for (const [i, entry] of entries.entries()) {
    const place = bytes.indexOf(body.subarray(entry.start, entry.end), from);
    if (place === -1 && i - held.length === NEW_MAX) return before;
    if (place === -1) continue;
    held.push(entry);
    from = place + entry.end - entry.start;
  }
  if (held.length === 0) return before;
  return withCodings({ ...before, entries: held }, before.codings);
}
