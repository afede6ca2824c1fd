// The places of archives, fifty to a row: what has a place keeps it for good, and is read with its neighbours.
import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ArchivePlace } from './ledger.ts';

/** Places that share a row. It never changes: the rows of all ledgers depend on it. */
const RUN_PLACES = 50;
/** Characters of six bits. */
const TAG_LENGTH = 12;
/** An article's key, SHA-256. */
const KEY_BYTES = 32;

/** An article, and the tag of the place at which it stands. */
interface Place {
  readonly article: number;
  readonly tag: string;
}

export class Runs {
  readonly #append: StatementSync;
  readonly #last: StatementSync;
  readonly #between: StatementSync;
  readonly #clear: StatementSync;

  constructor(database: DatabaseSync) {
    this.#append = database.prepare(
      `INSERT INTO run (feed, number, places) VALUES (?, ?, ?)
       ON CONFLICT (feed, number) DO UPDATE SET places = places || excluded.places`,
    );
    this.#last = database.prepare(
      'SELECT number, places FROM run WHERE feed = ? ORDER BY number DESC LIMIT 1',
    );
    this.#between = database.prepare(
      'SELECT places FROM run WHERE feed = ? AND number BETWEEN ? AND ? ORDER BY number',
    );
    this.#clear = database.prepare('DELETE FROM run WHERE feed = ?');
  }

  end(feed: string): ArchivePlace | null {
    const row = this.#last.get(feed) as { number: number; places: string } | undefined;
    if (row === undefined) return null;
    const places = placesIn(row.places);
    return { place: row.number * RUN_PLACES + places.length, tag: places.at(-1)!.tag };
  }

  /** Those of the places from `first` to `last` that there are. */
  between(feed: string, first: number, last: number): readonly Place[] {
    const start = runOf(first);
    const rows = this.#between.all(feed, start, runOf(last)) as { places: string }[];
    const places = rows.flatMap((row) => placesIn(row.places));
    return places.slice(first - 1 - start * RUN_PLACES, last - start * RUN_PLACES);
  }

  /** @param added see {@link Appendix.finish} */
  append(feed: string, added: Iterable<readonly [number, string]>): void {
    for (const [run, places] of added) this.#append.run(feed, run, places);
  }

  clear(feed: string): void {
    this.#clear.run(feed);
  }
}

/** Gives articles the places behind the end of an archive. */
export class Appendix {
  readonly #runs = new Map<number, string>();
  #lines: string[] = [];
  #place: number;
  #tag: string;

  constructor(end: ArchivePlace | null) {
    this.#place = end?.place ?? 0;
    this.#tag = end?.tag ?? '';
  }

  add(article: number, key: Uint8Array): void {
    this.#place += 1;
    this.#tag = tagBehind(this.#tag, key);
    this.#lines.push(`${article} ${this.#tag}\n`);
    if (this.#place % RUN_PLACES === 0) this.#end();
  }

  /** Number of a run → what comes into it. Nothing is added any more. */
  finish(): ReadonlyMap<number, string> {
    if (this.#lines.length > 0) this.#end();
    return this.#runs;
  }

  #end(): void {
    this.#runs.set(runOf(this.#place), this.#lines.join(''));
    this.#lines = [];
  }
}

function runOf(place: number): number {
  return Math.floor((place - 1) / RUN_PLACES);
}

function placesIn(lines: string): Place[] {
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [article, tag] = line.split(' ') as [string, string];
      return { article: Number(article), tag };
    });
}

const hashed = Buffer.alloc(TAG_LENGTH + KEY_BYTES);

/** Names a place's article and, through the tag before it, all articles before that. */
function tagBehind(before: string, key: Uint8Array): string {
  hashed.write(before, 'latin1');
  hashed.set(key, before.length);
  const all = before === '' ? key : hashed;
  return hash('sha256', all, 'base64url').slice(0, TAG_LENGTH);
}
