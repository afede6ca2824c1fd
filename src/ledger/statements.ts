// The ledger's SQL, prepared once.
import type { DatabaseSync } from 'node:sqlite';
import { WRITTEN_MS } from './schema.ts';
import { prepareAll, type Prepared } from './prepare.ts';

const KNOWN = 'path, fingerprint, url, header_time, time, missing_since';

/** What is told of a live article. */
export const LIVE = `article.id, uuid, canonical, outlet, article.time, seed.path, seed.fingerprint, reason AS broken,
    (SELECT group_concat(fingerprint, ' ' ORDER BY path) FROM (
      SELECT fingerprint, path FROM seed AS copy WHERE copy.key = article.key AND copy.shared = 1
      UNION ALL SELECT seed.fingerprint, seed.path WHERE seed.shared = 0)) AS copies,
    source, rules, digest, title, link, published, updated, bytes`;

/** Found first, and only then looked up elsewhere: while a ledger is filled there is no index by time. */
const newest = (where: string): string => `
  SELECT ${LIVE}
  FROM (SELECT id AS listed FROM article WHERE seed IS NOT NULL ${where} ORDER BY time DESC, key LIMIT :limit)
    CROSS JOIN article ON article.id = listed
    JOIN seed ON seed.id = article.seed LEFT JOIN rendition ON rendition.article = article.id
  ORDER BY article.time DESC, article.key`;

const SQL = {
  seeds: `SELECT ${KNOWN} FROM seed WHERE path > :after ORDER BY path LIMIT :limit`,
  seedAt: `SELECT ${KNOWN} FROM seed WHERE path = ?`,
  absence: `SELECT missing AS count,
      coalesce((SELECT min(missing_since) FROM seed WHERE missing_since IS NOT NULL), 0) AS first,
      coalesce((SELECT max(missing_since) FROM seed WHERE missing_since IS NOT NULL), 0) AS last
    FROM seed_count`,
  orphans: `
    SELECT count(*) AS count FROM (
      SELECT 1 FROM seed AS gone WHERE missing_since IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM seed AS copy
        WHERE copy.key = gone.key AND copy.shared = 1
          AND copy.header_time IS gone.header_time AND copy.missing_since IS NULL)
        AND NOT EXISTS (
        SELECT 1 FROM article JOIN seed AS copy ON copy.id = article.seed
        WHERE article.key = gone.key AND copy.shared = 0 AND copy.key = gone.key
          AND copy.header_time IS gone.header_time AND copy.missing_since IS NULL)
      LIMIT ?)`,
  missing: `SELECT ${KNOWN} FROM seed WHERE missing_since IS NOT NULL ORDER BY missing_since LIMIT ?`,
  newest: newest(''),
  newestOf: newest('AND outlet = :outlet'),
  // Without the condition SQLite says that it reads the whole table, though it does not.
  lastArticle: 'SELECT coalesce(max(id), 0) AS id FROM article WHERE id > 0',
  live: `SELECT count(*) AS count FROM article
    WHERE id > ? AND id <= ? AND seed IS NOT NULL AND uuid IN (SELECT value FROM json_each(?))`,
  copies: `
    SELECT path, fingerprint, seed.time FROM article JOIN seed ON seed.key = article.key AND seed.shared = 1
    WHERE article.id = :id
    UNION ALL SELECT path, fingerprint, seed.time FROM article JOIN seed ON seed.id = article.seed AND seed.shared = 0
    WHERE article.id = :id ORDER BY 3, 1`,
  entry: 'SELECT atom, rss, json FROM rendition WHERE article = ?',
  lastWithdrawal: 'SELECT coalesce(max(withdrawn), 0) AS time FROM article WHERE seed IS NULL',
  lastWithdrawalOf:
    'SELECT coalesce(max(withdrawn), 0) AS time FROM article WHERE seed IS NULL AND outlet = ?',
  saveRendition: `
    INSERT INTO rendition
      (article, source, rules, digest, title, link, published, updated, bytes, atom, rss, json)
    VALUES (:article, :source, :rules, :digest, :title, :link, :published, :updated, :bytes, :atom, :rss, :json)
    ON CONFLICT (article) DO UPDATE SET source = :source, rules = :rules, digest = :digest, title = :title, link = :link,
      published = :published, updated = :updated, bytes = :bytes, atom = :atom, rss = :rss, json = :json
    WHERE rendition.source IS :before`,
  rejected: 'SELECT path, reason, line, detail FROM seed WHERE reason IS NOT NULL ORDER BY path LIMIT ?',
  rejectedLately: `SELECT path, reason, line, detail FROM seed WHERE reason IS NOT NULL
    ORDER BY ${WRITTEN_MS} DESC, path LIMIT ?`,
  note: 'SELECT value FROM note WHERE name = ?',
  setNote: 'INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)',
  clearNote: 'DELETE FROM note WHERE name = ?',
} as const;

export type Statements = Prepared<typeof SQL>;

export function prepareStatements(database: DatabaseSync): Statements {
  return prepareAll(database, SQL);
}
