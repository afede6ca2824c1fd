// A thread that runs some SQL on a connection of its own, and ends; `errand.ts` starts it.
import { workerData } from 'node:worker_threads';
import { connect } from './connect.ts';
import type { Errand } from './errand.ts';

const { file, sql } = workerData as Errand;
using database = connect(file);
// As in the main thread: what is sorted goes into no other folder.
database.exec('PRAGMA temp_store = MEMORY');
for (const each of sql) database.exec(each);
