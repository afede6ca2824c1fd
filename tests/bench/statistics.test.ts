import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, percentile, powerLaw } from '../../bench/report/statistics.ts';

describe('the median', () => {
  it('is the one in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('lies between the two in the middle', () => {
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it('leaves what it is given in its order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('is not there where there is nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('a percentile', () => {
  it('goes from the least to the greatest', () => {
    const values = Array.from({ length: 101 }, (_, i) => 100 - i);
    expect([0, 1, 50, 99, 100].map((share) => percentile(values, share))).toEqual([0, 1, 50, 99, 100]);
  });

  it('is interpolated between neighbours', () => {
    expect(percentile([10, 20], 25)).toBe(12.5);
  });

  it('compares numbers, not their digits', () => {
    expect(percentile([2, 10, 100], 50)).toBe(10);
  });
});

describe('a power law', () => {
  it('is found again from what it yields', () => {
    const exponent = fc.double({ min: -2, max: 3, noNaN: true });
    const factor = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(exponent, factor, (b, a) => {
        const law = powerLaw([1e3, 1e4, 1e5, 1e6].map((x) => [x, a * x ** b] as const))!;
        expect(law.exponent).toBeCloseTo(b, 6);
        expect(law.factor / a).toBeCloseTo(1, 6);
      }),
    );
  });

  it('runs between points that lie beside it', () => {
    const law = powerLaw([
      [1, 2],
      [1, 8],
      [10, 20],
      [10, 80],
    ])!;
    expect(law.exponent).toBeCloseTo(1);
    expect(law.factor).toBeCloseTo(4);
  });

  it('is not there for a single size', () => {
    expect(powerLaw([[1000, 5]])).toBeNull();
    expect(
      powerLaw([
        [1000, 5],
        [1000, 6],
      ]),
    ).toBeNull();
  });
});
