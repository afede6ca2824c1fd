// `status`: how it is, as the running daemon says, or the ledger where none runs.
import { existsSync, type Stats, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Config, listenAddress } from './config.ts';
import { glanceAt } from './ledger/glance.ts';
import { DATABASE_ENDS, isInUse, ledgerFileIn } from './ledger/open.ts';
import { liveOutlets } from './ledger/tally.ts';
import { get } from './node-http.ts';
import { feedPath, publicFolder } from './output/paths.ts';
import { harmless } from './wording.ts';

export interface StatusReport {
  /** It is running, and nothing is wrong. */
  readonly well: boolean;
  readonly text: string;
}

const ANSWER_MS = 5_000;
/** What answers with more is none of ours. */
const ANSWER_BYTES_MAX = 1_048_576;
/** More than there are to raise. */
const ALARMS_MAX = 20;

const time = v.pipe(
  v.string(),
  v.check((text) => Number.isFinite(Date.parse(text))),
);
const quantity = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** What `/healthz` says, as far as it is shown. */
const HEALTH_SCHEMA = v.object({
  status: v.picklist(['ok', 'degraded', 'starting']),
  version: v.string(),
  startedAt: time,
  alarms: v.record(v.string(), v.object({ message: v.string() })),
  articles: quantity,
  newestArticle: v.nullable(time),
  outlets: quantity,
  seeds: v.object({ known: quantity, rejected: quantity, missing: quantity }),
  lastPass: v.nullable(
    v.object({
      at: time,
      durationMs: quantity,
      added: quantity,
      changed: quantity,
      withdrawn: quantity,
      rejected: quantity,
    }),
  ),
});
type Health = v.InferOutput<typeof HEALTH_SCHEMA>;

type Line = readonly [label: string, value: string];

/** @throws LedgerRefusedError, LedgerUnreadableError */
export async function statusReport({ listen, data }: Config, now: number): Promise<StatusReport> {
  const answer = await ask(listen);
  const used = isUsed(data);
  if (typeof answer !== 'string') {
    // What answers there may keep its ledger elsewhere.
    const files: Line[] =
      used === false ? [['data', `${data} is not the directory that it uses`]] : filesIn(data, now);
    const { status, version, startedAt, alarms } = answer;
    const since = when(Date.parse(startedAt), now);
    const head = `${status}: feedmill ${version} is running at ${listen}, started ${since}`;
    return {
      well: status === 'ok' && Object.keys(alarms).length === 0 && used !== false,
      text: textOf(head, [...healthLines(answer, now), ...files]),
    };
  }
  const head =
    used === true
      ? `no answer: a feedmill uses ${data}, but at ${listen} ${answer}`
      : `not running: at ${listen} ${answer}`;
  return { well: false, text: textOf(head, [...ledgerLines(data, now), ...filesIn(data, now)]) };
}

/** @returns how it is, or why that is not known, in words */
async function ask(listen: string): Promise<Health | string> {
  const address = listenAddress(listen);
  if ('port' in address && address.port === 0) return 'a free port was to be taken, whichever it was';
  try {
    const health = await new Promise<Health | null>((resolve, reject) => {
      const options = {
        path: '/healthz',
        agent: false,
        signal: AbortSignal.timeout(ANSWER_MS),
        ...('socket' in address ? { socketPath: address.socket } : reachable(address)),
      };
      get(options, (response) => void healthIn(response).then(resolve, reject)).on('error', reject);
    });
    return health ?? 'something else answers';
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'nobody listens';
    return name === 'AbortError' ? `nobody has answered within ${ANSWER_MS / 1000} s` : message;
  }
}

/** An unspecified address is listened on, never connected to. */
function reachable({ host, port }: { host: string; port: number }): { host: string; port: number } {
  return { host: host.replace(/^0\.0\.0\.0$/, '127.0.0.1').replace(/^::$/, '::1'), port };
}

/** @returns `null` if this is no answer of ours */
async function healthIn(response: IncomingMessage): Promise<Health | null> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), HEALTH_SCHEMA), await readAll(response));
  if (!parsed.success) return null;
  return response.statusCode === (parsed.output.status === 'starting' ? 503 : 200) ? parsed.output : null;
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > ANSWER_BYTES_MAX) break;
  }
  return text;
}

/** `null` if this user cannot see it. */
function isUsed(data: string): boolean | null {
  try {
    return isInUse(data);
  } catch {
    return null;
  }
}

function healthLines(health: Health, now: number): Line[] {
  const { alarms, articles, newestArticle, outlets, lastPass } = health;
  const newest = newestArticle ? Date.parse(newestArticle) : null;
  const raised = Object.entries(alarms).map(([name, { message }]): Line => ['alarm', `${name}: ${message}`]);
  const lines = raised.slice(0, ALARMS_MAX);
  if (raised.length > ALARMS_MAX) lines.push(['', `and ${raised.length - ALARMS_MAX} more`]);
  lines.push(...stockLines(articles, outlets, newest, health.seeds, now));
  if (lastPass === null) return [...lines, ['last pass', 'the first is under way']];
  const { at, durationMs, added, changed, withdrawn, rejected } = lastPass;
  const did = `${added} added, ${changed} changed, ${withdrawn} withdrawn, ${rejected} rejected, in ${durationMs} ms`;
  return [...lines, ['last pass', `${when(Date.parse(at), now)}: ${did}`]];
}

function ledgerLines(data: string, now: number): Line[] {
  const file = ledgerFileIn(data);
  if (!existsSync(file)) return [['ledger', `there is none in ${data}; is --data another directory?`]];
  const stock = glanceAt(file);
  const { articles, newest, seeds, rejected, missing } = stock;
  return stockLines(articles, liveOutlets(stock).length, newest, { known: seeds, rejected, missing }, now);
}

function stockLines(
  articles: number,
  outlets: number,
  newest: number | null,
  { known, rejected, missing }: Health['seeds'],
  now: number,
): Line[] {
  return [
    [
      'articles',
      `${articles} of ${outlets} outlets${newest === null ? '' : `, the newest of ${when(newest, now)}`}`,
    ],
    ['seeds', `${known} known, ${rejected} rejected, ${missing} missing`],
  ];
}

/** Nothing of what this user may not see. */
function filesIn(data: string, now: number): Line[] {
  const lines: Line[] = [];
  const feed = statsOf(join(publicFolder(data), `${feedPath(null)}.atom`));
  if (feed !== undefined) lines.push(['feeds', `last changed ${when(feed.mtimeMs, now)}`]);
  const ledger = DATABASE_ENDS.flatMap((end) => statsOf(ledgerFileIn(data) + end)?.size ?? []);
  if (ledger.length > 0) {
    const bytes = ledger.reduce((sum, size) => sum + size, 0);
    lines.push(['ledger', `${(bytes / 1e6).toFixed(1)} MB in ${data}`]);
  }
  return lines;
}

function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function when(ms: number, now: number): string {
  const [unit, length] = UNITS.find((each) => Math.abs(now - ms) >= each[1]) ?? UNITS.at(-1)!;
  const relative = new Intl.RelativeTimeFormat('en').format(Math.trunc((ms - now) / length), unit);
  return `${new Date(ms).toISOString().slice(0, 19)}Z (${relative})`;
}

function textOf(head: string, lines: readonly Line[]): string {
  const all = [head, ...lines.map(([label, value]) => `  ${label.padEnd(11)}${value}`)];
  return all.map((line) => `${harmless(line)}\n`).join('');
}
