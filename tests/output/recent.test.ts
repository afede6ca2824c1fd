// What was made of the values that came lately.
import { expect, test } from 'vitest';
import { remembering } from '../../src/output/recent.ts';

/** How often it was made of each value. */
function counting(): { of: (value: string) => string; made: Map<string, number> } {
  const made = new Map<string, number>();
  const of = remembering((value) => {
    made.set(value, (made.get(value) ?? 0) + 1);
    return `made of ${value}`;
  });
  return { of, made };
}

test('is what would be made of them now, and is made once', () => {
  const { of, made } = counting();
  for (const value of ['gzip', '', 'gzip', 'br', '', 'gzip']) expect(of(value)).toBe(`made of ${value}`);
  expect([...made]).toEqual([
    ['gzip', 1],
    ['', 1],
    ['br', 1],
  ]);
});

test('is forgotten where a client sends ever new values, or long ones', () => {
  const { of, made } = counting();
  of('gzip');
  for (let each = 0; each < 100; each += 1) of(`x-${each}`);
  of('gzip');
  expect(made.get('gzip')).toBe(2);
  const long = 'x'.repeat(1_000);
  of(long);
  of(long);
  expect(made.get(long)).toBe(2);
});
