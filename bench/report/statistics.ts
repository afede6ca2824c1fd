// What is made of measured values.

/** The middle one; between the two in the middle where there are two. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Interpolated between the two nearest of the sorted values. @param share from 0 to 100 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = values.toSorted((a, b) => a - b);
  const place = ((sorted.length - 1) * share) / 100;
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}

export interface PowerLaw {
  readonly factor: number;
  /** 1 where twice as much costs twice as much. */
  readonly exponent: number;
}

/** `y = factor × x ^ exponent`, by least squares of the logarithms. `null` for less than two sizes. */
export function powerLaw(points: readonly (readonly [x: number, y: number])[]): PowerLaw | null {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (axis: 0 | 1): number => logs.reduce((sum, each) => sum + each[axis], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (logs.length < 2 || spread === 0) return null;
  const exponent = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return { factor: Math.exp(meanY - exponent * meanX), exponent };
}
