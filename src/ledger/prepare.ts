// SQL by name → statements by name.
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export type Prepared<SQL> = Readonly<Record<keyof SQL, StatementSync>>;

export function prepareAll<SQL extends Readonly<Record<string, string>>>(
  database: DatabaseSync,
  sql: SQL,
): Prepared<SQL> {
  const prepared = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(prepared) as Prepared<SQL>;
}
