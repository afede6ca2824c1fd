// What a pass did, for the operator: one line in the log, and alarms for as long as they hold.
import type { Alarms } from './alarms.ts';
import { REMEDIES } from './article.ts';
import type { Gathered } from './gather.ts';
import type { Stock, Tally } from './ledger/ledger.ts';
import { liveOutlets } from './ledger/tally.ts';
import type { Log } from './log.ts';
import { feedPath } from './output/paths.ts';
import type { Site } from './site.ts';
import { counted, lasting } from './wording.ts';

export interface PassResult extends Gathered {
  /** Paths of documents whose bytes have changed. */
  readonly published: readonly string[];
  readonly publishError: Error | null;
  /** The ledger is new, and much of what is published has no seed: the feeds stay as they are. */
  readonly seedsLost: boolean;
}

/** Rejections of one pass that get a line each; more are only counted. */
const REJECTIONS_LOGGED_MAX = 20;

/** When there have been more, those before are told of anew. */
const TROUBLES_REMEMBERED_MAX = 1_000;

/** What is to be done, by the code or the name of an error. */
const ERROR_REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room on the disk',
  EDQUOT: 'Make room, or raise the quota',
  EROFS: 'Mount the disk so that it can be written to',
  EMFILE: 'Raise the limit of open files (ulimit -n, LimitNOFILE=)',
  ENFILE: "Raise the system's limit of open files (fs.file-max)",
  LedgerDiskError: 'Make room on the disk of the data directory, or see what is wrong with it',
  LedgerRefusedError: 'See that the data directory can be written to',
};

/** Named when they go live; the page has them all. */
const FEEDS_NAMED_MAX = 20;

/** What was looked at: all the seeds, or only those of which something was noticed. */
export type PassKind = 'everything' | 'noticed';

export interface PassSummary {
  readonly pass: PassKind;
  readonly added: number;
  readonly changed: number;
  readonly withdrawn: number;
  readonly rejected: number;
  /** Seeds that are still being written. */
  readonly waiting: number;
  /** Live ones, after all that. */
  readonly articles: number;
  /** Documents whose bytes have changed. */
  readonly documents: number;
  readonly durationMs: number;
}

/** Logs where people and readers find what is published. */
export function reportLive({ baseUrl }: Site, stock: Stock, listen: string, log: Log): void {
  const { articles } = stock;
  const live = liveOutlets(stock).sort();
  const page = `${baseUrl}/`;
  const feeds = [null, ...live.slice(0, FEEDS_NAMED_MAX)].map((id) => `${baseUrl}/${feedPath(id)}.atom`);
  log.info(
    { articles, outlets: live.length, page, feeds, listen },
    `${counted(articles, 'article')} of ${counted(live.length, 'outlet')} are live at ${page}`,
  );
}

/** Logs what a pass did; a line at `debug` if that was nothing. */
export function reportPass(
  pass: PassKind,
  result: PassResult,
  tally: Tally,
  durationMs: number,
  log: Log,
): PassSummary {
  for (const { path, rejection } of result.rejected.slice(0, REJECTIONS_LOGGED_MAX)) {
    const { reason, line, detail } = rejection;
    log.warn({ seed: path, line, reason, detail, remedy: REMEDIES[reason] }, 'seed rejected');
  }
  const { added, changed, withdrawn, published } = result;
  const summary: PassSummary = {
    pass,
    added,
    changed,
    withdrawn,
    rejected: result.rejected.length,
    waiting: result.again?.paths.length ?? 0,
    articles: tally.articles,
    documents: published.length,
    durationMs: Math.round(durationMs),
  };
  const idle = added + changed + withdrawn + summary.rejected + summary.documents === 0;
  log[idle ? 'debug' : 'info'](summary, inWords(summary));
  return summary;
}

/** `3 added, 1 changed; 5,012 articles, 12 documents published; 214 ms` */
function inWords(summary: PassSummary): string {
  const { added, changed, withdrawn, rejected, waiting, articles, documents, durationMs } = summary;
  const changes = Object.entries({ added, changed, withdrawn, rejected, 'still being written': waiting })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => counted(count, what, what));
  const published = documents > 0 ? `, ${counted(documents, 'document')} published` : '';
  return [
    changes.join(', ') || 'no article changed',
    `${counted(articles, 'article')}${published}`,
    lasting(durationMs),
  ].join('; ');
}

/** Articles that stand as they were, with the reason: each is told of once, and not with every pass. */
export class Troubles {
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  tell(seed: string, why: string): void {
    if (this.#told.has(seed + why)) return;
    // Where seeds come and go for months nothing may be remembered of all of them.
    if (this.#told.size >= TROUBLES_REMEMBERED_MAX) this.#told.clear();
    this.#told.add(seed + why);
    this.#log.warn({ seed, why }, 'article stands as it was: its seed cannot be read');
  }
}

/** Raises and clears alarms by what a pass found. */
export function updateAlarms(alarms: Alarms, pass: PassKind, result: PassResult): void {
  if (pass === 'everything') {
    const [first, ...more] = result.unlisted;
    const others = more.length > 0 ? ` (and ${more.length} more)` : '';
    alarms.set(
      'seeds-unlisted',
      first === undefined
        ? null
        : `cannot list ${first.path === '' ? 'the seeds directory' : first.path}${others} (${codeOf(first.error)}); ` +
            `their articles stay as they are. ${remedyOf(first.error, 'Mount it, or correct its permissions')}`,
      first?.error.message,
    );
  }
  const { withheld, publishError } = result;
  alarms.set(
    'mass-disappearance',
    withheld &&
      `${withheld.missing} of ${withheld.of} seeds have disappeared; nothing is withdrawn. Bring them back, ` +
        'or if they are meant to be gone, set withdrawal.share to 1 and reload or start again',
  );
  alarms.set(
    'seeds-lost',
    result.seedsLost
      ? 'the ledger is new, and much of what is published has no seed; the feeds stay as they are. ' +
          'Bring the seeds back, or delete the published files'
      : null,
  );
  alarms.set(
    'publish-failed',
    publishError &&
      `files could not be written (${codeOf(publishError)}); what they should hold is served over HTTP all the same, ` +
        `and it is tried again. ${remedyOf(publishError.cause, 'Correct the permissions of the data directory')}`,
    publishError?.message,
  );
  alarms.set('pass-failed', null);
}

/** A pass that ended in an error; the feeds stay as they are. */
export function reportFailure(alarms: Alarms, error: Error, log: Log): void {
  log.error({ err: error }, 'pass failed');
  alarms.set(
    'pass-failed',
    `the last pass failed (${codeOf(error)}); what was published last stays up, and it is tried again. ` +
      remedyOf(error, 'The log says why'),
  );
}

/** What kind of error it is, or which kinds: messages may name places on this machine. */
function codeOf(error: NodeJS.ErrnoException): string {
  const errors = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [error];
  return [...new Set(errors.map(({ code, name }) => code ?? name))].join(', ');
}

function remedyOf(error: unknown, usual: string): string {
  const known = error as NodeJS.ErrnoException | undefined;
  return ERROR_REMEDIES[known?.code ?? known?.name ?? ''] ?? usual;
}
