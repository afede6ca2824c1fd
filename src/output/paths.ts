// Under which path what is published, in `DATA/public/` and over HTTP.
import { join } from 'node:path';
import { type Format, FORMATS } from '../article.ts';

/** Of a data directory: where the documents lie as files. */
export function publicFolder(data: string): string {
  return join(data, 'public');
}

/** Of a data directory: what is known of those files. */
export function tagsFileIn(data: string): string {
  return join(data, 'tags.json');
}

/** Of a feed, without the extension that names the format. `null`: the merged one. */
export function feedPath(outlet: string | null): string {
  return outlet === null ? 'feed' : `outlets/${outlet}`;
}

/** Which document of which archive. */
export interface ArchiveName {
  /** `null`: the merged feed's. */
  readonly outlet: string | null;
  /** The last place that it holds, and what names it. */
  readonly end: { readonly place: number; readonly tag: string };
}

/** Without the extension. */
export function archivePath({ outlet, end }: ArchiveName): string {
  return `${archiveFolder(outlet)}/${end.place}-${end.tag}`;
}

export function archiveFolder(outlet: string | null): string {
  return outlet === null ? 'archive' : `${feedPath(outlet)}/archive`;
}

const ARCHIVE_FOLDER = /^(?:outlets\/[^/]+\/)?archive$/;
const ARCHIVE_PATH = new RegExp(
  String.raw`^(?:outlets/(?<outlet>[^/]+)/)?archive/(?<place>[1-9]\d{0,11})-(?<tag>[\w-]+)\.(?<format>${FORMATS.join('|')})$`,
);

export function isArchiveFolder(path: string): boolean {
  return ARCHIVE_FOLDER.test(path);
}

/** `null` for a path that no document of an archive can have. */
export function readArchivePath(path: string): (ArchiveName & { readonly format: Format }) | null {
  const { outlet, place, tag, format } = ARCHIVE_PATH.exec(path)?.groups ?? {};
  if (place === undefined || tag === undefined) return null;
  return { outlet: outlet ?? null, end: { place: Number(place), tag }, format: format as Format };
}
