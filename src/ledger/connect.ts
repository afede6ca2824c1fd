// A connection to a file of SQLite's: what every thread that has one needs, and no more.
import { DatabaseSync } from 'node:sqlite';

const BUSY_TIMEOUT_MS = 5_000;

interface Access {
  readonly readOnly?: boolean;
  /** How long to wait for others that write. ms */
  readonly timeout?: number;
}

export function connect(file: string | URL, access: Access = {}): DatabaseSync {
  return new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, ...access });
}
