// The ledger's SQL, prepared once.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { WRITTEN_MS } from './schema.ts';

const KNOWN = 'path, fingerprint, url, header_time, time, missing_since';

/** What is told of a live article. */
export const LIVE = `article.id, uuid, canonical, outlet, article.time, seed.path, seed.fingerprint, reason AS broken,
    (SELECT group_concat(fingerprint, ' ' ORDER BY path) FROM seed AS copy WHERE copy.key = article.key) AS copies,
    source, rules, digest, title, link, published, updated, bytes`;

const newest = (where: string): string => `
  SELECT ${LIVE}
  FROM article JOIN seed ON seed.id = article.seed LEFT JOIN rendition ON rendition.article = article.id
  WHERE article.seed IS NOT NULL ${where} ORDER BY article.time DESC, article.key LIMIT :limit`;

const SQL = {
  seeds: `SELECT ${KNOWN} FROM seed WHERE path > :after ORDER BY path LIMIT :limit`,
  seedAt: `SELECT ${KNOWN}, key, reason FROM seed WHERE path = ?`,
  absence: `SELECT missing AS count,
      coalesce((SELECT min(missing_since) FROM seed WHERE missing_since IS NOT NULL), 0) AS first,
      coalesce((SELECT max(missing_since) FROM seed WHERE missing_since IS NOT NULL), 0) AS last
    FROM seed_count`,
  orphans: `
    SELECT count(*) AS count FROM (
      SELECT 1 FROM seed AS gone WHERE missing_since IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM seed AS copy
        WHERE copy.key = gone.key AND copy.header_time IS gone.header_time AND copy.missing_since IS NULL)
      LIMIT ?)`,
  missing: `SELECT ${KNOWN} FROM seed WHERE missing_since IS NOT NULL ORDER BY missing_since LIMIT ?`,
  index: `
    INSERT INTO seed (path, fingerprint, header_time, time, url, key)
    VALUES (:path, :fingerprint, :headerTime, :time, :url, :key)
    ON CONFLICT (path) DO UPDATE SET fingerprint = excluded.fingerprint,
      header_time = excluded.header_time, time = excluded.time, url = excluded.url,
      key = excluded.key, missing_since = NULL, reason = NULL, line = NULL, detail = NULL`,
  reject: `
    INSERT INTO seed (path, fingerprint, reason, line, detail)
    VALUES (:path, :fingerprint, :reason, :line, :detail)
    ON CONFLICT (path) DO UPDATE SET fingerprint = excluded.fingerprint, missing_since = NULL,
      reason = excluded.reason, line = excluded.line, detail = excluded.detail`,
  markMissing: 'UPDATE seed SET missing_since = :since WHERE path = :path AND missing_since IS NULL',
  remove: 'DELETE FROM seed WHERE path = ?',
  moveArticle: 'UPDATE OR IGNORE article SET key = :key, canonical = :canonical WHERE key = :former',
  newest: newest(''),
  newestOf: newest('AND outlet = :outlet'),
  live: 'SELECT count(*) AS count FROM article WHERE seed IS NOT NULL AND uuid IN (SELECT value FROM json_each(?))',
  copies: `SELECT path, fingerprint, seed.time FROM seed JOIN article ON article.key = seed.key
    WHERE article.id = ? ORDER BY seed.time, path`,
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

export type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

export function prepareStatements(database: DatabaseSync): Statements {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(prepared) as Statements;
}
