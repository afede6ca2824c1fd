// What is sent of a topic to whoever has a version of it, made once for all of them.
import { newsSince } from '../output/delta.ts';
import type { Representation } from '../output/snapshot.ts';

/** Nearly all have the version before. Each may be as large as a feed. */
const VERSIONS_MAX = 4;

export class News {
  /** By the version that there is, by the one that somebody has. */
  readonly #made = new WeakMap<Representation, Map<string, Buffer>>();

  /** Only the entries that are lacking, if it is known which; else the whole document. */
  since(version: string, topic: Representation): Buffer {
    const made = this.#made.get(topic) ?? new Map<string, Buffer>();
    this.#made.set(topic, made);
    const known = made.get(version);
    if (known !== undefined) return known;
    const body = newsSince(version, topic) ?? topic.body;
    if (made.size < VERSIONS_MAX) made.set(version, body);
    return body;
  }
}
