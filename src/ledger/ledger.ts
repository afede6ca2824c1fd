// What has been seen: the store behind a narrow asynchronous interface.
//
// Asynchronous and narrow because a second implementation, on PostgreSQL, is to stand beside the
// SQLite one: nothing outside this folder knows about tables, and every call is one round trip.
import type { Identity, Rejection, RejectionReason, RenderedEntry } from '../article.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Sets the ledger apart from what merely went wrong: the store itself is damaged. */
export class LedgerUnreadableError extends Error {
  override readonly name = 'LedgerUnreadableError';
}

/** The store is whole but not for this program: made by a newer one, or the file cannot be opened. */
export class LedgerRefusedError extends Error {
  override readonly name = 'LedgerRefusedError';
}

/** The disk does not take what is to be written: it is full, or fails. The store is whole, and may be written later. */
export class LedgerDiskError extends Error {
  override readonly name = 'LedgerDiskError';
}

/** A seed as it was last looked at. */
export interface KnownSeed {
  readonly path: string;
  readonly fingerprint: string;
  /** As written; `null` if it has never been an article. */
  readonly url: string | null;
  /** What places its article in time; `null` if it has never been one. ms */
  readonly time: number | null;
  /** The header's own time, as written; `null` if it has none. ms */
  readonly headerTime: number | null;
  /** Since when it has not been there; `null` while it is. ms */
  readonly missingSince: number | null;
}

/** What a look at the seeds directory found out about one path. */
export type SeedChange =
  | {
      readonly kind: 'indexed';
      readonly path: string;
      readonly fingerprint: string;
      readonly identity: Identity;
      /** What places the article. */
      readonly time: number;
    }
  | {
      /** Not an article now. If it was one before, that article stands as it was: a broken file loses nothing. */
      readonly kind: 'rejected';
      readonly path: string;
      readonly fingerprint: string;
      readonly rejection: Rejection;
    }
  | { readonly kind: 'missing'; readonly path: string; readonly since: number }
  | { readonly kind: 'withdrawn'; readonly path: string };

/** What {@link Ledger.record} did with the changes. */
export interface Recorded {
  readonly added: number;
  readonly changed: number;
  readonly withdrawn: number;
  /** Outlets of which an article came, changed or went. */
  readonly outlets: ReadonlySet<string>;
}

/** What was published of an article, kept so that nothing is cleaned twice and `updated` stays honest. */
export interface Rendition extends RenditionFacts {
  readonly entry: RenderedEntry;
}

export interface NewRendition extends Rendition {
  /** The source of the one whose place it takes; `null` if there is none. */
  readonly before: string | null;
}

export interface RenditionFacts {
  /** Of what it was made from: the seed's path, and the fingerprints of all copies. */
  readonly source: string;
  /** Of the rules it was made by. */
  readonly rules: string;
  /** Of what a reader sees. */
  readonly digest: string;
  readonly title: string;
  readonly link: string;
  readonly published: number;
  readonly updated: number;
  /** Size of the rendered Atom entry. */
  readonly bytes: number;
}

/** A live article: the copy of it that counts, and what was last published of it. */
export interface LedgerArticle {
  readonly id: number;
  readonly uuid: string;
  readonly canonical: string;
  readonly outlet: string;
  readonly time: number;
  /** The seed that wins: the latest header time, then the first file name. */
  readonly path: string;
  readonly fingerprint: string;
  /** The seed holds no article now; what was made of it before stands. */
  readonly broken: RejectionReason | null;
  /** The fingerprints of all seeds that hold this article, apart by a space. */
  readonly copies: string;
  readonly rendition: RenditionFacts | null;
}

export interface Copy {
  readonly path: string;
  readonly fingerprint: string;
  readonly time: number;
}

/** A place in an archive, from 1. What stands at it, and at all before it, never changes: the tag says what that is. */
export interface ArchivePlace {
  readonly place: number;
  readonly tag: string;
}

/** Some of an archive, the last place first. */
export interface Archived {
  readonly articles: readonly LedgerArticle[];
  readonly withdrawn: readonly Withdrawal[];
}

export interface Withdrawal {
  readonly uuid: string;
  /** When. ms */
  readonly time: number;
}

export interface RejectedSeed extends Rejection {
  readonly path: string;
}

export interface DayCount {
  /** Days since the epoch, in UTC. */
  readonly day: number;
  /** Live articles that this day places. */
  readonly articles: number;
}

export interface Absence {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

export interface Tally {
  /** Live articles of each outlet ever seen. */
  readonly outlets: ReadonlyMap<string, number>;
  readonly articles: number;
  readonly seeds: number;
  readonly rejected: number;
  readonly missing: number;
}

export interface Stock extends Tally {
  /** The time that places the newest live article; `null` if there is none. ms */
  readonly newest: number | null;
}

export interface Ledger extends AsyncDisposable {
  readonly subscriptions: Subscriptions;
  /** Known seeds in the order of their paths (by UTF-8 bytes), behind `after`. */
  seeds(after: string, limit: number): Promise<readonly KnownSeed[]>;
  seedsAt(paths: readonly string[]): Promise<ReadonlyMap<string, KnownSeed>>;
  /** How many known seeds are not there, and since when: the first and the last to go. ms */
  absence(): Promise<Absence>;
  /**
   * How many of the seeds that are not there have not just been moved: no file that is there holds the
   * same article as of the same time. Counts no further than `limit`.
   */
  orphans(limit: number): Promise<number>;
  /** Known seeds that are not there, oldest absence first. */
  missing(limit: number): Promise<readonly KnownSeed[]>;
  /** All of the changes or none, in one transaction. */
  record(changes: readonly SeedChange[], now: number): Promise<Recorded>;
  /**
   * Does what records much: it may reach the disk in transactions larger than those of {@link record}, and some of it only
   * when this is done. If it fails, what was recorded last may not have been: it is to be looked for again.
   */
  together<T>(action: () => Promise<T>): Promise<T>;
  /** The newest live articles of an outlet, or of all, by time and then key. */
  newest(outlet: string | null, limit: number): Promise<readonly LedgerArticle[]>;
  /** How many of these are live articles. Takes as long as there are articles. */
  live(uuids: readonly string[]): Promise<number>;
  /** Every seed that holds the article, by the time that places it. */
  copies(articleId: number): Promise<readonly Copy[]>;
  /** The rendered entries of these articles, by id. A format in which one has never been rendered is empty. */
  entries(articleIds: readonly number[]): Promise<ReadonlyMap<number, RenderedEntry>>;
  /** By article. Where another than the one `before` has been kept meanwhile, that stays. */
  saveRenditions(renditions: ReadonlyMap<number, NewRendition>): Promise<void>;
  /**
   * Appends to the archive of an outlet's feed, or of the merged one, the live articles that stand behind `last` (an
   * article's id) in the order of {@link newest} and are not in it: the oldest first.
   */
  archive(outlet: string | null, last: number): Promise<void>;
  /** The last place of an archive; `null` while it is empty. */
  archiveEnd(outlet: string | null): Promise<ArchivePlace | null>;
  /** `null` if an archive has no such place. */
  archiveTag(outlet: string | null, place: number): Promise<string | null>;
  /** What stands at the places from `first` to `end`; `null` if that is no place of this archive. */
  archived(outlet: string | null, first: number, end: ArchivePlace): Promise<Archived | null>;
  /** Articles of an outlet (or any) that were published and withdrawn after `since`, the last one first. */
  withdrawals(outlet: string | null, since: number, limit: number): Promise<readonly Withdrawal[]>;
  /** Outlets of which an article was withdrawn after `since` and not after `until`. ms */
  outletsWithdrawnFrom(since: number, until: number): Promise<readonly string[]>;
  /** When an outlet (or any) last had an article withdrawn; 0 if never. ms */
  lastWithdrawal(outlet: string | null): Promise<number>;
  rejected(limit: number): Promise<readonly RejectedSeed[]>;
  /** The one written last first. */
  rejectedLately(limit: number): Promise<readonly RejectedSeed[]>;
  /**
   * Articles of an outlet, or of all, on each day that had any, in the order of days. `from` and `to` are days
   * since the epoch, in UTC; both belong to it.
   */
  articlesPerDay(outlet: string | null, from: number, to: number): Promise<readonly DayCount[]>;
  tally(): Promise<Tally>;
  /** Another whenever something has been recorded, and never the same again. */
  revision(): Promise<string>;
  /** A named value that outlives the process. */
  note(name: string): Promise<string | null>;
  setNote(name: string, value: string | null): Promise<void>;
}
