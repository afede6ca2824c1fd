// The archives of feeds: an article that has fallen behind a feed's window gets the next place, once and for good.
import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Archived, ArchivePlace, Withdrawal } from './ledger.ts';
import { ledgerArticle, type NewestRow } from './rows.ts';
import { LIVE } from './statements.ts';

/** The merged feed's, beside outlets' ids, none of which is empty. */
const MERGED = '';
/** Characters of six bits. */
const TAG_LENGTH = 12;

export class Archives {
  readonly #merged: FeedStatements;
  readonly #outlet: FeedStatements;
  readonly #append: StatementSync;
  readonly #end: StatementSync;
  readonly #tag: StatementSync;
  readonly #entries: StatementSync;
  readonly #withdrawn: StatementSync;
  readonly #outletsWithdrawn: StatementSync;

  constructor(database: DatabaseSync) {
    this.#merged = prepareFeed(database, 'archived', '');
    this.#outlet = prepareFeed(database, 'outlet_archived', 'AND outlet = :outlet');
    this.#append = database.prepare('INSERT INTO archive (feed, place, article, tag) VALUES (?, ?, ?, ?)');
    this.#end = database.prepare('SELECT place, tag FROM archive WHERE feed = ? ORDER BY place DESC LIMIT 1');
    this.#tag = database.prepare('SELECT tag FROM archive WHERE feed = ? AND place = ?');
    // An article that a changed recipe has given to another outlet leaves a gap.
    this.#entries = database.prepare(
      `SELECT ${LIVE}, article.withdrawn
       FROM archive JOIN article ON article.id = archive.article
         LEFT JOIN seed ON seed.id = article.seed LEFT JOIN rendition ON rendition.article = article.id
       WHERE feed = :feed AND place BETWEEN :first AND :last AND :feed IN ('${MERGED}', outlet)
       ORDER BY place DESC`,
    );
    this.#withdrawn = database.prepare(
      `SELECT uuid, withdrawn AS time FROM article
       WHERE seed IS NULL AND withdrawn > :since AND outlet = coalesce(:outlet, outlet)
         AND (archived = 1 OR outlet_archived = 1 OR EXISTS (SELECT 1 FROM rendition WHERE article = article.id))
       ORDER BY withdrawn DESC, key LIMIT :limit`,
    );
    this.#outletsWithdrawn = database.prepare(
      'SELECT DISTINCT outlet FROM article WHERE seed IS NULL AND withdrawn > ? AND withdrawn <= ?',
    );
  }

  /** Inside a transaction. */
  append(outlet: string | null, last: number, limit: number): number {
    const { behind, mark } = outlet === null ? this.#merged : this.#outlet;
    const parameters = { last, limit, ...(outlet !== null && { outlet }) };
    const articles = behind.all(parameters) as unknown as { id: number; key: Uint8Array }[];
    const feed = outlet ?? MERGED;
    let { place, tag } = this.end(outlet) ?? { place: 0, tag: '' };
    for (const { id, key } of articles) {
      place += 1;
      tag = tagBehind(tag, key);
      this.#append.run(feed, place, id, tag);
      mark.run(id);
    }
    return articles.length;
  }

  end(outlet: string | null): ArchivePlace | null {
    return (this.#end.get(outlet ?? MERGED) as unknown as ArchivePlace | undefined) ?? null;
  }

  tag(outlet: string | null, place: number): string | null {
    return (this.#tag.get(outlet ?? MERGED, place)?.['tag'] as string | undefined) ?? null;
  }

  between(outlet: string | null, first: number, { place, tag }: ArchivePlace): Archived | null {
    const feed = outlet ?? MERGED;
    if (this.tag(outlet, place) !== tag) return null;
    const rows = this.#entries.all({ feed, first, last: place }) as unknown as ArchivedRow[];
    const live = rows.filter(({ path }) => path !== null);
    return {
      articles: live.map(ledgerArticle),
      withdrawn: rows.flatMap(({ path, uuid, withdrawn }) =>
        path === null ? [{ uuid, time: withdrawn! }] : [],
      ),
    };
  }

  withdrawals(outlet: string | null, since: number, limit: number): readonly Withdrawal[] {
    return this.#withdrawn.all({ outlet, since, limit }) as unknown as Withdrawal[];
  }

  outletsWithdrawnFrom(since: number, until: number): readonly string[] {
    return this.#outletsWithdrawn.all(since, until).map(({ outlet }) => outlet as string);
  }
}

/** Names a place's article and, through the tag before it, all articles before that. */
function tagBehind(before: string, key: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from(before), key]), 'base64url').slice(0, TAG_LENGTH);
}

type ArchivedRow = NewestRow & { withdrawn: number | null };

interface FeedStatements {
  /** Live, not in the archive yet, and behind an article in the order of time and key. */
  readonly behind: StatementSync;
  readonly mark: StatementSync;
}

function prepareFeed(database: DatabaseSync, column: string, where: string): FeedStatements {
  return {
    behind: database.prepare(
      `SELECT id, key FROM article
       WHERE seed IS NOT NULL AND ${column} = 0 ${where}
         AND time <= (SELECT time FROM article WHERE id = :last)
         AND (time < (SELECT time FROM article WHERE id = :last) OR key > (SELECT key FROM article WHERE id = :last))
       ORDER BY time, key DESC LIMIT :limit`,
    ),
    mark: database.prepare(`UPDATE article SET ${column} = 1 WHERE id = ?`),
  };
}
