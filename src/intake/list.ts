// The names in a directory, in order; a little at a time, for there may be a million.
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
  let runs: string[][] = [];
  let run: string[] = [];
  {
    using listed = opened(directory);
    for (let entry = listed.readSync(); entry !== null; entry = listed.readSync()) {
      run.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
      if (run.length < RUN) continue;
      runs.push(run.sort(compare));
      run = [];
      yield;
    }
  }
  runs.push(run.sort(compare));
  while (runs.length > 1) {
    const longer: string[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      longer.push(yield* merged(runs[i]!, runs[i + 1] ?? [], compare));
    }
    runs = longer;
  }
  return runs[0]!;
}

/** Two that are in order, as one. */
function* merged(
  left: readonly string[],
  right: readonly string[],
  compare: (a: string, b: string) => number,
): Generator<void, string[]> {
  const names: string[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const isLeft = j === right.length || (i < left.length && compare(left[i]!, right[j]!) <= 0);
    names.push(isLeft ? left[i++]! : right[j++]!);
    if (names.length % RUN === 0) yield;
  }
  return names;
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
