// SQLite files, by other means than the ledger's.
import { DatabaseSync } from 'node:sqlite';

export function query(file: string, sql: string): Record<string, unknown>[] {
  using database = new DatabaseSync(file);
  return database.prepare(sql).all();
}

export function execute(file: string, sql: string): void {
  using database = new DatabaseSync(file);
  database.exec(sql);
}
