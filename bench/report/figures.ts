// Figures for people.
import type { Quantity } from './results.ts';

/** Three digits are what a measurement is good for. */
const DIGITS = 3;

export function withUnit(value: number, unit: Quantity['unit']): string {
  if (unit === 'ms' && value >= 1_000) return `${rounded(value / 1000)} s`;
  return unit === '/s' ? `${rounded(value)}/s` : `${rounded(value)} ${unit}`.trim();
}

export function rounded(value: number): string {
  return Number(value.toPrecision(DIGITS)).toLocaleString('en', { maximumFractionDigits: 4 });
}
