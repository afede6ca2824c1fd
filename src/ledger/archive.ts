// The archives of feeds: an article that has fallen behind a feed's window gets the next place, once and for good.
// All that writes runs inside the transaction of whoever calls it.
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
  readonly #wait: StatementSync;
  readonly #leave: StatementSync;
  readonly #leaveBehind: StatementSync;
  readonly #return: StatementSync;
  readonly #behind: StatementSync;
  readonly #append: StatementSync;
  readonly #end: StatementSync;
  readonly #tag: StatementSync;
  readonly #entries: StatementSync;
  readonly #withdrawn: StatementSync;
  readonly #withdrawnOf: StatementSync;
  readonly #outletsWithdrawn: StatementSync;

  constructor(database: DatabaseSync) {
    this.#wait = database.prepare('INSERT OR IGNORE INTO unarchived (feed, time, article) VALUES (?, ?, ?)');
    this.#leave = database.prepare('DELETE FROM unarchived WHERE feed = ? AND time = ? AND article = ?');
    this.#leaveBehind = database.prepare('INSERT OR IGNORE INTO left_behind (feed, article) VALUES (?, ?)');
    this.#return = database.prepare('DELETE FROM left_behind WHERE feed = ? AND article = ?');
    this.#behind = database.prepare(
      `SELECT article.id, article.time, article.key
       FROM unarchived JOIN article ON article.id = unarchived.article, article AS last
       WHERE last.id = :last AND unarchived.feed = :feed AND unarchived.time <= last.time
         AND article.seed IS NOT NULL AND (article.time < last.time OR article.key > last.key)
       ORDER BY unarchived.time, article.key DESC LIMIT :limit`,
    );
    this.#append = database.prepare('INSERT INTO archive (feed, place, article, tag) VALUES (?, ?, ?, ?)');
    this.#end = database.prepare('SELECT place, tag FROM archive WHERE feed = ? ORDER BY place DESC LIMIT 1');
    this.#tag = database.prepare('SELECT tag FROM archive WHERE feed = ? AND place = ?');
    this.#entries = database.prepare(
      `SELECT ${LIVE}, article.withdrawn
       FROM archive JOIN article ON article.id = archive.article
         LEFT JOIN seed ON seed.id = article.seed LEFT JOIN rendition ON rendition.article = article.id
       WHERE feed = :feed AND place BETWEEN :first AND :last
       ORDER BY place DESC`,
    );
    const withdrawn = (where: string): string => `
      SELECT uuid, withdrawn AS time FROM article
      WHERE seed IS NULL AND withdrawn > :since ${where}
        AND (EXISTS (SELECT 1 FROM rendition WHERE rendition.article = article.id)
          OR NOT EXISTS (SELECT 1 FROM unarchived
            WHERE feed = '${MERGED}' AND unarchived.time = article.time AND unarchived.article = article.id))
      ORDER BY withdrawn DESC, key LIMIT :limit`;
    this.#withdrawn = database.prepare(withdrawn(''));
    this.#withdrawnOf = database.prepare(withdrawn('AND outlet = :outlet'));
    this.#outletsWithdrawn = database.prepare(
      'SELECT DISTINCT outlet FROM article WHERE seed IS NULL AND withdrawn > ? AND withdrawn <= ?',
    );
  }

  /** A new article waits in the feeds that show it. */
  add(id: number, { outlet, time }: Place): void {
    for (const feed of [MERGED, outlet]) this.#wait.run(feed, time, id);
  }

  /** What a changed recipe gives to another outlet stays in the former one's archive, where it has a place there. */
  move(before: Place & { readonly id: number }, after: Place): void {
    if (before.outlet === after.outlet && before.time === after.time) return;
    const { id } = before;
    if (this.#leave.run(MERGED, before.time, id).changes > 0) this.#wait.run(MERGED, after.time, id);
    const waited = this.#leave.run(before.outlet, before.time, id).changes > 0;
    if (before.outlet === after.outlet) {
      if (waited) this.#wait.run(after.outlet, after.time, id);
      return;
    }
    if (!waited) this.#leaveBehind.run(before.outlet, id);
    const returned = this.#return.run(after.outlet, id).changes > 0;
    if (!returned) this.#wait.run(after.outlet, after.time, id);
  }

  append(outlet: string | null, last: number, limit: number): number {
    const feed = outlet ?? MERGED;
    const articles = this.#behind.all({ feed, last, limit }) as unknown as BehindRow[];
    let { place, tag } = this.end(outlet) ?? { place: 0, tag: '' };
    for (const { id, time, key } of articles) {
      place += 1;
      tag = tagBehind(tag, key);
      this.#append.run(feed, place, id, tag);
      this.#leave.run(feed, time, id);
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
    const rows =
      outlet === null
        ? this.#withdrawn.all({ since, limit })
        : this.#withdrawnOf.all({ outlet, since, limit });
    return rows as unknown as Withdrawal[];
  }

  outletsWithdrawnFrom(since: number, until: number): readonly string[] {
    return this.#outletsWithdrawn.all(since, until).map(({ outlet }) => outlet as string);
  }
}

/** Names a place's article and, through the tag before it, all articles before that. */
function tagBehind(before: string, key: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from(before), key]), 'base64url').slice(0, TAG_LENGTH);
}

/** Where an article waits. */
interface Place {
  readonly outlet: string;
  readonly time: number;
}

interface BehindRow {
  id: number;
  time: number;
  key: Uint8Array;
}
type ArchivedRow = NewestRow & { withdrawn: number | null };
