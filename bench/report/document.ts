// Results → docs/: a table between two marks of the text around it, a plot, and the results themselves.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GROWTH } from './growth.ts';
import { plot } from './plot.ts';
import { type Results, writeResults } from './results.ts';
import { curves, tables } from './table.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const TEXT = join(DOCS, 'performance.md');
const [BEGIN, END] = ['<!-- results: begin -->', '<!-- results: end -->'];
const BETWEEN = new RegExp(`(?<=${BEGIN}\n).*?(?=${END})`, 's');

/** @param titles of all benches, in their order */
export function document(results: Results, titles: ReadonlyMap<string, string>): void {
  const text = readFileSync(TEXT, 'utf8');
  if (!BETWEEN.test(text)) throw new Error(`${TEXT}: no ${BEGIN} … ${END}, between which results go`);
  writeFileSync(
    TEXT,
    text.replace(BETWEEN, () => section(results, titles)),
  );
  writeResults(join(DOCS, 'performance.json'), results);
  const panels = GROWTH.map(({ title, unit, ...quantity }) => ({
    title,
    unit,
    curves: curves(results, quantity).filter(({ points }) => points.length > 0),
  })).filter(({ curves: drawn }) => drawn.some(({ points }) => points.length > 1));
  if (panels.length > 0) writeFileSync(join(DOCS, 'performance.svg'), plot(panels));
  console.error(`results are in ${TEXT}`);
}

function section(results: Results, titles: ReadonlyMap<string, string>): string {
  const { command, at, archive, machine, measurements } = results;
  const { processor, cores, memoryGb, system, programs } = machine;
  const versions = Object.entries(programs).map(([name, version]) => `${name} ${version}`);
  const runs = Math.max(0, ...measurements.map((each) => each.runs.length));
  return (
    `    ${command}\n\n` +
    `${at.slice(0, 10)}, ${processor}, ${cores} cores, ${memoryGb} GB, ${system}, ${versions.join(', ')}. Seeds: ${archive}.\n` +
    `Medians of up to ${runs} runs; every run is in [performance.json](performance.json). × is feedmill's figure divided by\n` +
    `the other's: less is better, save for what is told per second.\n\n` +
    `![How cost grows with the number of seeds](performance.svg)\n\n${tables(results, titles)}\n`
  );
}
