// What an operator has to see to, for as long as it holds. Anybody may read it at `/healthz`.
import type { Log } from './log.ts';

export const ALARMS = [
  'seeds-unlisted',
  'seeds-lost',
  'mass-disappearance',
  'publish-failed',
  'tokens-unreadable',
  'reload-refused',
  'pass-failed',
  'looks-overdue',
] as const;
export type AlarmName = (typeof ALARMS)[number];

export interface Alarm {
  /** What is wrong, what that means, and what to do about it. Nothing that strangers must not know. */
  readonly message: string;
  /** When it was raised; another message does not change that. ms */
  readonly since: number;
  /** For the log alone: it may name places on this machine. */
  readonly why: string | undefined;
}

export class Alarms {
  readonly #raised = new Map<AlarmName, Alarm>();
  readonly #log: Log;
  readonly #now: () => number;

  constructor({ log, now }: { readonly log: Log; readonly now: () => number }) {
    this.#log = log;
    this.#now = now;
  }

  get raised(): ReadonlyMap<AlarmName, Alarm> {
    return this.#raised;
  }

  /**
   * Raises an alarm, or clears it: each change is logged once.
   *
   * @param message `null`: all is well
   * @param why for the log alone: it may name places on this machine
   */
  set(name: AlarmName, message: string | null, why?: string): void {
    const before = this.#raised.get(name);
    if (message === null) {
      if (this.#raised.delete(name)) this.#log.info({ alarm: name }, 'alarm cleared');
    } else if (before?.message !== message || before.why !== why) {
      this.#raised.set(name, { message, since: before?.since ?? this.#now(), why });
      this.#log.error({ alarm: name, why }, message);
    }
  }
}
