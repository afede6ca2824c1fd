// Delta encoding (RFC 3229, with the instance manipulation `feed`): a client that has an earlier version of a
// feed is sent only the entries that it lacks.
import type { IncomingHttpHeaders } from 'node:http';
import type { DocumentEntry } from '../article.ts';
import { entityTagsOf } from './conditional.ts';
import type { Representation } from './snapshot.ts';

/** So many are remembered of each feed, since the start: some sixty versions in four codings. */
const TAGS_MAX = 256;

/** What each version of a document held: the keys of its entries by each of its entity tags. Sets would take three times as much. */
export type Versions = ReadonlyMap<string, readonly string[]>;

/** `before` with one more version, or one more tag of it; the oldest are forgotten. */
export function remember(
  before: Versions,
  tags: readonly string[],
  entries: readonly DocumentEntry[],
): Versions {
  if (entries.length === 0) return before;
  const keys = before.get(tags[0]!) ?? entries.map(({ key }) => key);
  const versions = [...before].filter(([tag]) => !tags.includes(tag)).concat(tags.map((tag) => [tag, keys]));
  return new Map(versions.slice(-TAGS_MAX));
}

/** Whether a client understands an answer of new entries alone (RFC 3229 §10.5.3). */
function wantsDelta({ 'a-im': wanted }: IncomingHttpHeaders): boolean {
  if (wanted === undefined) return false;
  const accepted = [wanted].flat().join(',').toLowerCase().split(',');
  return accepted.some((item) => {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    return name === 'feed' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}

/**
/**
 * The entries that are new or have changed since a version that the client has, for {@link deltaOf}; `null` if it
 * did not ask for them alone, its version is not known, or it would get all of them anyway.
 */
export function deltaSince(
  headers: IncomingHttpHeaders,
  representation: Representation,
): readonly DocumentEntry[] | null {
  if (!wantsDelta(headers)) return null;
  return lackingSince(entityTagsOf(headers['if-none-match'] ?? ''), representation);
}

/** The same for somebody who is told of what is new without asking: `null` also if nothing is. */
export function newsSince(tag: string, representation: Representation): readonly DocumentEntry[] | null {
  const lacking = lackingSince([tag], representation);
  return lacking?.length === 0 ? null : lacking;
}

/** The entries that the first known one of `tags` lacks; `null` if none is known or all are lacking. */
function lackingSince(
  tags: readonly string[],
  { entries, versions }: Representation,
): readonly DocumentEntry[] | null {
  // Of several, the last that there was: what came before it, the client has had too.
  const known = [...versions].findLast(([tag]) => tags.includes(tag))?.[1];
  if (known === undefined) return null;
  const had = new Set(known);
  const lacking = entries.filter(({ key }) => !had.has(key));
  return lacking.length === entries.length ? null : lacking;
}

/**
 * The document with only some of its entries: the head, their slices, and the foot.
 *
 * @param body its bytes
 */
export function deltaOf(
  kept: readonly DocumentEntry[],
  { entries }: Pick<Representation, 'entries'>,
  body: Buffer,
): Buffer {
  const [first, second] = entries;
  const separator = second === undefined ? Buffer.alloc(0) : body.subarray(first!.end, second.start);
  const parts = kept.flatMap(({ start, end }, i) => [
    ...(i > 0 ? [separator] : []),
    body.subarray(start, end),
  ]);
  return Buffer.concat([body.subarray(0, first!.start), ...parts, body.subarray(entries.at(-1)!.end)]);
}
