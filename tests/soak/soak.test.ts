// A short soak; `npm run soak` is the long one.
import { expect, it } from 'vitest';
import { Soak } from './run.ts';

const SHORT = { population: 80, window: 15, operationsPerRound: 60, pauseMs: 15 };

it('shows every subscriber what the seeds say, each article once, while they come, change and go', async () => {
  const soak = await Soak.run({
    ...SHORT,
    seed: 1,
    restarts: false,
    onRound: async ({ rounds }) => rounds < 4,
  });
  expect(soak.traffic.operations).toBeGreaterThan(150);
  expect([...soak.observers.statuses.keys()]).toEqual(expect.arrayContaining([200, 226, 304]));
}, 300_000);

it('does so though the daemon is stopped and killed', async () => {
  const soak = await Soak.run({
    ...SHORT,
    seed: 2,
    restarts: true,
    onRound: async ({ rounds }) => rounds < 3,
  });
  expect(soak.ends.SIGTERM + soak.ends.SIGKILL).toBeGreaterThan(0);
}, 300_000);
