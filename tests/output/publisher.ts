// A publisher that has nothing left to write when its test ends.
import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { Publisher } from '../../src/output/publish.ts';

export function publisherIn(directory: string): Publisher {
  const publisher = new Publisher(directory, tagsFileOf(directory));
  onTestFinished(async () => {
    await publisher.encoded();
    rmSync(tagsFileOf(directory), { force: true });
  });
  return publisher;
}

/** Beside it, where no server would find it. */
export function tagsFileOf(directory: string): string {
  return `${directory}.tags.json`;
}
