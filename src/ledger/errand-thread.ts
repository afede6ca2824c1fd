// A thread that runs some SQL on a connection of its own, and ends; `errand.ts` starts it.
import { workerData } from 'node:worker_threads';
import { connect } from './connect.ts';
import type { Errand } from './errand.ts';

const CACHE_KIB = 16_384;

const { file, sql } = workerData as Errand;
using database = connect(file);
// What is sorted beyond that goes into a temporary file. Where none may be made, the main thread does it, in memory.
database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
for (const each of sql) database.exec(each);
