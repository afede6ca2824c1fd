// `check`: what is wrong with each seed, for the archivist to mend before publishing.
import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { REMEDIES, type Identity, type SeedFile } from './article.ts';
import type { Config } from './config.ts';
import type { explainSeed } from './explain.ts';
import { SeedReader } from './intake/read.ts';
import { type Found, seedFile, walk } from './intake/walk.ts';
import { identify } from './mill/identify.ts';
import type { Outlets } from './mill/outlet.ts';
import { harmless } from './wording.ts';

export interface CheckOptions {
  readonly config: Config;
  readonly outlets: Outlets;
  /** Absolute or relative to the working directory; the whole seeds directory if empty. */
  readonly files: readonly string[];
  readonly workingDirectory: string;
  readonly print: (line: string) => void;
  readonly now: number;
  /** Says what becomes of each article; `null` if that is not asked for. */
  readonly explain: typeof explainSeed | null;
}

/** Before this an article cannot have been archived: the time was given in seconds, or is none. */
const EARLIEST = Date.UTC(1995, 0, 1);

/** @returns how many seeds are rejected */
export function check(options: CheckOptions): number {
  // Names of files, and what is in them, were chosen by others.
  const run = new Check({ ...options, print: (line) => options.print(harmless(line)) });
  if (options.files.length > 0) for (const file of options.files) run.file(file);
  else
    for (const found of walk({ root: options.config.seeds, extensions: options.config.extensions }))
      run.found(found);
  return run.summarise();
}

class Check {
  readonly #options: CheckOptions;
  /** The first file met with each article. */
  readonly #firstOf = new Map<string, string>();
  #articles = 0;
  #rejected = 0;
  #warnings = 0;
  #ignored = 0;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** A file named on the command line, wherever it is. */
  file(name: string): void {
    const path = resolve(this.#options.workingDirectory, name);
    try {
      const file = realpathSync(path);
      const stats = statSync(file);
      if (!stats.isFile()) throw new Error('not a file');
      this.#seed(seedFile(file.slice(1), stats), '/', name);
    } catch (error) {
      this.#reject(name, 0, 'unreadable', (error as Error).message);
    }
  }

  found(found: Found): void {
    const { seeds } = this.#options.config;
    switch (found.kind) {
      case 'file':
        return this.#seed(found.file, seeds, found.file.path);
      case 'ignored':
        this.#ignored += 1;
        return this.#options.print(`${found.path}: ignored: ${found.why}`);
      case 'unlisted':
        return this.#reject(found.path || seeds, 0, 'unreadable', found.error.message);
      case 'pause':
    }
  }

  summarise(): number {
    const articles = `${this.#articles} articles in ${this.#firstOf.size} distinct addresses`;
    this.#options.print(
      `${this.#articles + this.#rejected} seeds: ${articles}, ${this.#rejected} rejected, ` +
        `${this.#warnings} warnings, ${this.#ignored} files ignored`,
    );
    return this.#rejected;
  }

  #seed(file: SeedFile, root: string, name: string): void {
    const { seedBytesMax } = this.#options.config;
    if (file.size > seedBytesMax) {
      return this.#reject(name, 0, 'too-large', `${file.size} bytes, ${seedBytesMax} allowed`);
    }
    const text = this.#reader(root).whole(file);
    if (text.kind !== 'text') {
      const why = text.kind === 'changed' ? 'it is being changed at this moment' : text.error.message;
      return this.#reject(name, 0, 'unreadable', why);
    }
    const indexed = identify(text.text, true, this.#options.outlets);
    if ('rejection' in indexed) {
      const { line, reason, detail } = indexed.rejection;
      return this.#reject(name, line, reason, detail);
    }
    this.#articles += 1;
    if (this.#options.explain !== null) this.#explain(name, file, indexed.identity, text.text);
    this.#warn(name, indexed.identity, text);
  }

  #explain(name: string, file: SeedFile, identity: Identity, text: string): void {
    const { config, outlets, now, explain, print } = this.#options;
    const context = { outlets, now, images: config.images, written: file.modifiedMs };
    print(`${name}:`);
    for (const line of explain!(text, identity, context)) print(line);
  }

  readonly #readers = new Map<string, SeedReader>();
  #reader(root: string): SeedReader {
    let reader = this.#readers.get(root);
    if (reader === undefined) {
      reader = new SeedReader(root, this.#options.config.seedBytesMax);
      this.#readers.set(root, reader);
    }
    return reader;
  }

  #warn(
    name: string,
    { headerTime, key }: Identity,
    { text, encoding }: { text: string; encoding: string },
  ): void {
    const warn = (what: string): void => {
      this.#warnings += 1;
      this.#options.print(`${name}:1: warning: ${what}`);
    };
    if (headerTime === null) {
      warn('no date in the header; the file’s own is used. Put the milliseconds since 1970 into <!--…-->');
    } else if (headerTime > this.#options.now) {
      warn(`the date ${new Date(headerTime).toISOString()} lies ahead; when the file was first seen is used`);
    } else if (headerTime < EARLIEST) {
      warn(`the date is ${new Date(headerTime).toISOString()}; is it in seconds instead of milliseconds?`);
    }
    if (/^\[\s*\]\(/m.test(text)) warn('no title; the beginning of the text is used');
    if (encoding !== 'utf-8') warn(`it is read as ${encoding}; save it as UTF-8 to be sure`);
    if (text.includes('\uFFFD')) warn('not all of it is UTF-8; what is not is shown as \uFFFD');
    const first = this.#firstOf.get(key.toString('latin1'));
    if (first === undefined) this.#firstOf.set(key.toString('latin1'), name);
    else warn(`the same article as ${first}; only the copy with the latest date is published`);
  }

  #reject(name: string, line: number, reason: keyof typeof REMEDIES, detail: string): void {
    this.#rejected += 1;
    // What the whole file is at fault for is shown where an editor would open it.
    this.#options.print(`${name}:${line || 1}: ${reason}: ${detail}`);
    this.#options.print(`    → ${REMEDIES[reason]}`);
  }
}
