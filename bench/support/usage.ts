// Preloaded into a measured process: tells on its last line of standard error what it has used, when it ends.
import { readFileSync, writeSync } from 'node:fs';

process.once('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  // Not `maxRSS`: that of a process starts at what the one that started it has used.
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1];
  const used = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: Number(peak) / 1024 };
  writeSync(2, `\nusage ${JSON.stringify(used)}\n`);
});
