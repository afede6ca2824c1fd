// The names in a directory, in order; others have their turn meanwhile, for there may be a million.
import { type Dir, opendirSync } from 'node:fs';

/** Names that are read and put in order before anything else gets its turn. */
const RUN = 4_096;
/** Names that the system is asked for at a time. */
const BUFFERED = 1_024;

/**
 * Yields wherever something else may have its turn.
 *
 * @param compare puts the names in order; those of directories have a `/` behind them
 * @throws what the file system says
 */
export function* listDirectory(
  directory: string,
  compare: (a: string, b: string) => number,
): Generator<void, readonly string[]> {
  const names: string[] = [];
  let run: string[] = [];
  {
    using listed = opened(directory);
    for (let entry = listed.readSync(); entry !== null; entry = listed.readSync()) {
      run.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
      if (run.length < RUN) continue;
      names.push(...run.sort(compare));
      run = [];
      yield;
    }
  }
  names.push(...run.sort(compare));
  return yield* merged(names, compare);
}

/** @param names in order from each multiple of `RUN` to the next */
function* merged(
  names: string[],
  compare: (a: string, b: string) => number,
): Generator<void, readonly string[]> {
  let from = names;
  let to = names.length > RUN ? names.slice() : [];
  for (let length = RUN; length < from.length; length *= 2) {
    let left = 0;
    let right = length;
    for (let i = 0; i < from.length; i += 1) {
      const end = i - (i % (length * 2)) + length;
      if (i % (length * 2) === 0) [left, right] = [i, end];
      const isLeft =
        left < end &&
        (right >= Math.min(end + length, from.length) || compare(from[left]!, from[right]!) <= 0);
      to[i] = isLeft ? from[left++]! : from[right++]!;
      if (i % RUN === 0) yield;
    }
    [from, to] = [to, from];
  }
  return from;
}

function opened(directory: string): Dir {
  try {
    return opendirSync(directory, { bufferSize: BUFFERED });
  } catch (error) {
    // Of all errors of the file system these do not say where.
    (error as Error).message += ` '${directory}'`;
    throw error;
  }
}
