// Results → tables in Markdown: what was measured down, programs and ratios across.
import { rounded, withUnit } from './figures.ts';
import { GROWTH } from './growth.ts';
import type { Measurement, Quantity, Results } from './results.ts';
import { powerLaw } from './statistics.ts';

const OWN = 'feedmill';

/** @param titles of the benches that are shown, in their order */
export function tables(results: Results, titles: ReadonlyMap<string, string>): string {
  const sections = [...titles].flatMap(([bench, title]) => {
    const measured = results.measurements.filter((each) => each.bench === bench);
    const absent = results.absent.filter((each) => each.bench === bench);
    if (measured.length + absent.length === 0) return [];
    const notes = absent.map(({ program, seeds, why }) => {
      const where = seeds === null ? '' : ` at ${seeds.toLocaleString('en')} seeds`;
      return `- ${program} was not measured${where}: ${why}.\n`;
    });
    const rows = measured.length > 0 ? `${table(rowsOf(measured))}\n` : '';
    return [`### ${title}\n\n${rows}${notes.join('')}`];
  });
  const growth = growthTable(results);
  return [...sections, ...(growth && titles.size > 1 ? [`### Growth\n\n${growth}`] : [])].join('\n');
}

/** One row for each quantity, the same of several sizes one below the other. */
function rowsOf(measured: readonly Measurement[]): string[][] {
  const programs = [...new Set(measured.map(({ program }) => program))].sort(ownFirst);
  const peers = programs.filter((program) => program !== OWN);
  const sized = measured.some(({ seeds }) => seeds !== null);
  const rows = Map.groupBy(measured, ({ name, seeds }) => JSON.stringify([name, seeds]));
  const names = [...new Set(measured.map(({ name }) => name))];
  const ordered = [...rows.values()].sort(
    ([one], [other]) =>
      names.indexOf(one!.name) - names.indexOf(other!.name) || (one!.seeds ?? 0) - (other!.seeds ?? 0),
  );
  const head = ['', ...(sized ? ['seeds'] : []), ...programs, ...peers.map((peer) => `× ${peer}`)];
  return [
    head,
    ...ordered.map((row) => {
      const { name, seeds } = row[0]!;
      const of = (program: string): Measurement | undefined => row.find((each) => each.program === program);
      return [
        name,
        ...(sized ? [seeds?.toLocaleString('en') ?? ''] : []),
        ...programs.map((program) => shown(of(program))),
        ...peers.map((peer) => ratio(of(OWN), of(peer))),
      ];
    }),
  ];
}

function ownFirst(one: string, other: string): number {
  const rank = (program: string): number => [OWN, 'Hugo', 'nginx', 'naive', 'floor'].indexOf(program);
  return rank(one) - rank(other);
}

function shown(measurement: Measurement | undefined): string {
  return measurement === undefined ? '' : withUnit(measurement.median, measurement.unit);
}

function ratio(own: Measurement | undefined, peer: Measurement | undefined): string {
  return own === undefined || peer === undefined || peer.median === 0
    ? ''
    : rounded(own.median / peer.median);
}

/** By which power of the number of seeds the cost grows: over all sizes, and from the last but one to the last. */
function growthTable(results: Results): string {
  const rows = GROWTH.flatMap(({ title, ...quantity }) =>
    curves(results, quantity).flatMap(({ program, points }) => {
      const [all, last] = [powerLaw(points), powerLaw(points.slice(-2))];
      if (all === null || last === null) return [];
      const [first, end] = [points[0]![0], points.at(-1)![0]].map((seeds) => seeds.toLocaleString('en'));
      return [[title, program, `${first} to ${end}`, all.exponent.toFixed(2), last.exponent.toFixed(2)]];
    }),
  );
  return rows.length === 0 ? '' : `${table([['', '', 'seeds', 'exponent', 'of the last step'], ...rows])}\n`;
}

export interface Curve {
  readonly program: string;
  readonly points: readonly (readonly [seeds: number, median: number])[];
}

/** How a quantity grows with the number of seeds, for each program. */
export function curves(
  { measurements }: Results,
  { bench, name }: Pick<Quantity, 'bench' | 'name'>,
): Curve[] {
  const all = measurements.filter((each) => each.bench === bench && each.name === name);
  return [...Map.groupBy(all, ({ program }) => program)]
    .map(([program, each]) => ({
      program,
      points: each
        .flatMap(({ seeds, median }) => (seeds === null ? [] : [[seeds, median] as const]))
        .sort(([one], [other]) => one - other),
    }))
    .sort((one, other) => ownFirst(one.program, other.program));
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const widths = head!.map((_, column) => Math.max(3, ...[head!, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head!), rule, ...rows.map(line)].join('\n');
}
