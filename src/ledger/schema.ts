// The SQLite schema and the way to it from every earlier one.

/** When a seed was last written, from its fingerprint (`writtenMs` in src/intake/walk.ts); SQL, of the table of seeds. */
export const WRITTEN_MS = "CAST(substr(fingerprint, instr(fingerprint, '-') + 1) AS REAL)";

/** The first version that keeps how much there is. */
export const COUNTED_FROM = 6;

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
  // The archives of the merged feed ('') and of each outlet's: what has fallen behind a feed's window gets the next
  // place, for good. What has none yet waits in the order in which it will, in a table so narrow that most of its
  // pages stay in memory.
  `
  CREATE TABLE archive (
    feed    TEXT NOT NULL,
    place   INTEGER NOT NULL,      -- from 1
    article INTEGER NOT NULL,
    tag     TEXT NOT NULL,         -- of this place and all before it
    PRIMARY KEY (feed, place)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE unarchived (
    feed    TEXT NOT NULL,
    time    INTEGER NOT NULL,      -- the article's
    article INTEGER NOT NULL,
    PRIMARY KEY (feed, time, article)
  ) STRICT, WITHOUT ROWID;
  -- Outlets that an article has left, though it stays where it is in their archives.
  CREATE TABLE left_behind (
    feed    TEXT NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (feed, article)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO unarchived SELECT '', time, id FROM article UNION ALL SELECT outlet, time, id FROM article;
  CREATE INDEX article_withdrawn ON article (withdrawn) WHERE seed IS NULL;
  `,
  // Who is sent what is new (WebSub).
  `
  CREATE TABLE subscription (
    id        INTEGER PRIMARY KEY,
    topic     TEXT NOT NULL,
    callback  TEXT NOT NULL,
    host      TEXT NOT NULL,
    secret    TEXT,
    expires   INTEGER NOT NULL,
    delivered TEXT NOT NULL,        -- entity tag of the version that the subscriber has
    failures  INTEGER NOT NULL DEFAULT 0,
    retry_at  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, callback)
  ) STRICT;
  CREATE INDEX subscription_host ON subscription (host);
  CREATE INDEX subscription_expires ON subscription (expires);
  CREATE INDEX subscription_retry ON subscription (retry_at) WHERE retry_at > 0;
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
  // How much there is, and when an outlet last had an article withdrawn, without a look at every row.
  `
  CREATE TABLE outlet (
    id       TEXT PRIMARY KEY,
    articles INTEGER NOT NULL,     -- withdrawn ones included; never 0
    live     INTEGER NOT NULL
  ) STRICT;
  INSERT INTO outlet SELECT outlet, count(*), count(seed) FROM article GROUP BY outlet;
  -- One row.
  CREATE TABLE seed_count (
    seeds    INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    missing  INTEGER NOT NULL
  ) STRICT;
  INSERT INTO seed_count SELECT count(*), count(reason), count(missing_since) FROM seed;
  CREATE INDEX article_outlet_withdrawn ON article (outlet, withdrawn) WHERE seed IS NULL;
  `,
  // Archives in rows of fifty places, and nothing written of what waits for one before an archive begins: a first fill
  // of a million articles would write two million rows only to delete them again.
  `
  CREATE TABLE run (
    feed   TEXT NOT NULL,
    number INTEGER NOT NULL,       -- from 0
    places TEXT NOT NULL,          -- a line each: an article, and the tag of this place and all before it
    UNIQUE (feed, number)
  ) STRICT;
  INSERT INTO run SELECT feed, (place - 1) / 50, group_concat(article || ' ' || tag || char(10), '' ORDER BY place)
    FROM archive GROUP BY 1, 2;
  DROP TABLE archive;
  -- Of a feed that is here, what has no place yet is in unarchived; of any other, all that it shows.
  CREATE TABLE begun (
    feed TEXT PRIMARY KEY
  ) STRICT;
  INSERT INTO begun SELECT feed FROM run WHERE number = 0;
  DELETE FROM unarchived WHERE feed NOT IN (SELECT feed FROM begun);
  `,
  // Keys are hashes: an index of them costs more to fill than all the rest. The seed of an article that has no other is
  // found from the article.
  `
  ALTER TABLE seed ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;  -- 0 only if it is its article's
  UPDATE seed SET shared = 1 WHERE key IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM article WHERE article.key = seed.key AND article.seed = seed.id);
  DROP INDEX seed_key;
  CREATE INDEX seed_shared ON seed (key) WHERE shared = 1;
  -- Made anew, in the other order, by indexes.ts.
  DROP INDEX article_newest;
  DROP INDEX article_outlet;
  `,
  // Without the index of keys that belongs to the table, and so cannot be done without for a while: indexes.ts makes it anew.
  `
  CREATE TABLE renewed (
    id        INTEGER PRIMARY KEY,
    key       BLOB NOT NULL,       -- unique
    uuid      TEXT NOT NULL,
    canonical TEXT NOT NULL,
    outlet    TEXT NOT NULL,
    time      INTEGER NOT NULL,
    seed      INTEGER,             -- the copy that counts; NULL once withdrawn
    withdrawn INTEGER              -- when, in ms
  ) STRICT;
  INSERT INTO renewed SELECT id, key, uuid, canonical, outlet, time, seed, withdrawn FROM article;
  DROP TABLE article;
  ALTER TABLE renewed RENAME TO article;
  CREATE INDEX article_withdrawn ON article (withdrawn) WHERE seed IS NULL;
  CREATE INDEX article_outlet_withdrawn ON article (outlet, withdrawn) WHERE seed IS NULL;
  `,
];
