// SQLite files, by other means than the ledger's.
import { DatabaseSync } from 'node:sqlite';

export function query(file: string, sql: string): Record<string, unknown>[] {
  using database = new DatabaseSync(file);
  return database.prepare(sql).all();
}
