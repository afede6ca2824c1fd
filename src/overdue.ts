// Looks at everything that fail to come: the alarm that nothing else would raise.
import type { Alarms } from './alarms.ts';
import { timeUntilLooks } from './intake/schedule.ts';
import { lasting } from './wording.ts';

/** So many looks may be missed. */
const LOOKS_MISSED_MAX = 3;
/** A first look over a large directory may last longer than the schedule allows for. */
const OVERDUE_AFTER_MS_MIN = 900_000;
/** Timers know no more; a schedule rarer than that is not watched over. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Raises `looks-overdue` when none has ended for too long. It counts time itself: the clock may be set. */
export class Overdue implements Disposable {
  readonly #schedule: string;
  readonly #alarms: Alarms;
  readonly #afterMsMin: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(schedule: string, alarms: Alarms, afterMsMin = OVERDUE_AFTER_MS_MIN) {
    this.#schedule = schedule;
    this.#alarms = alarms;
    this.#afterMsMin = afterMsMin;
    this.#wait();
  }

  /** A look at everything has ended. */
  looked(): void {
    this.#alarms.set('looks-overdue', null);
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const afterMs = Math.max(timeUntilLooks(this.#schedule, LOOKS_MISSED_MAX), this.#afterMsMin);
    if (afterMs > TIMER_MS_MAX) return;
    this.#timer = setTimeout(() => {
      this.#alarms.set(
        'looks-overdue',
        `no look at all the seeds has ended for ${lasting(afterMs)}, though the schedule asks for more; what the watch ` +
          'missed is not published. The log may say what is in the way; if not, start feedmill again',
      );
    }, afterMs).unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
