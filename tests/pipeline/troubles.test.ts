import pino from 'pino';
import { expect, test } from 'vitest';
import { Troubles } from '../../src/report.ts';

test('of a seed that cannot be read is told once, and anew when a thousand others could not either', () => {
  const logged: string[] = [];
  const troubles = new Troubles(pino({}, { write: (line) => void logged.push(line) }));
  troubles.tell('0.txt', 'it is a pipe');
  troubles.tell('0.txt', 'it is a pipe');
  expect(logged).toHaveLength(1);
  troubles.tell('0.txt', 'it is gone');
  expect(logged).toHaveLength(2);
  for (let i = 1; i < 1_000; i += 1) troubles.tell(`${i}.txt`, 'it is a pipe');
  expect(logged).toHaveLength(1_001);
  troubles.tell('0.txt', 'it is a pipe');
  expect(logged).toHaveLength(1_002);
});
