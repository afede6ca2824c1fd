// The SQLite schema and the way to it from every earlier one.

/** When a seed was last written, from its fingerprint (`writtenMs` in src/intake/walk.ts); SQL, of the table of seeds. */
export const WRITTEN_MS = "CAST(substr(fingerprint, instr(fingerprint, '-') + 1) AS REAL)";

/**
 * One script for each version, run in order from the one the file has (`PRAGMA user_version`).
 * A released script never changes; a new one is appended.
 *
 * Rowid tables throughout: `WITHOUT ROWID` on a hash costs several times as much to fill.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE seed (
    id            INTEGER PRIMARY KEY,
    path          TEXT NOT NULL UNIQUE,
    fingerprint   TEXT NOT NULL,
    header_time   INTEGER,
    time          INTEGER,
    url           TEXT,
    key           BLOB,
    missing_since INTEGER,
    reason        TEXT,
    line          INTEGER,
    detail        TEXT
  ) STRICT;
  CREATE INDEX seed_key ON seed (key, header_time DESC, path) WHERE key IS NOT NULL;
  CREATE INDEX seed_missing ON seed (missing_since) WHERE missing_since IS NOT NULL;
  CREATE INDEX seed_rejected ON seed (path) WHERE reason IS NOT NULL;

  CREATE TABLE article (
    id        INTEGER PRIMARY KEY,
    key       BLOB NOT NULL UNIQUE,
    uuid      TEXT NOT NULL,
    canonical TEXT NOT NULL,
    outlet    TEXT NOT NULL,
    time      INTEGER NOT NULL,
    seed      INTEGER,             -- the copy that counts; NULL once withdrawn
    withdrawn INTEGER              -- when, in ms
  ) STRICT;
  CREATE INDEX article_newest ON article (time DESC, key) WHERE seed IS NOT NULL;
  CREATE INDEX article_outlet ON article (outlet, time DESC, key) WHERE seed IS NOT NULL;

  CREATE TABLE rendition (
    article   INTEGER PRIMARY KEY,
    source    TEXT NOT NULL,
    rules     TEXT NOT NULL,
    digest    TEXT NOT NULL,
    title     TEXT NOT NULL,
    link      TEXT NOT NULL,
    published INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    bytes     INTEGER NOT NULL,
    atom      BLOB NOT NULL
  ) STRICT;

  CREATE TABLE note (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  `,
  // Feeds in more formats than Atom. What is empty has not been rendered in them yet.
  `
  ALTER TABLE rendition ADD COLUMN rss BLOB NOT NULL DEFAULT x'';
  ALTER TABLE rendition ADD COLUMN json BLOB NOT NULL DEFAULT x'';
  `,
  // What the pages for people show: how many articles each day had, and which seeds were rejected last.
  // Days are counted from the epoch and rounded down, before it too; '' stands for all outlets together.
  `
  CREATE TABLE day (
    outlet   TEXT NOT NULL,
    day      INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    UNIQUE (outlet, day)
  ) STRICT;
  INSERT INTO day (outlet, day, articles)
    SELECT outlet, (time - ((time % 86400000) + 86400000) % 86400000) / 86400000, count(*)
    FROM article WHERE seed IS NOT NULL GROUP BY 1, 2;
  INSERT INTO day (outlet, day, articles) SELECT '', day, sum(articles) FROM day GROUP BY day;
  CREATE INDEX seed_rejected_lately
    ON seed (CAST(substr(fingerprint, instr(fingerprint, '-') + 1) AS REAL) DESC, path) WHERE reason IS NOT NULL;
  `,
];
