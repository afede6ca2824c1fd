// What is served at one moment: every document, with all but its bytes. Immutable.
import { ASSETS, type Document, type DocumentEntry, FORMATS, MEDIA_TYPES } from '../article.ts';
import type { CodedBody } from './codings.ts';
import { readArchivePath } from './paths.ts';
import { remember, type Versions } from './delta.ts';
import { inMemory, type Stored } from './store.ts';

/** What is known of a document; its bytes are read when they are asked for. */
export interface Representation extends Stored {
  readonly path: string;
  readonly contentType: string;
  /** The same in other codings, the smallest first; empty until they are prepared. */
  readonly codings: readonly CodedBody[];
  readonly entries: readonly DocumentEntry[];
  /** What this version and those before it held. */
  readonly versions: Versions;
  /** When the bytes last changed, to the second, as HTTP says it. ms, a multiple of 1000 */
  readonly lastModified: number;
  readonly lifetime: Lifetime;
}

/** Whether a document is `current` until the next look, `lasting` for good, or `passing`: soon to be another. */
export type Lifetime = 'current' | 'lasting' | 'passing';

export type Snapshot = ReadonlyMap<string, Representation>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(MEDIA_TYPES).map(([format, type]) => [format, `${type}; charset=utf-8`]),
  ),
  opml: 'text/x-opml; charset=utf-8',
  html: 'text/html; charset=utf-8',
};
/** Of these only our own are ours: an operator may have put others there. */
const ASSET_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Whether a path is one that documents are published under. */
export function isPublishable(path: string): boolean {
  return Object.hasOwn(CONTENT_TYPES, extensionOf(path)) || ASSETS.some((asset) => asset === path);
}

/** Whether a path is a feed's, in whichever format; documents of archives are none, since nothing in them is new. */
export function isFeed(path: string): boolean {
  return FORMATS.some((format) => path.endsWith(`.${format}`)) && readArchivePath(path) === null;
}

/** A document in memory. See {@link representStored}. */
export function represent(document: Document, changedMs: number, before?: Representation): Representation {
  return representStored(document, inMemory(document.body), changedMs, before);
}

/**
 * @param changedMs when the bytes became what they are
 * @param before what stood at this path until now
 */
export function representStored(
  { path, entries = [] }: Omit<Document, 'body'>,
  stored: Stored,
  changedMs: number,
  before?: Representation,
): Representation {
  const second = wholeSecond(changedMs);
  return {
    path,
    ...stored,
    contentType: contentTypeOf(path),
    codings: [],
    entries,
    versions: remember(before?.versions ?? new Map(), [stored.etag], entries),
    // Two changes within a second must not share a date, or a client would keep the first of them.
    lastModified: before ? Math.max(second, before.lastModified + 1000) : second,
    lifetime: 'current',
  };
}

/** As HTTP tells times. ms → ms, a multiple of 1000 */
export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function contentTypeOf(path: string): string {
  const extension = extensionOf(path);
  return CONTENT_TYPES[extension] ?? ASSET_TYPES[extension] ?? 'application/octet-stream';
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** The same document once it is there in other codings too. */
export function withCodings(before: Representation, codings: readonly CodedBody[]): Representation {
  const tags = [before.etag, ...codings.map(({ etag }) => etag)];
  return { ...before, codings, versions: remember(before.versions, tags, before.entries) };
}
