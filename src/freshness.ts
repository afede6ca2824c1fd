// How long what is published stays fresh: for HTTP caches and for the feeds' own hints to readers.
import { scheduleInterval } from './intake/schedule.ts';

/** How long a cache may serve a document without asking again: about the time between two looks. s */
export function maxAgeOf(schedule: string): number {
  return Math.min(Math.max(Math.round(scheduleInterval(schedule) / 1000), MAX_AGE_MIN), MAX_AGE_MAX);
}
const MAX_AGE_MIN = 10;
/** News comes between two looks as well. */
const MAX_AGE_MAX = 3_600;
