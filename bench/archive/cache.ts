// Generated archives, kept from one run to the next.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveShape, FILE_NAME, generate } from './generate.ts';
import { writeHugoContent } from './hugo-content.ts';

/** Raised whenever the same shape makes other seeds, or other content. */
const VERSION = 2;

export class ArchiveCache {
  readonly #directory: string;

  readonly #told: (line: string) => void;

  /** @param told what takes a while */
  constructor(directory: string, told: (line: string) => void) {
    this.#directory = directory;
    this.#told = told;
    mkdirSync(directory, { recursive: true });
  }

  /** The directory of an archive, made unless it is there. */
  seeds(shape: ArchiveShape): string {
    const directory = join(this.#directory, `seeds-${nameOf(shape)}`);
    if (!existsSync(`${directory}.complete`)) {
      rmSync(directory, { recursive: true, force: true });
      this.#told(`generating ${shape.seeds} seeds in ${directory} …`);
      generate(directory, shape, (seeds) => this.#told(`  ${seeds}`));
    }
    // What a bench that was killed has left behind.
    for (const name of readdirSync(directory)) if (!FILE_NAME.test(name)) rmSync(join(directory, name));
    return directory;
  }

  /** The same as content for Hugo. */
  hugoContent(shape: ArchiveShape): string {
    const content = join(this.#directory, `hugo-${nameOf(shape)}`);
    if (!existsSync(`${content}.complete`)) {
      const seeds = this.seeds(shape);
      rmSync(content, { recursive: true, force: true });
      this.#told(`converting ${shape.seeds} seeds into Hugo's content in ${content} …`);
      writeHugoContent(seeds, content);
    }
    return content;
  }
}

function nameOf({ seeds, outlets, duplicates, sizes }: ArchiveShape): string {
  return `v${VERSION}-${seeds}-${outlets}-outlets-${duplicates}-twice-${sizes}`;
}
