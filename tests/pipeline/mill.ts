// A directory of seeds, and pipelines that make feeds of it, one process after another.
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseAtomFeed } from 'feedsmith';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { writeArchives } from '../../src/archive-files.ts';
import type { Sighting } from '../../src/intake/settle.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { tagsFileIn } from '../../src/output/paths.ts';
import { Publisher } from '../../src/output/publish.ts';
import type { Snapshot } from '../../src/output/snapshot.ts';
import { Pipeline } from '../../src/pipeline.ts';
import type { Progress } from '../../src/progress.ts';
import { loadRules } from '../../src/recipes.ts';
import type { PassResult } from '../../src/report.ts';
import type { Site } from '../../src/site.ts';
import { configOf } from '../support/config.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { PROJECT } from '../support/process.ts';

export interface MillOptions {
  /** What the configuration changes. */
  readonly yaml?: string;
  readonly quietMs?: number;
}

export interface FeedEntry {
  readonly id: string;
  readonly title: string;
  readonly published: string;
  readonly updated: string;
  readonly content: string;
}

export const MINUTE = 60_000;

export class Mill {
  readonly #directory = temporaryDirectory();
  readonly seeds = join(this.#directory, 'seeds');
  readonly data = join(this.#directory, 'data');
  readonly ledger = join(this.data, 'ledger.sqlite');
  /** Beside the seeds, for what is to be out of the way. */
  readonly away = join(this.#directory, 'away');
  /** So late that whatever is written during a test has settled. */
  now = Date.now() + 60 * MINUTE;
  sighting: Sighting | null = null;
  /** Told of each folder of seeds that a look comes to; `stop` asks the process to end. */
  onDirectory: (path: string, stop: () => void) => void = () => {};
  /** After how long a first look publishes what it has found so far. ms */
  provisionalAfterMs = 1_000_000;
  /** Told how far a pass has come, for as long as it lasts. */
  show: (progress: Progress) => Disposable = () => ({ [Symbol.dispose]() {} });
  /** What the program runs with. */
  runtime = 'node';
  /** Whether more files have come that another pass is to look at. */
  asked = false;
  /** How long a look goes on before it gives way. ms */
  sliceMs = 0;
  yaml: string;
  /** What is other than usual of it. */
  site: Partial<Site> = {};
  #progress: Progress | null = null;
  /** What has been logged, a line each. */
  readonly logged: string[] = [];
  readonly #quietMs: number;
  #recipes = RECIPES;
  #pipeline: Pipeline | null = null;
  #publisher: Publisher | null = null;

  constructor({ yaml = '', quietMs = 0 }: MillOptions = {}) {
    this.yaml = yaml;
    this.#quietMs = quietMs;
    mkdirSync(this.seeds);
    onTestFinished(() => this.stop());
  }

  /** Ends the process, as it were: the next pass is the first of another. */
  async stop(): Promise<void> {
    await this.#pipeline?.[Symbol.asyncDispose]();
    this.#pipeline = null;
  }

  /** Starts a process that has not looked at anything yet. */
  open(): void {
    this.#pipeline ??= this.#start();
  }

  /** To its end. @param paths to look at; everything if left out */
  async pass(paths?: readonly string[]): Promise<PassResult> {
    const result = await this.tryPass(paths);
    if (result === null) throw new Error('gave way');
    return result;
  }

  /** @returns `null` if it gave way to what was {@link asked} for */
  async tryPass(paths?: readonly string[]): Promise<PassResult | null> {
    const pipeline = (this.#pipeline ??= this.#start());
    const site = {
      id: SITE,
      baseUrl: SITE,
      title: 'feedmill',
      language: 'zh-Hans',
      version: 'test',
      maxAge: 60,
      hubs: [],
      ...this.site,
    };
    const result = await pipeline.pass({ all: paths === undefined, paths: new Set(paths) }, site);
    await this.#publisher!.encoded();
    return result;
  }

  /** The documents of a feed's archive, the newest first. */
  async archive(outlet: string | null): Promise<string[]> {
    const archive = this.#pipeline!.archive!;
    const documents: string[] = [];
    for (let name = await archive.newest(outlet); name !== null; name = await archive.before(name)) {
      documents.push((await archive.documents(name, ['atom'], this.now))![0]!.body.toString());
    }
    return documents;
  }

  /** Writes the merged feed's archive as files. @returns what could not be written, or lacks an article */
  async writeArchive(): Promise<string[]> {
    const incomplete: string[] = [];
    const onIncomplete = (path: string): void => void incomplete.push(path);
    await writeArchives(this.#pipeline!.archive!, [null], this.published(''), () => this.now, onIncomplete);
    return incomplete;
  }

  /** How many feeds the last pass composed. */
  get composed(): number {
    return this.#progress!.feeds?.of ?? 0;
  }

  get snapshot(): Snapshot {
    return this.#publisher!.snapshot;
  }

  #start(): Pipeline {
    const stopping = new AbortController();
    const config = configOf(`outlets: ${JSON.stringify(this.#recipes)}\n${this.yaml}`, {
      seeds: this.seeds,
      data: this.data,
    });
    this.#publisher = new Publisher(this.published(''), tagsFileIn(this.data));
    return new Pipeline({
      config,
      rules: loadRules(config.outlets, config.images),
      log: pino({ level: 'trace' }, { write: (line) => void this.logged.push(line) }),
      now: () => this.now,
      publisher: this.#publisher,
      step: () => stopping.signal.throwIfAborted(),
      show: (progress) => this.show((this.#progress = progress)),
      provisionalAfterMs: this.provisionalAfterMs,
      quietMs: this.#quietMs,
      runtime: this.runtime,
      asked: () => this.asked,
      sliceMs: this.sliceMs,
      sighting: () => this.sighting,
      onDirectory: (path) => this.onDirectory(path, () => stopping.abort()),
    });
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.seeds, path)), { recursive: true });
    writeFileSync(join(this.seeds, path), content);
  }

  /** @param time at which it was written, as its file says */
  writeAt(time: number, path: string, content: string): void {
    this.write(path, content);
    utimesSync(join(this.seeds, path), new Date(time), new Date(time));
  }

  writeAll(files: Readonly<Record<string, string>>): void {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  remove(...paths: string[]): void {
    for (const path of paths) rmSync(join(this.seeds, path), { recursive: true });
  }

  /** Takes a file or folder out of the seeds directory, or puts it back, without a change to what it holds. */
  takeAway(path: string): void {
    renameSync(join(this.seeds, path), this.away);
  }
  putBack(path: string): void {
    renameSync(this.away, join(this.seeds, path));
  }

  /**
   * From the next process on, uses the project's recipes but for these: `null` leaves an outlet out,
   * a text replaces all that its recipe says of pages and addresses.
   */
  useRecipes(changed: Readonly<Record<string, string | null>>): void {
    this.#recipes = join(this.#directory, 'recipes');
    rmSync(this.#recipes, { recursive: true, force: true });
    cpSync(RECIPES, this.#recipes, { recursive: true });
    for (const [id, text] of Object.entries(changed)) {
      const file = join(this.#recipes, `${id}.yaml`);
      const head = readFileSync(file, 'utf8').match(/^(?:name|home|language|hosts):.*$/gm)!;
      if (text === null) rmSync(file);
      else writeFileSync(file, `${head.join('\n')}\n${text}\n`);
    }
  }

  /** Puts a link to what was taken away in its place. */
  linkAway(path: string): void {
    symlinkSync(this.away, join(this.seeds, path));
  }

  /** The seeds that the ledger knows of. */
  async knownPaths(): Promise<string[]> {
    await using ledger = openLedger(this.ledger);
    return (await ledger.seeds('', 10_000)).map(({ path }) => path);
  }

  /** Fills the pages of one table of the ledger with zeroes; a process that has it open cannot miss that. */
  damageTable(name: string): void {
    const database = new DatabaseSync(this.ledger);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const pages = database.prepare('SELECT pageno FROM dbstat WHERE name = ?').all(name) as {
      pageno: number;
    }[];
    database.close();
    const bytes = readFileSync(this.ledger);
    const pageSize = bytes.readUInt16BE(16);
    for (const { pageno } of pages) bytes.fill(0, (pageno - 1) * pageSize, pageno * pageSize);
    const descriptor = openSync(this.ledger, 'r+');
    writeSync(descriptor, bytes);
    closeSync(descriptor);
    // Whoever has pages in memory reads them again when another has written.
    const other = new DatabaseSync(this.ledger);
    other.exec("INSERT OR REPLACE INTO note (name, value) VALUES ('damaged', 'yes')");
    other.close();
  }

  published(path: string): string {
    return join(this.data, 'public', path);
  }

  /** The bytes of every published document, by path. */
  documents(): Record<string, string> {
    return Object.fromEntries(
      this.#files().map((path) => [path, readFileSync(this.published(path), 'utf8')]),
    );
  }

  /** The documents that a process makes of the same seeds that knows nothing of what was before. */
  async freshDocuments(): Promise<Record<string, string>> {
    const fresh = new Mill({ yaml: this.yaml });
    fresh.now = this.now;
    fresh.site = this.site;
    fresh.#recipes = this.#recipes;
    rmSync(fresh.seeds, { recursive: true });
    symlinkSync(this.seeds, fresh.seeds);
    await fresh.pass();
    return fresh.documents();
  }

  /** When each document's file was last written, and which it is. */
  fileTimes(): Record<string, unknown> {
    return Object.fromEntries(
      this.#files().map((path) => {
        const { mtimeNs, ctimeNs, ino } = statSync(this.published(path), { bigint: true });
        return [path, { mtimeNs, ctimeNs, ino }];
      }),
    );
  }

  #files(): string[] {
    const entries = readdirSync(join(this.data, 'public'), { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile() && !/\.(?:zst|br|gz)$/.test(entry.name));
    return files
      .map(({ parentPath, name }) => join(parentPath, name).slice(this.published('/').length))
      .sort();
  }

  bytes(path = 'feed.atom'): string {
    return readFileSync(this.published(path), 'utf8');
  }

  updated(path = 'feed.atom'): string {
    return parseAtomFeed(this.bytes(path)).updated!;
  }

  entries(path = 'feed.atom'): FeedEntry[] {
    return (parseAtomFeed(this.bytes(path)).entries ?? []).map((entry) => ({
      id: entry.id!,
      title: textOf(entry.title),
      published: entry.published!,
      updated: entry.updated!,
      content: textOf(entry.content),
    }));
  }

  titles(path = 'feed.atom'): string[] {
    return this.entries(path).map(({ title }) => title);
  }

  /** The only entry there is. */
  entry(path = 'feed.atom'): FeedEntry {
    const entries = this.entries(path);
    if (entries.length !== 1) throw new Error(`${entries.length} entries instead of one`);
    return entries[0]!;
  }
}

const SITE = 'https://feeds.example';
const RECIPES = join(PROJECT, 'config/outlets');

/** Atom's text constructs come with their type, or as they are. */
function textOf(text: string | { readonly value?: string } | undefined): string {
  return typeof text === 'string' ? text : (text?.value ?? '');
}
