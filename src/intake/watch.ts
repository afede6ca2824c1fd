// The kernel's word that something has changed: `fs.watch` on the directories themselves, one watch
// a directory and none a file. It only asks for a look: which events come is never relied upon,
// since the kernel's queue (16,384 events by default) overflows without a word.
import { type FSWatcher, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Sighting } from './settle.ts';

export interface WatchOptions {
  /** Absolute. */
  readonly root: string;
  /** For how long a sighting tells anything. */
  readonly settleMs: number;
  /** Something happened to this path (relative); `null` if it cannot be told to which. */
  readonly onEvent: (path: string | null) => void;
  /** A burst of events has ended: some may have been lost, so everything is to be looked at. */
  readonly onBurst: () => void;
  /** A directory cannot be watched; the schedule still finds what changes in it. */
  readonly onTrouble: (path: string, error: Error) => void;
}

/** More events than this without a pause are a burst: some may have been lost, no sighting is trusted. */
const BURST_EVENTS = 500;

export class SeedWatch implements Disposable {
  readonly #options: WatchOptions;
  readonly #watched = new Map<string, { watcher: FSWatcher; identity: string }>();
  readonly #sightings = new Map<string, { appeared: boolean; written: boolean; at: number }>();
  /** Events since the last pause, and what ends them. */
  #burst = 0;
  #pause: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Sees to it that a directory (relative path) is watched, anew if another has taken its place. */
  follow(path: string): void {
    // A look that is under way when this ends comes to another directory before it ends, too.
    if (this.#ended) return;
    const directory = join(this.#options.root, path);
    try {
      const { dev, ino, birthtimeMs } = statSync(directory);
      // The number of a directory that is gone is soon given to another.
      const identity = `${dev}-${ino}-${birthtimeMs}`;
      const current = this.#watched.get(path);
      if (current?.identity === identity) return;
      current?.watcher.close();
      const watcher = watch(directory, (type, name) => this.#heard(path, type, name));
      watcher.on('error', (error) => this.#lost(path, error));
      this.#watched.set(path, { watcher, identity });
    } catch (error) {
      this.#lost(path, error as Error);
    }
  }

  /** Stops watching what is no directory (any more). */
  unfollowExcept(directories: ReadonlySet<string>): void {
    for (const [path, { watcher }] of this.#watched) {
      if (directories.has(path)) continue;
      watcher.close();
      this.#watched.delete(path);
    }
  }

  sighting(path: string): Sighting | null {
    return this.#burst > BURST_EVENTS ? null : (this.#sightings.get(path) ?? null);
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    if (this.#pause) clearTimeout(this.#pause);
    this.unfollowExcept(new Set());
  }

  #heard(directory: string, type: string, name: string | null): void {
    const at = performance.now();
    this.#burst += 1;
    this.#pause = this.#pause?.refresh() ?? setTimeout(() => this.#quiet(), this.#options.settleMs);
    if (name === null) {
      this.#burst = BURST_EVENTS + 1;
      this.#options.onEvent(null);
      return;
    }
    if (name.startsWith('.')) return;
    const path = directory === '' ? name : `${directory}/${name}`;
    this.#note(path, type, at);
    this.#options.onEvent(path);
  }

  #quiet(): void {
    const burst = this.#burst > BURST_EVENTS;
    this.#pause = null;
    this.#burst = 0;
    this.#sightings.clear();
    if (burst) this.#options.onBurst();
  }

  #note(path: string, type: string, at: number): void {
    if (this.#burst > BURST_EVENTS) {
      this.#sightings.clear();
      return;
    }
    let sighting = this.#sightings.get(path);
    if (sighting === undefined || at - sighting.at > this.#options.settleMs) {
      sighting = { appeared: false, written: false, at };
    }
    sighting.at = at;
    // 'rename' is the appearing or vanishing of a name, 'change' a write or a change of attributes.
    if (type === 'rename') sighting.appeared = true;
    else sighting.written = true;
    this.#sightings.set(path, sighting);
  }

  #lost(path: string, error: Error): void {
    this.#watched.get(path)?.watcher.close();
    this.#watched.delete(path);
    this.#options.onTrouble(path, error);
  }
}
