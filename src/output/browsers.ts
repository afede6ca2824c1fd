// What a browser is told that a feed reader has no use for: how to show a document, and what it may do.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Representation } from './snapshot.ts';

/** Nothing written into a page can act: it asks for its own style and script, and for pictures of articles. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** What else a browser shows asks for a style sheet at most. */
const DOCUMENT_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'";

/** What is no document is for whoever asked: nothing is loaded, framed, guessed at or told to others. */
export const GUARDED: OutgoingHttpHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * What pages of other sites may do with a document. One that anybody may read, readers that are such pages may, too; they
 * are sent nothing that only the visitor has, for with `*` browsers send no credentials (Fetch §3.3.5).
 */
export function sharingHeaders(open: boolean): OutgoingHttpHeaders {
  return open
    ? { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
    : { 'cross-origin-resource-policy': 'same-origin' };
}

/** Feeds that name a style sheet. By their own types Chromium shows their source, and Firefox saves them. */
const STYLED_FEED = /^application\/(?:atom|rss)\+xml\b/;

/** Whether it is to be shown by itself (Fetch Metadata §2.1). */
export function isOpenedByPerson({ 'sec-fetch-dest': purpose }: IncomingHttpHeaders): boolean {
  return purpose === 'document';
}

/** Where a person opens a feed, its type is one that browsers apply a style sheet to. */
export function typeHeaders({ contentType }: Representation, isOpened: boolean): OutgoingHttpHeaders {
  return {
    'content-type': isOpened ? contentType.replace(STYLED_FEED, 'application/xml') : contentType,
    'content-security-policy': contentType.startsWith('text/html') ? PAGE_POLICY : DOCUMENT_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** By which fields of a request an answer was chosen, beside those that choose between documents (§12.5.5). */
export function variesBy({ contentType }: Representation): string {
  return STYLED_FEED.test(contentType) ? 'Accept-Encoding, Sec-Fetch-Dest' : 'Accept-Encoding';
}
