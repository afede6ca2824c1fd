// Curves on logarithmic axes, as SVG that can be read on light and on dark.
import { withUnit } from './figures.ts';
import type { Quantity } from './results.ts';
import { powerLaw } from './statistics.ts';
import type { Curve } from './table.ts';

export interface Panel {
  readonly title: string;
  readonly unit: Quantity['unit'];
  readonly curves: readonly Curve[];
}

const PANEL = { width: 440, height: 380 };
const INNER = { left: 76, right: 40, top: 84, bottom: 52 };
const COLUMNS = 2;
/** Places in the legend. */
const LEGEND = { columns: 2, width: 170, height: 18 };

/** Told apart by colour and by the shape of the marks, for who does not see the colours. */
const LOOKS: Readonly<Record<string, { colour: string; mark: string }>> = {
  feedmill: { colour: '#d1495b', mark: 'M-4,-4h8v8h-8z' },
  Hugo: { colour: '#2f7fc1', mark: 'M-5,0a5,5 0 1 0 10,0a5,5 0 1 0 -10,0z' },
  naive: { colour: '#b7791f', mark: 'M0,-5.5l5.5,9.5h-11z' },
  floor: { colour: '#7a8288', mark: 'M0,-5.5l5.5,5.5l-5.5,5.5l-5.5,-5.5z' },
};

const STYLE = `
  svg { color: #1f2328; font: 12px system-ui, sans-serif }
  @media (prefers-color-scheme: dark) { svg { color: #e6edf3 } }
  text { fill: currentColor }
  .title { font-size: 14px; font-weight: 600 }
  .grid { stroke: currentColor; stroke-opacity: .16 }
  .curve { fill: none; stroke-width: 2 }`;

export function plot(panels: readonly Panel[]): string {
  const width = PANEL.width * Math.min(COLUMNS, panels.length);
  const height = PANEL.height * Math.ceil(panels.length / COLUMNS);
  const drawn = panels.map((panel, i) => {
    const [x, y] = [(i % COLUMNS) * PANEL.width, Math.floor(i / COLUMNS) * PANEL.height];
    return `<g transform="translate(${x},${y})">\n${drawPanel(panel)}\n</g>`;
  });
  const names = panels.map(({ title }) => title).join('; ');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">\n` +
    `<title>${names}</title>\n<style>${STYLE}\n</style>\n${drawn.join('\n')}\n</svg>\n`
  );
}

function drawPanel({ title, unit, curves }: Panel): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = axis(
    points.map(([seeds]) => seeds),
    INNER.left,
    PANEL.width - INNER.right,
  );
  const y = axis(
    points.map(([, value]) => value),
    PANEL.height - INNER.bottom,
    INNER.top,
  );
  const [left, right, top, bottom] = [x.from, x.to, y.to, y.from];
  return [
    `<text class="title" x="${left}" y="22">${title}</text>`,
    ...x.ticks.map((seeds) => {
      const at = x.place(seeds);
      const label = `<text x="${at}" y="${bottom + 20}" text-anchor="middle">${seeds.toLocaleString('en')}</text>`;
      return `<path class="grid" d="M${at},${top}V${bottom}"/>${label}`;
    }),
    `<text x="${(left + right) / 2}" y="${bottom + 40}" text-anchor="middle">seeds</text>`,
    ...y.ticks.map((value) => {
      const at = y.place(value);
      const label = `<text x="${left - 8}" y="${at + 4}" text-anchor="end">${withUnit(value, unit)}</text>`;
      return `<path class="grid" d="M${left},${at}H${right}"/>${label}`;
    }),
    ...curves.map((curve, i) => drawCurve(curve, i, x.place, y.place)),
  ].join('\n');
}

function drawCurve({ program, points }: Curve, i: number, x: Place, y: Place): string {
  const { colour, mark } = LOOKS[program] ?? LOOKS['floor']!;
  const places = points.map(([seeds, value]) => `${x(seeds)},${y(value)}`);
  const marks = places.map((place) => `<path d="${mark}" fill="${colour}" transform="translate(${place})"/>`);
  const law = powerLaw(points);
  const [legendX, legendY] = [
    INNER.left + (i % LEGEND.columns) * LEGEND.width,
    44 + Math.floor(i / LEGEND.columns) * LEGEND.height,
  ];
  return [
    `<path class="curve" stroke="${colour}" d="M${places.join('L')}"/>`,
    ...marks,
    `<path d="${mark}" fill="${colour}" transform="translate(${legendX + 5},${legendY - 4})"/>`,
    `<text x="${legendX + 16}" y="${legendY}">${program}${law === null ? '' : ` ∝ n^${law.exponent.toFixed(2)}`}</text>`,
  ].join('\n');
}

type Place = (value: number) => number;

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly place: Place;
}

/** From a round number to a round number; those between the powers of ten only where there are few of these. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const steps = high / low < 1_000 ? [1, 2, 5] : [1];
  const round = Array.from({ length: 20 }, (_, i) => i - 6).flatMap((power) =>
    steps.map((step) => Number(`${step}e${power}`)),
  );
  const first = Math.max(
    0,
    round.findLastIndex((tick) => tick <= low),
  );
  const ticks = round.slice(
    first,
    Math.max(
      round.findIndex((tick) => tick >= high),
      first + 1,
    ) + 1,
  );
  const span = Math.log(ticks.at(-1)! / ticks[0]!);
  const place = (value: number): number =>
    Number((from + (Math.log(value / ticks[0]!) / span) * (to - from)).toFixed(1));
  return { from, to, ticks, place };
}
