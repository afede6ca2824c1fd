import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scheduleError, scheduleInterval, startSchedule } from '../../src/intake/schedule.ts';
import { until } from '../support/process.ts';

const EACH_SECOND = '* * * * * *';

describe('a schedule', () => {
  test.for(['* * * * *', '*/5 * * * *', '0 4 * * mon-fri', EACH_SECOND, '0 0 1 1 *'])(
    'is %s',
    (expression) => {
      expect(scheduleError(expression)).toBeNull();
    },
  );

  test.for(['', 'hourly', '60 * * * *', '* * * *', '* * * * * * *', '* 25 * * *', '* * * * 9'])(
    'is not "%s", and it is said why',
    (expression) => {
      expect(scheduleError(expression)).toMatch(/\w/);
    },
  );
});

test.for([
  [EACH_SECOND, 1],
  ['* * * * *', 60],
  ['*/5 * * * *', 300],
  ['0 * * * *', 3600],
] as const)('a schedule of %s looks every %i seconds', ([expression, seconds]) => {
  expect(scheduleInterval(expression)).toBe(seconds * 1000);
});

describe('a schedule for each second', { concurrent: true }, () => {
  test('calls again and again', async () => {
    let calls = 0;
    using _ = startSchedule(EACH_SECOND, async () => void (calls += 1));
    await until(() => calls >= 2 || undefined);
    expect(calls).toBeGreaterThanOrEqual(2);
  });

  test('does not call while a call has not returned', async () => {
    const calls: (() => void)[] = [];
    let seconds = 0;
    using _look = startSchedule(EACH_SECOND, () => new Promise((resolve) => calls.push(resolve)));
    using _clock = startSchedule(EACH_SECOND, async () => void (seconds += calls.length > 0 ? 1 : 0));
    await until(() => seconds >= 3 || undefined);
    expect(calls).toHaveLength(1);
    calls[0]!();
    await until(() => calls.length >= 2 || undefined);
    calls[1]!();
  });

  test('calls no more once it has ended, and leaves nothing that keeps a process alive', async () => {
    const program = `
      import { startSchedule } from ${JSON.stringify(import.meta.resolve('../../src/intake/schedule.ts'))};
      const ended = startSchedule('${EACH_SECOND}', async () => {
        console.log('called');
        ended[Symbol.dispose]();
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const [text, [status]] = await Promise.all([child.stdout.toArray(), once(child, 'close')]);
    expect([text.join(''), status]).toEqual(['called\n', 0]);
  });
});
