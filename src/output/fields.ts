// What is said of a document beside its bytes: header fields, worked out with the first answer of each kind. The
// standards by section of RFC 9110.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { type Format, FORMATS, MEDIA_TYPES } from '../article.ts';
import { isOpenedByPerson, sharingHeaders, typeHeaders, variesBy } from './browsers.ts';
import type { CodedBody } from './codings.ts';
import { languageHeaders } from './places.ts';
import type { Served } from './respond.ts';
import { isFeed, type Lifetime, type Representation, type Snapshot } from './snapshot.ts';

/** For how many times the time between two looks a cache may serve what it has while it asks again (RFC 5861). */
const STALE_LOOKS = 10;
/** How long it may if nobody answers. s */
const STALE_IF_ERROR = 86_400;
/** RFC 9111 knows no "for ever"; a year is the custom. s */
const YEAR = 31_536_000;

/** Who asked for what, and when. */
export interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly served: Served;
  /** ms */
  readonly now: number;
}

/** Those of one answer are those of the next one like it, so nobody changes them. */
export type Fields = Readonly<OutgoingHttpHeaders>;

/** What a 304 says, and every other answer too (§15.4.5). */
export function commonFields(representation: Representation, etag: string, asked: Asked): Fields {
  return fieldsOf(representation, asked.served).once(kindOf(representation, etag, asked), () => {
    const { path, served, now } = asked;
    const headers: OutgoingHttpHeaders = {
      ...(isDated(representation, now) && {
        'last-modified': new Date(representation.lastModified).toUTCString(),
      }),
      'cache-control': cacheControl(representation.lifetime, served),
      vary: variesBy(representation),
      link: linkHeader(representation.path, served),
      ...sharingHeaders(served.access === null),
      ...languageHeaders(path, representation, served.snapshot),
    };
    if (served.access !== null) headers.vary += ', Authorization';
    return { ...headers, etag };
  });
}

/** What goes with the whole document, in a coding or as it is. */
export function wholeFields(representation: Representation, coded: CodedBody | null, asked: Asked): Fields {
  const { etag, length } = coded ?? representation;
  const isOpened = isOpenedByPerson(asked.headers);
  const kind = `${kindOf(representation, etag, asked)} whole ${isOpened}`;
  return fieldsOf(representation, asked.served).once(kind, () => ({
    ...commonFields(representation, etag, asked),
    ...typeHeaders(representation, isOpened),
    ...(coded && { 'content-encoding': coded.coding }),
    'content-length': length,
  }));
}

/** By what answers differ that come from one version of a document, in one snapshot, under one configuration. */
function kindOf(representation: Representation, etag: string, { path, now }: Asked): string {
  return `${etag} ${isDated(representation, now)} ${path === representation.path}`;
}

/**
 * Never later than the response itself (§8.8.2.1); nor made earlier, or a client that asks twice in the second
 * of a change would take the new document for the one it has: curl's library looks at nothing else.
 */
function isDated({ lastModified }: Representation, now: number): boolean {
  return lastModified <= now;
}

class KnownFields {
  readonly #by: Pick<Served, 'baseUrl' | 'hubs' | 'maxAge' | 'access'>;
  /** Which other documents there are, and in which language; in one snapshot that stays as it is. Not kept by this. */
  readonly #in: WeakRef<Snapshot>;
  readonly #ofKind = new Map<string, Fields>();

  constructor({ baseUrl, hubs, maxAge, access, snapshot }: Served) {
    this.#by = { baseUrl, hubs, maxAge, access };
    this.#in = new WeakRef(snapshot);
  }

  /** Whether they are those of this snapshot and configuration. */
  are({ baseUrl, hubs, maxAge, access, snapshot }: Served): boolean {
    if (this.#in.deref() !== snapshot) return false;
    const by = this.#by;
    const same = baseUrl === by.baseUrl && hubs === by.hubs && maxAge === by.maxAge;
    return same && (access === null) === (by.access === null);
  }

  once(kind: string, make: () => Fields): Fields {
    let fields = this.#ofKind.get(kind);
    if (fields === undefined) this.#ofKind.set(kind, (fields = make()));
    return fields;
  }
}
const knownFields = new WeakMap<Representation, KnownFields>();

function fieldsOf(representation: Representation, served: Served): KnownFields {
  const before = knownFields.get(representation);
  if (before?.are(served) === true) return before;
  const fields = new KnownFields(served);
  knownFields.set(representation, fields);
  return fields;
}

/** A shared cache must not keep what only some may read. */
function cacheControl(lifetime: Lifetime, { maxAge, access }: Served): string {
  const scope = access === null ? 'public' : 'private';
  switch (lifetime) {
    case 'current':
      return `${scope}, max-age=${maxAge}, stale-while-revalidate=${maxAge * STALE_LOOKS}, stale-if-error=${STALE_IF_ERROR}`;
    case 'lasting':
      return `${scope}, max-age=${YEAR}`;
    case 'passing':
      return `${scope}, no-cache`;
  }
}

/** Where the document is at home, who tells of its changes, and its other formats (RFC 8288). */
function linkHeader(path: string, { snapshot, baseUrl, hubs }: Served): string {
  const links = [`<${baseUrl}/${path.replace(/(^|\/)index\.html$/, '$1')}>; rel="self"`];
  if (isFeed(path)) links.push(...hubs.map((hub) => `<${hub}>; rel="hub"`));
  for (const format of otherFormats(path, snapshot)) {
    const other = `${path.slice(0, path.lastIndexOf('.'))}.${format}`;
    links.push(`<${baseUrl}/${other}>; rel="alternate"; type="${MEDIA_TYPES[format]}"`);
  }
  return links.join(', ');
}

/** In which else a document is published by now. */
function otherFormats(path: string, snapshot: Snapshot): Format[] {
  const stem = path.slice(0, path.lastIndexOf('.') + 1);
  return FORMATS.filter((format) => stem + format !== path && snapshot.has(stem + format));
}
