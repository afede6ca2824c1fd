// The names in a directory, in order; a little at a time, for there may be a million.
import { type Dir, opendirSync } from 'node:fs';

/** Names that are read and put in order before anything else gets its turn. */
const RUN = 4_096;
/** Names that the system is asked for at a time. */
const BUFFERED = 1_024;

/** Each in order. */
export type Runs = readonly (readonly string[])[];

/**
 * Yields wherever something else may have its turn.
 *
 * @param compare puts the names in order; those of directories have a `/` behind them
 * @throws what the file system says
 */
export function* listDirectory(
  directory: string,
  compare: (a: string, b: string) => number,
): Generator<void, Runs> {
  const runs: string[][] = [];
  let run: string[] = [];
  using listed = opened(directory);
  for (let entry = listed.readSync(); entry !== null; entry = listed.readSync()) {
    run.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
    if (run.length < RUN) continue;
    runs.push(run.sort(compare));
    run = [];
    yield;
  }
  runs.push(run.sort(compare));
  return runs;
}

/** All of them in one order. */
export function* merged(runs: Runs, compare: (a: string, b: string) => number): Generator<string> {
  if (runs.length <= 1) {
    yield* runs[0] ?? [];
    return;
  }
  const half = runs.length >> 1;
  const [left, right] = [merged(runs.slice(0, half), compare), merged(runs.slice(half), compare)];
  let [one, other] = [left.next(), right.next()];
  while (one.done !== true && other.done !== true) {
    if (compare(one.value, other.value) <= 0) {
      yield one.value;
      one = left.next();
    } else {
      yield other.value;
      other = right.next();
    }
  }
  if (one.done !== true) yield one.value;
  if (other.done !== true) yield other.value;
  yield* left;
  yield* right;
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
