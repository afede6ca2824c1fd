// A path → the document that it means; of a folder, its page in the language that the client prefers.
import type { OutgoingHttpHeaders } from 'node:http';
import { LANGUAGE_TAGS, PAGE_LANGUAGES, type PageLanguage, preferredLanguage } from './languages.ts';
import type { Representation, Snapshot } from './snapshot.ts';

/** The page of a folder, as every web server finds it; it is in the site's own language. */
const PAGE = 'index.html';
const PAGE_NAME = /(?<stem>(?:^|\/)index)\.(?:(?<named>[a-z]+)\.)?html$/;

/** @param accept the field `Accept-Language` */
export function documentAt(
  path: string,
  accept: string | undefined,
  snapshot: Snapshot,
): Representation | undefined {
  if (!isFolder(path)) return snapshot.get(path);
  const own = pageLanguage(path + PAGE, snapshot);
  const preferred = own === null ? null : preferredLanguage(accept, own);
  return snapshot.get(preferred === own ? path + PAGE : `${path}index.${preferred}.html`);
}

const NONE: OutgoingHttpHeaders = {};

/** What says in which language a page is, and what it was chosen by. A 304 says it too. */
export function languageHeaders(
  asked: string,
  { path }: Representation,
  snapshot: Snapshot,
): OutgoingHttpHeaders {
  const language = pageLanguage(path, snapshot);
  if (language === null) return NONE;
  return {
    'content-language': LANGUAGE_TAGS[language],
    ...(isFolder(asked) && { vary: 'Accept-Encoding, Accept-Language' }),
  };
}

function isFolder(path: string): boolean {
  return path === '' || path.endsWith('/');
}

/** Of a page that is there in every language: the one that its name says, or else the one that no other's says. */
function pageLanguage(path: string, snapshot: Snapshot): PageLanguage | null {
  const match = PAGE_NAME.exec(path);
  if (match === null) return null;
  const { named } = match.groups!;
  const before = path.slice(0, match.index) + match.groups!['stem']!;
  const isThere = (language: PageLanguage): boolean => snapshot.has(`${before}.${language}.html`);
  if (named !== undefined) return PAGE_LANGUAGES.find((language) => language === named) ?? null;
  const unnamed = PAGE_LANGUAGES.filter((language) => !isThere(language));
  return unnamed.length === 1 ? unnamed[0]! : null;
}
