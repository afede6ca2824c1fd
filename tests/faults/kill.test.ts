// kill -9, again and again, at any moment, while seeds arrive, are edited and are deleted.
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type ReadEntry, readEntries } from '../end-to-end/atom.ts';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, runFeedmill } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { Reader, requireWellFormed, temporaryFiles } from './seen.ts';

const KILLS = 100;
/** Some are killed so long after their start, some after their first pass: whatever they are at. ms */
const AFTER_START_MAX_MS = 500;
const AFTER_PASS_MAX_MS = 300;
/** The same number, the same sequence of events; when they meet which instruction is up to the machine. */
const CHANCE = Number(process.env['FAULTS_CHANCE'] ?? randomInt(1_000_000));

/** Numbers from 0 to 1 (mulberry32). */
function chances(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes, edits and deletes seeds until it is stopped, and knows what is there. */
class Archivist {
  /** The version of each article that is there. */
  readonly present = new Map<number, number>();
  readonly counts = { written: 0, edited: 0, deleted: 0 };
  readonly #site: TestSite;
  readonly #chance = chances(CHANCE);
  #more = true;
  #next = 1;

  constructor(site: TestSite) {
    this.#site = site;
  }

  async work(): Promise<void> {
    while (this.#more) {
      const kind = this.#chance();
      const some = [...this.present.keys()][Math.floor(this.#chance() * this.present.size)];
      if (kind < 0.15 && some !== undefined) {
        await rm(join(this.#site.seeds, `${some}.txt`));
        this.present.delete(some);
        this.counts.deleted += 1;
      } else if (kind < 0.4 && some !== undefined) {
        await this.#write(some, this.present.get(some)! + 1);
        this.counts.edited += 1;
      } else {
        await this.#write(this.#next, 1);
        this.#next += 1;
        this.counts.written += 1;
      }
      await sleep(this.#chance() * 30);
    }
  }

  stop(): void {
    this.#more = false;
  }

  async #write(number: number, version: number): Promise<void> {
    const content = numberedSeed(number).replace('正文', `正文 v${version} `);
    if (this.#chance() < 0.5) await renameInto(this.#site.seeds, `${number}.txt`, content);
    else await writeFile(join(this.#site.seeds, `${number}.txt`), content);
    this.present.set(number, version);
  }
}

const textOf = ({ id, title, link, content }: ReadEntry): object => ({ id, title, link, content });
const byId = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);

test(`${KILLS} kills lose no article, double none and change no id (FAULTS_CHANCE=${CHANCE})`, async () => {
  const site = await createSite({}, { window: { entries: 40 } });
  const socket = join(site.directory, 'feed.sock');
  const flags = [...site.flags, '--listen', `unix:${socket}`];
  const published = join(site.data, 'public');
  const archivist = new Archivist(site);
  const work = archivist.work();
  onTestFinished(() => {
    archivist.stop();
    return work;
  });

  const ids = new Map<string, string>();
  let feedsRead = 0;
  const chance = chances(CHANCE + 1);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const daemon = await Daemon.start(flags);
    if (chance() < 0.25) {
      await daemon.url();
      await sleep(chance() * AFTER_PASS_MAX_MS);
    } else await sleep(chance() * AFTER_START_MAX_MS);
    await daemon.kill();
    if (!existsSync(join(published, 'feed.atom'))) continue;
    feedsRead += requireWellFormed(published);
    for (const { id, link } of readEntries(readFileSync(join(published, 'feed.atom'), 'utf8'))) {
      expect(ids.get(link) ?? id).toBe(id);
      ids.set(link, id);
    }
  }
  archivist.stop();
  await work;
  expect(feedsRead).toBeGreaterThan(KILLS);
  const { counts, present } = archivist;
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(KILLS);

  const last = await Daemon.start(flags);
  const reader = new Reader('http://localhost', socket);
  await reader.well(present.size);
  await last.logged(({ waiting }) => waiting === 0);
  // What was never killed tells what is right: the same seeds, a new directory, one pass.
  const anew = await createSite({}, { window: { entries: 10_000, bytes: 100_000_000 } });
  const directories = ['--seeds', site.seeds, '--data', anew.data];
  const { status } = await runFeedmill(['build', '--config', anew.flags[1]!, ...directories]);
  expect(status).toBe(0);
  const right = readEntries(readFileSync(join(anew.data, 'public', 'feed.atom'), 'utf8'));
  expect(right).toHaveLength(present.size);

  const [feed, ...archive] = await reader.everything();
  expect(feed!.map(textOf)).toEqual(right.slice(0, feed!.length).map(textOf));
  const archived = archive.flat();
  expect(new Set(archived.map(({ id }) => id)).size).toBe(archived.length);
  // One that came back from the archive, because newer ones were deleted, stands in both, the same.
  const met = new Map([...archived, ...feed!].map((entry) => [entry.id, entry]));
  expect([...met.values()].map(textOf).sort(byId as never)).toEqual(right.map(textOf).sort(byId as never));
  for (const { id, link } of met.values()) expect(ids.get(link) ?? id).toBe(id);

  expect((await last.stop()).status).toBe(0);
  expect(temporaryFiles(site.data)).toEqual([]);
  expect(requireWellFormed(published)).toBeGreaterThan(0);
  using ledger = new DatabaseSync(join(site.data, 'ledger.sqlite'), { readOnly: true });
  expect(ledger.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
}, 240_000);
