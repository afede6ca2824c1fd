// The regular look at the whole directory. Owns node-cron.
import { createTask, schedule, validateDetailed } from 'node-cron';

/** Why `expression` is no schedule; `null` if it is one. */
export function scheduleError(expression: string): string | null {
  const { valid, errors } = validateDetailed(expression);
  return valid ? null : errors.map(({ message }) => message).join('; ') || 'not a cron expression';
}

/** The time between two looks, as the `expression` has it next. ms */
export function scheduleInterval(expression: string): number {
  const [first, second] = nextRuns(expression, 2);
  return second === undefined ? 0 : second.getTime() - first!.getTime();
}

/** How long it is until so many looks are due, as the `expression` has it; `Infinity` if they never are. ms */
export function timeUntilLooks(expression: string, looks: number): number {
  const last = nextRuns(expression, looks)[looks - 1];
  return last === undefined ? Infinity : last.getTime() - Date.now();
}

function nextRuns(expression: string, count: number): Date[] {
  const task = createTask(expression, () => {}, { logger: SILENT });
  const runs = task.getNextRuns(count);
  void task.destroy();
  return runs;
}

/** How soon a clock that was set back is noticed. ms */
const CLOCK_CHECK_MS = 5_000;
/** More than a clock is ever slowed down by in that time. ms */
const SET_BACK_MS = 1_000;

/**
 * Calls `look` whenever the cron `expression` says, and not again while it has not returned.
 *
 * @returns what ends it
 */
export function startSchedule(expression: string, look: () => Promise<void>): Disposable {
  const start = (): { destroy(): unknown } =>
    schedule(expression, look, {
      name: 'seeds',
      noOverlap: true,
      suppressMissedWarning: true,
      logger: SILENT,
    });
  let task = start();
  let origin = clockOrigin();
  // It waits for a moment by the clock, which would come as much later as the clock was set back.
  const check = setInterval(() => {
    const before = origin;
    origin = clockOrigin();
    if (origin > before - SET_BACK_MS) return;
    task.destroy();
    task = start();
  }, CLOCK_CHECK_MS).unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(check);
      task.destroy();
    },
  };
}

/** When this process began, by the clock as it is set now. ms */
function clockOrigin(): number {
  return Date.now() - performance.now();
}

/** A look that takes longer than the schedule's interval is no news, and standard output is the log's. */
const SILENT = { info() {}, warn() {}, error() {}, debug() {} };
