// The types at the centre, one per stage: SeedFile → Header → Entry → Document.
// Imports nothing. Times are milliseconds since the epoch, sizes are bytes unless a name says otherwise.

/** A regular file in the seeds directory as the file system describes it. */
export interface SeedFile {
  /** Relative to the seeds directory, `/`-separated. */
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** Of content or name (ctime). */
  readonly changedMs: number;
  /**
   * mtime and ctime differ: the last thing that happened to the file was not a write to it. A write
   * moves both, a rename only ctime.
   */
  readonly renamed: boolean;
  /** Differs whenever the file may have changed: size, mtime, ctime, inode. */
  readonly fingerprint: string;
}

/** What the head of a seed says, before anything is cleaned. */
export interface Header {
  /** As written: raw text that may hold entities, brackets and newlines. */
  readonly title: string;
  /** As written, but parsed and serialised by the WHATWG URL parser. */
  readonly url: string;
  /** `null` where the archiver had no date (`NaN`). */
  readonly time: number | null;
}

/** Why a file is not an article. Closed: whoever handles a rejection handles all of these. */
export type RejectionReason =
  | 'empty'
  | 'too-large'
  | 'not-text'
  | 'header-missing'
  | 'url-invalid'
  | 'body-missing'
  | 'unreadable';

export interface Rejection {
  readonly reason: RejectionReason;
  /** 1-based; 0 where the file as a whole is meant. */
  readonly line: number;
  readonly detail: string;
}

/** What to do about each reason, in words for the archivist. */
export const REMEDIES: Readonly<Record<RejectionReason, string>> = {
  empty: 'write the article into the file, or delete it',
  'too-large': 'shorten the article, or raise seedBytesMax in the configuration',
  'not-text': 'save the file as UTF-8 text',
  'header-missing':
    'start the file with <!--milliseconds-->, then [title](https://address) on a line of its own',
  'url-invalid': 'give the full address of the article, starting with https:// or http://',
  'body-missing': 'put the text of the article, as HTML, below the header',
  unreadable: 'see that it is a file, that it is there, and that the user feedmill runs as may read it',
};

/** What identifies an article: found from its header alone, and all that the ledger knows of it. */
export interface Identity {
  /** As written, see {@link Header.url}. */
  readonly url: string;
  readonly canonical: string;
  /** SHA-256 of `canonical`. */
  readonly key: Buffer;
  /** UUIDv5 of `canonical`. */
  readonly uuid: string;
  readonly outlet: string;
  readonly headerTime: number | null;
}

/** How an outlet's pages are to be read: the data in `config/outlets/ID.yaml`. */
export interface Recipe {
  readonly id: string;
  /** In the outlet's own language. */
  readonly name: string;
  readonly home: string;
  /** BCP 47. */
  readonly language: string;
  /** A host stands for itself and everything below it. */
  readonly hosts: readonly string[];
  /** Where the publication time stands, the best place first. */
  readonly dates: readonly DateRule[];
  /** Where the authors' names stand, the best place first. */
  readonly bylines: readonly BylineRule[];
  /** CSS selectors of the lead picture or video, the best first. */
  readonly lead: readonly string[];
  /** CSS selectors of captions, and of the credits that go behind them; each belongs to the picture before it. */
  readonly captions: readonly string[];
  readonly credits: readonly string[];
  /** CSS selectors of elements that only name what they embed. */
  readonly embeds: readonly EmbedRule[];
  /** CSS selectors of what is not the article. */
  readonly remove: readonly string[];
  /** CSS selectors of what loses its tags and keeps its content. */
  readonly unwrap: readonly string[];
  /** CSS selectors of lists that go if each of their items is a link and nothing else. */
  readonly removeLinkLists: readonly string[];
  /** Regular expressions: a paragraph goes if one matches its text. */
  readonly removeText: readonly string[];
  /** What the outlet writes behind its titles. */
  readonly titleSuffixes: readonly string[];
  /** Pictures of the outlet (RFC 4287 §4.2.5, §4.2.8). Absolute URLs. */
  readonly icon: string | null;
  readonly logo: string | null;
  /** To whom its articles belong (§4.2.10). */
  readonly rights: string | null;
  /** What all of its articles are about (§4.2.2). */
  readonly categories: readonly string[];
  /** Query parameters that say who came from where and not which article. */
  readonly trackingParameters: readonly string[];
  /** Other addresses of the same article: `match` (a regular expression) is replaced in the canonical URL. */
  readonly aliases: readonly { readonly match: string; readonly replace: string }[];
}

export interface DateRule {
  /** A CSS selector; `null` reads the article's address. */
  readonly select: string | null;
  /**
   * The attribute that holds the date; `null` for the element's text. With `ago` the text does, and the
   * attribute, if given, names the day that it must fall on.
   */
  readonly attribute: string | null;
  /** `rfc1123`, `iso8601`, `ago`, or a pattern of UTS #35 fields such as `dd/MM/yyyy - HH:mm`. */
  readonly form: string;
  /** IANA name or UTC offset, of a form that does not say it itself. */
  readonly zone: string | null;
  /** Asked only where the header has no time. */
  readonly undatedOnly: boolean;
}

export interface BylineRule {
  readonly select: string;
  /** A regular expression whose first group is the names; `null` takes the whole text. */
  readonly match: string | null;
}

export interface EmbedRule {
  readonly select: string;
  /** The attribute that holds, somewhere, the address of what is embedded. */
  readonly attribute: string;
}

export interface Outlet {
  /** The recipe's file name, or the registrable domain of a host without one. */
  readonly id: string;
  readonly name: string;
  readonly home: string;
  /** BCP 47; `null` where only the text can tell. */
  readonly language: string | null;
  readonly recipe: Recipe | null;
}

/** What to do with the addresses of pictures: leave them, undo an image proxy, or a proxy template with `{url}`. */
export type ImagePolicy = 'keep' | 'direct' | (string & {});

/** An article's content as its outlet meant it: safe HTML and the text in it. */
export interface Content {
  readonly title: string;
  readonly html: string;
  /** Plain text, cut to a length. */
  readonly summary: string;
  /** BCP 47. */
  readonly language: string;
  /** The publication time that the article itself tells. */
  readonly published: number | null;
  /** Names; none where the article does not tell. */
  readonly authors: readonly string[];
  readonly picture: Picture | null;
}

/** A picture that stands for the article. */
export interface Picture {
  /** Absolute. */
  readonly url: string;
  /** Media type; `null` where the address does not tell it for sure. */
  readonly type: string | null;
  /** CSS pixels, as the article gives them. */
  readonly width: number | null;
  readonly height: number | null;
}

/** An article as it stands in a feed (RFC 4287's word). */
export interface Entry extends Content {
  /** `urn:uuid:…`, never changed once published. */
  readonly id: string;
  readonly link: string;
  readonly published: number;
  readonly updated: number;
  /** The outlet's name. */
  readonly outlet: string;
}

/** In which a feed is published; also its extension. */
export const FORMATS = ['atom', 'rss', 'json'] as const;
export type Format = (typeof FORMATS)[number];
export const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  atom: 'application/atom+xml',
  rss: 'application/rss+xml',
  json: 'application/feed+json',
};

/** What the pages and feeds name beside each other: styles, a script, a picture. Paths under `DATA/public/`. */
export const ASSETS = ['page.css', 'page.js', 'feed.css', 'icon.svg'] as const;

/** The bytes of one entry in each format, in UTF-8. */
export type RenderedEntry = Readonly<Record<Format, Buffer>>;

export const DAY_MS = 86_400_000;

/** The day of a moment, in days since the epoch, in UTC; before it, too. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** Something to publish: a path under `DATA/public/` and in the URL, and its bytes. */
export interface Document {
  readonly path: string;
  readonly body: Buffer;
  /** Of a feed: where its entries stand in `body`, in their order. */
  readonly entries?: readonly DocumentEntry[];
}

export interface DocumentEntry {
  /** The same for as long as a reader sees the same. */
  readonly key: string;
  /** Bytes from the beginning of the body. */
  readonly start: number;
  readonly end: number;
}
