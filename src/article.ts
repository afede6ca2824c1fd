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
  /** CSS selectors of what is not the article. */
  readonly remove: readonly string[];
  /** Query parameters that say who came from where and not which article. */
  readonly trackingParameters: readonly string[];
  /** Other addresses of the same article: `match` (a regular expression) is replaced in the canonical URL. */
  readonly aliases: readonly { readonly match: string; readonly replace: string }[];
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
}

/** An article as it stands in a feed (RFC 4287's word). */
export interface Entry extends Content {
  /** `urn:uuid:…`, never changed once published. */
  readonly id: string;
  readonly link: string;
  readonly published: number;
  readonly updated: number;
  readonly author: string;
}

/** Something to publish: a path under `DATA/public/` and in the URL, and its bytes. */
export interface Document {
  readonly path: string;
  readonly body: Buffer;
}
