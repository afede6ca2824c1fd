// The bytes of what is published: in memory if they were asked for lately or are in no file yet, else in their files.
import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes, wherever they are. */
export interface Stored {
  /** Strong, of these bytes. With its quotes. */
  readonly etag: string;
  /** bytes */
  readonly length: number;
  /** At once if they are in memory. @throws LostError */
  readonly read: () => Buffer | Promise<Buffer>;
}

/** A file is not what was written into it: it was replaced by a later version, or somebody else touched it. */
export class LostError extends Error {
  override readonly name = 'LostError';
}

/** Of what is in files, too. What is asked for most is small, or in here anyway. bytes */
const HELD_BYTES_MAX = 12_582_912;

export function inMemory(body: Buffer): Stored {
  return { etag: entityTag(body), length: body.length, read: () => body };
}

/** A strong entity tag: made from the bytes (RFC 9110 §8.8.3). */
export function entityTag(body: Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
}

/** `null` if they are lost, or there are none. */
export async function bytesOf(stored: Stored | undefined): Promise<Buffer | null> {
  try {
    return (await stored?.read()) ?? null;
  } catch (error) {
    if (!(error instanceof LostError)) throw error;
    return null;
  }
}

export interface Held {
  readonly etag: string;
  readonly bytes: Buffer;
}

/** Files are named by their paths below the directory. */
export class Store {
  readonly #directory: string;
  readonly #onLost: (file: string, etag: string) => void;
  readonly #unwritten = new Map<string, Held>();
  /** The one used longest ago first. */
  readonly #recent = new Map<string, Held>();
  #recentBytes = 0;
  /** The last of them. */
  #latest: Held | null = null;
  /** All that is in memory, be it only because somebody is still being sent it: slow clients share one copy. */
  readonly #alive = new Map<string, { readonly etag: string; readonly bytes: WeakRef<Buffer> }>();
  readonly #reading = new Map<string, Promise<Buffer>>();

  /** @param onLost told of a file that is not what was written into it */
  constructor(directory: string, onLost: (file: string, etag: string) => void) {
    this.#directory = directory;
    this.#onLost = onLost;
  }

  /** Bytes that are to be written into `file`: they stay until they are. */
  put(file: string, { etag, length }: Omit<Stored, 'read'>, bytes: Buffer): Stored {
    this.#unwritten.set(file, { etag, bytes });
    return this.in(file, { etag, length });
  }

  /** Bytes that are in `file`. */
  in(file: string, { etag, length }: Omit<Stored, 'read'>): Stored {
    return { etag, length, read: () => this.held(file, etag) ?? this.#load(file, { etag, length }) };
  }

  /** Bytes that are in memory. */
  held(file: string, etag: string): Buffer | undefined {
    const unwritten = this.#unwritten.get(file);
    if (unwritten?.etag === etag) return unwritten.bytes;
    const recent = this.#recent.get(file);
    if (recent?.etag === etag) {
      // One document is asked for again and again.
      if (recent !== this.#latest) this.#keep(file, recent);
      return recent.bytes;
    }
    const alive = this.#alive.get(file);
    const bytes = alive?.etag === etag ? alive.bytes.deref() : undefined;
    if (bytes !== undefined) this.#keep(file, { etag, bytes });
    return bytes;
  }

  /** Files that lack the bytes that belong into them. */
  get unwritten(): ReadonlyMap<string, Held> {
    return this.#unwritten;
  }

  /**
   * `file` has these bytes; others may belong into it meanwhile.
   *
   * @param wanted whether they are kept in memory before anybody asks for them
   */
  written(file: string, held: Held, wanted: boolean): void {
    if (this.#unwritten.get(file) !== held) return;
    this.#unwritten.delete(file);
    if (wanted) this.#keep(file, held);
    else this.#remember(file, held);
  }

  /** There is no such file any more, or is not to be. */
  forget(file: string): void {
    this.#unwritten.delete(file);
    this.#alive.delete(file);
    this.#drop(file);
  }

  #keep(file: string, held: Held): void {
    this.#drop(file);
    this.#recent.set(file, held);
    this.#latest = held;
    this.#recentBytes += held.bytes.length;
    this.#remember(file, held);
    for (const oldest of this.#recent.keys()) {
      if (this.#recentBytes <= HELD_BYTES_MAX) return;
      this.#drop(oldest);
    }
  }

  #remember(file: string, { etag, bytes }: Held): void {
    this.#alive.set(file, { etag, bytes: new WeakRef(bytes) });
  }

  #drop(file: string): void {
    const dropped = this.#recent.get(file);
    this.#recentBytes -= dropped?.bytes.length ?? 0;
    if (dropped === this.#latest) this.#latest = null;
    this.#recent.delete(file);
  }

  /** Once for all who ask for it meanwhile. */
  async #load(file: string, stored: Omit<Stored, 'read'>): Promise<Buffer> {
    const name = `${file} ${stored.etag}`;
    const reading =
      this.#reading.get(name) ?? this.#read(file, stored).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  async #read(file: string, { etag, length }: Omit<Stored, 'read'>): Promise<Buffer> {
    let bytes: Buffer | null;
    try {
      bytes = await readExactly(join(this.#directory, file), length);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      // Nothing is wrong with the file.
      if (!BUSY_CODES.has(code)) this.#onLost(file, etag);
      throw new LostError(`${file} cannot be read`, { cause: error });
    }
    if (bytes === null || entityTag(bytes) !== etag) {
      this.#onLost(file, etag);
      throw new LostError(`${file} is not what was written into it`);
    }
    this.#keep(file, { etag, bytes });
    return bytes;
  }
}

/** Too many files are open, or there is too little memory. */
const BUSY_CODES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** `null` if it is no file of that length: whatever somebody has put there is not waited for and not read whole. */
async function readExactly(path: string, length: number): Promise<Buffer | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    return stats.isFile() && stats.size === length ? await file.readFile() : null;
  } finally {
    await file.close();
  }
}
