// What takes SQLite longer than everything else may wait, done beside the main thread: by a thread for each errand, which
// takes some 40 ms to start and ends with it.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface Errand {
  readonly file: string;
  readonly sql: readonly string[];
}

/** If it cannot be done, be it for lack of memory or of disk, nothing is said: whoever needs it finds out, and why. */
export async function runBeside(file: string, sql: readonly string[]): Promise<void> {
  const workerData: Errand = { file, sql };
  try {
    await once(new Worker(THREAD, { workerData, name: 'ledger' }), 'exit');
  } catch {
    // See above.
  }
}

const THREAD = new URL('./errand-thread.ts', import.meta.url);
