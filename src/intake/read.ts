// Bounded reads of seeds, into one buffer that is used again and again.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { SeedFile } from '../article.ts';
import { decode } from '../mill/decode.ts';
import { fingerprint, linkTarget } from './walk.ts';

/** Enough for nearly every header. */
const HEAD_BYTES = 1_024;

export type SeedText =
  | { readonly kind: 'text'; readonly text: string; readonly encoding: string; readonly whole: boolean }
  /** It is not the file that was looked at (changed, replaced, gone), or cannot be read just now. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'unreadable'; readonly error: Error };

export class SeedReader {
  readonly #root: string;
  readonly #buffer: Buffer;

  /** @param seedBytesMax no seed that is read is larger */
  constructor(root: string, seedBytesMax: number) {
    this.#root = root;
    this.#buffer = Buffer.allocUnsafe(Math.max(seedBytesMax, HEAD_BYTES));
  }

  /** The beginning of a seed, or all of it if it is short. */
  head(file: SeedFile): SeedText {
    return this.#read(file, HEAD_BYTES);
  }

  whole(file: Pick<SeedFile, 'path' | 'fingerprint'>): SeedText {
    return this.#read(file, this.#buffer.length);
  }

  #read(file: Pick<SeedFile, 'path' | 'fingerprint'>, bytesMax: number): SeedText {
    let descriptor: number;
    try {
      descriptor = openSafely(this.#root, file.path);
    } catch (error) {
      return isLasting(error) ? { kind: 'unreadable', error: error as Error } : { kind: 'changed' };
    }
    try {
      let length = 0;
      while (length < bytesMax) {
        const read = readSync(descriptor, this.#buffer, length, bytesMax - length, length);
        if (read === 0) break;
        length += read;
      }
      const after = fstatSync(descriptor);
      if (fingerprint(after) !== file.fingerprint) return { kind: 'changed' };
      const whole = length >= after.size;
      return { kind: 'text', ...decode(this.#buffer.subarray(0, length), whole), whole };
    } catch (error) {
      return isLasting(error) ? { kind: 'unreadable', error: error as Error } : { kind: 'changed' };
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Permissions stay until somebody changes them; too few descriptors, or a disk's bad moment, do not. */
function isLasting(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Does not follow a link put in the file's place meanwhile, nor wait for the other end of a pipe. */
function openSafely(root: string, path: string): number {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  try {
    return openSync(`${root}/${path}`, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    const target = linkTarget(root, path);
    if (target === null) throw error;
    return openSync(target, flags);
  }
}
