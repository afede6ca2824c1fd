// What is served at one moment: every document with the headers that go with it. Immutable.
import { hash } from 'node:crypto';
import type { Document } from '../article.ts';

export interface Representation extends Document {
  readonly contentType: string;
  /** Strong: made from the bytes (RFC 9110 §8.8.3). With its quotes. */
  readonly etag: string;
  /** When the bytes last changed, to the second, as HTTP says it. ms, a multiple of 1000 */
  readonly lastModified: number;
}

export type Snapshot = ReadonlyMap<string, Representation>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  atom: 'application/atom+xml; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** Whether a path is one that documents are published under. */
export function isPublishable(path: string): boolean {
  return Object.hasOwn(CONTENT_TYPES, extensionOf(path));
}

/**
 * @param changedMs when the bytes became what they are
 * @param before what stood at this path until now
 */
export function represent(document: Document, changedMs: number, before?: Representation): Representation {
  const second = Math.floor(changedMs / 1000) * 1000;
  return {
    path: document.path,
    body: document.body,
    contentType: CONTENT_TYPES[extensionOf(document.path)] ?? 'application/octet-stream',
    etag: `"${hash('sha256', document.body, 'base64url').slice(0, 22)}"`,
    // Two changes within a second must not share a date, or a client would keep the first of them.
    lastModified: before ? Math.max(second, before.lastModified + 1000) : second,
  };
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
