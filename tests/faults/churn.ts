// A process of its own that creates and deletes files in a directory, as fast as it can, until it has made so many.
// Arguments: directory, how many.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberedSeed } from '../support/seeds.ts';

/** So many are there at a time. */
const KEPT = 20;

const [directory, count] = [process.argv[2]!, Number(process.argv[3])];
const fileOf = (number: number): string => join(directory, `passing-${number}.txt`);
for (let number = 0; number < count + KEPT; number += 1) {
  if (number < count) {
    const written = number % 2 === 0 ? fileOf(number) : join(directory, '.passing');
    writeFileSync(written, numberedSeed(1_000_000 + number));
    if (number % 2 === 1) renameSync(written, fileOf(number));
  }
  rmSync(fileOf(number - KEPT), { force: true });
}
