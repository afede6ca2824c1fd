import { describe, expect, test } from 'vitest';
import { Window, type WindowLimits } from '../../src/mill/window.ts';

/** How many entries, taken from the newest on until the first that does not fit. */
function shown(limits: WindowLimits, head: number, sizes: readonly number[]): number {
  const window = new Window(limits, head);
  const end = sizes.findIndex((size) => !window.admits(size));
  return end < 0 ? sizes.length : end;
}

describe('a feed shows', () => {
  test.for([
    ['all entries where all fit', { entries: 5, bytes: 1000 }, 100, [100, 100, 100], 3],
    ['as many as are allowed', { entries: 2, bytes: 1000 }, 100, [100, 100, 100], 2],
    ['as many as fill its bytes', { entries: 5, bytes: 300 }, 100, [100, 100, 100], 2],
    ['none that would go beyond by a byte', { entries: 5, bytes: 299 }, 100, [100, 100, 100], 1],
    ['the first, however long', { entries: 5, bytes: 300 }, 100, [1000, 1], 1],
    ['the first, however long the head', { entries: 5, bytes: 300 }, 400, [1, 1], 1],
    ['none behind one that does not fit', { entries: 5, bytes: 300 }, 100, [100, 200, 50], 1],
    ['none where none are allowed', { entries: 0, bytes: 300 }, 100, [1], 0],
    ['nothing of nothing', { entries: 5, bytes: 300 }, 100, [], 0],
  ] as const)('%s', ([, limits, head, sizes, expected]) => {
    expect(shown(limits, head, sizes)).toBe(expected);
  });

  test('what was refused is not counted', () => {
    const window = new Window({ entries: 3, bytes: 300 }, 100);
    expect([window.admits(100), window.admits(101), window.admits(100), window.admits(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
