// What a pass did, for the operator: one line in the log, and alarms for as long as they hold.
import { REMEDIES } from './article.ts';
import type { Tally } from './ledger/ledger.ts';
import type { Log } from './log.ts';
import type { PassResult } from './pipeline.ts';

/** Rejections of one pass that get a line each; more are only counted. */
const REJECTIONS_LOGGED_MAX = 20;

/** When there have been more, those before are told of anew. */
const TROUBLES_REMEMBERED_MAX = 1_000;

export type AlarmName =
  | 'seeds-unlisted'
  | 'seeds-lost'
  | 'mass-disappearance'
  | 'publish-failed'
  | 'tokens-unreadable'
  | 'reload-refused'
  | 'pass-failed';
export type Alarms = Map<AlarmName, string>;

export function reportPass(result: PassResult, tally: Tally, durationMs: number, log: Log): void {
  for (const { path, rejection } of result.rejected.slice(0, REJECTIONS_LOGGED_MAX)) {
    const { reason, line, detail } = rejection;
    log.warn({ seed: path, line, reason, detail, remedy: REMEDIES[reason] }, 'seed rejected');
  }
  const { added, changed, withdrawn, published } = result;
  const facts = {
    added,
    changed,
    withdrawn,
    rejected: result.rejected.length,
    waiting: result.again?.paths.length ?? 0,
    articles: tally.articles,
    published: published.length,
    durationMs: Math.round(durationMs),
  };
  const idle = added + changed + withdrawn + result.rejected.length + published.length === 0;
  log[idle ? 'debug' : 'info'](facts, 'pass');
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

/** Raises and clears alarms by what a pass found; each change is logged once. */
export function updateAlarms(alarms: Alarms, all: boolean, result: PassResult, log: Log): void {
  const set = (name: AlarmName, message: string | null): void => setAlarm(alarms, name, message, log);
  if (all) {
    const [first, ...more] = result.unlisted;
    const others = more.length > 0 ? ` (and ${more.length} more)` : '';
    set(
      'seeds-unlisted',
      first === undefined
        ? null
        : `cannot list ${first.path === '' ? 'the seeds directory' : first.path}${others}: ${first.error.message}; ` +
            'their articles stay as they are. Mount it, or correct its permissions',
    );
  }
  const { withheld, publishError } = result;
  set(
    'mass-disappearance',
    withheld &&
      `${withheld.missing} of ${withheld.of} seeds have disappeared; nothing is withdrawn. Bring them back, ` +
        'or if they are meant to be gone, raise withdrawal.share and start again',
  );
  set(
    'seeds-lost',
    result.seedsLost
      ? 'the ledger is new, and much of what is published has no seed; the feeds stay as they are. ' +
          'Bring the seeds back, or delete the published files'
      : null,
  );
  set('publish-failed', publishError && `files could not be written: ${publishError.message}`);
  set('pass-failed', null);
}

export function setAlarm(alarms: Alarms, name: AlarmName, message: string | null, log: Log): void {
  if (message === null) {
    if (alarms.delete(name)) log.info({ alarm: name }, 'alarm cleared');
  } else if (alarms.get(name) !== message) {
    alarms.set(name, message);
    log.error({ alarm: name }, message);
  }
}
