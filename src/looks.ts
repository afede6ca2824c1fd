// Looks at the seeds, one after another. One at everything gives way to those at files that have just come, and goes on.
import type { Config } from './config.ts';
import { type GatherContext, type Gathered, Gathering } from './gather.ts';
import { type ScanContext, Waiting } from './intake/compare.ts';
import { EVERYTHING, type LookRequest } from './intake/requests.ts';
import type { Sighting } from './intake/settle.ts';
import type { Ledger } from './ledger/ledger.ts';
import { Progress } from './progress.ts';
import type { Readers } from './readers/readers.ts';
import type { Rules } from './recipes.ts';

export interface LooksOptions {
  readonly config: Config;
  readonly rules: Rules;
  readonly now: () => number;
  /** Called between the steps of a pass. If it throws the pass ends there; the next one takes up what it left. */
  readonly step: () => void;
  /** Whether more files have come, and a pass for them is to begin soon. */
  readonly asked: () => boolean;
  /** How long seeds must have stopped disappearing before they are withdrawn. ms */
  readonly quietMs: number;
  /** See {@link GatherContext}. ms */
  readonly sliceMs?: number;
  /** What a watch has seen; nothing where there is none. */
  readonly sighting: (path: string) => Sighting | null;
  /** Told of each directory of seeds before it is listed. */
  readonly onDirectory: (path: string) => void;
}

export interface LookContext extends Pick<GatherContext, 'ledger' | 'progress' | 'onOutlets' | 'onRecorded'> {
  /** Whether feeds are as this process makes them, so that what has just come need only be added. */
  readonly mayGiveWay: boolean;
}

/** The note under which the ledger keeps by which rules its seeds were identified. */
const IDENTITY_RULES = 'identity-rules';

export class Looks {
  readonly #options: LooksOptions;
  readonly #readers: Readers;
  readonly #waiting = new Waiting();
  /** A look at everything that has not come to its end. */
  #everything: Gathering | null = null;

  constructor(options: LooksOptions, readers: Readers) {
    this.#options = options;
    this.#readers = readers;
  }

  /** How far the look that is asked for has come. */
  progressOf({ all }: LookRequest): Progress {
    return (all ? this.#everything?.progress : null) ?? new Progress();
  }

  /** What has changed on disk → the ledger. @returns `null` if a look at everything has given way */
  async take(request: LookRequest, context: LookContext): Promise<Gathered | null> {
    const { rules, asked } = this.#options;
    const { ledger, mayGiveWay } = context;
    const reindex = (await ledger.note(IDENTITY_RULES)) !== rules.identity;
    const givesWay = (): boolean => mayGiveWay && !reindex && asked();
    if (!request.all && !reindex) {
      const look = this.#begin(request, context, reindex);
      await look.go(() => false);
      this.#everything?.overtakenBy(look);
      await look.withdraw(this.#everything !== null);
      return look.result;
    }
    const look = (this.#everything ??= this.#begin(EVERYTHING, context, reindex));
    if (!(await look.go(givesWay))) return null;
    this.#everything = null;
    await look.withdraw(false);
    if (reindex && look.result.unlisted.length === 0) await ledger.setNote(IDENTITY_RULES, rules.identity);
    return look.result;
  }

  /** A look at everything that gave way is not gone on with. */
  async drop(): Promise<void> {
    await this.#everything?.end();
    this.#everything = null;
  }

  #begin(request: LookRequest, { ledger, ...context }: LookContext, reindex: boolean): Gathering {
    const { config, quietMs, sliceMs, step } = this.#options;
    const scan = this.#scanContext(ledger, context.progress, reindex);
    const limits = config.withdrawal;
    return new Gathering(request, { ...context, ledger, scan, limits, quietMs, sliceMs, step });
  }

  #scanContext(ledger: Ledger, progress: Progress, reindex: boolean): ScanContext {
    const { config, sighting, onDirectory, now } = this.#options;
    return {
      walk: { root: config.seeds, extensions: config.extensions, onDirectory, progress },
      ledger,
      identify: (files) => this.#readers.identify(files),
      seedBytesMax: config.seedBytesMax,
      settleMs: config.settleMs,
      sighting,
      waiting: this.#waiting,
      reindex,
      now,
    };
  }
}
