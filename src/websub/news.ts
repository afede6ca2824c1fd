// What is sent of a topic to whoever has a version of it, made once for all of them.
import { deltaOf, newsSince } from '../output/delta.ts';
import type { Representation } from '../output/snapshot.ts';

/** Nearly all have the version before. */
const VERSIONS_MAX = 4;

export class News {
  /** By the version that there is, by the one that somebody has. Whole documents are not kept twice. */
  readonly #made = new WeakMap<Representation, Map<string, Buffer>>();

  /** Only the entries that are lacking, if it is known which; else the whole document. @throws LostError */
  async since(version: string, topic: Representation): Promise<Buffer> {
    const made = this.#made.get(topic) ?? new Map<string, Buffer>();
    this.#made.set(topic, made);
    const known = made.get(version);
    if (known !== undefined) return known;
    const lacking = newsSince(version, topic);
    const whole = await topic.read();
    if (lacking === null) return whole;
    const body = deltaOf(lacking, topic, whole);
    if (made.size < VERSIONS_MAX) made.set(version, body);
    return body;
  }
}
