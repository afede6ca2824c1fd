// A publisher that has nothing left to write when its test ends.
import { onTestFinished } from 'vitest';
import { Publisher } from '../../src/output/publish.ts';

export function publisherIn(directory: string): Publisher {
  const publisher = new Publisher(directory);
  onTestFinished(() => publisher.encoded());
  return publisher;
}
