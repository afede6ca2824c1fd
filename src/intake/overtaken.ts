// Paths that others have looked at since a look began: what they told is newer than what that look may still tell.

export class Overtaken {
  readonly #paths = new Set<string>();

  add(paths: Iterable<string>): void {
    for (const path of paths) this.#paths.add(path);
  }

  /** Whether `path`, or a directory that it is in, is one of them. */
  has(path: string): boolean {
    if (this.#paths.size === 0) return false;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (this.#paths.has(path.slice(0, end))) return true;
    }
    return false;
  }

  clear(): void {
    this.#paths.clear();
  }
}
