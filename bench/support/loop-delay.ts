// Preloaded into a process: on SIGUSR2 tells for how long its event loop has been blocked at most since the last time.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it is looked at; what is measured includes it. */
const RESOLUTION_MS = 1;

const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
monitor.enable();
process.on('SIGUSR2', () => {
  const blockedMs = Math.max(0, monitor.max / 1e6 - RESOLUTION_MS);
  monitor.reset();
  writeFileSync(process.env['LOOP_DELAY_FILE']!, JSON.stringify({ blockedMs }));
});
