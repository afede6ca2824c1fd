// From the rename of a seed into the directory to its entry in the merged feed over HTTP.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ARRIVALS = 50;
const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const GIVE_UP_MS = 10_000;

export interface Arrival {
  readonly median: number;
  readonly p99: number;
  /** Median of one request for a feed that has not changed. ms */
  readonly floor: number;
}

export async function measureArrival(seeds: string, data: string): Promise<Arrival> {
  const args = [MAIN, 'run', '--seeds', seeds, '--data', data, '--listen', '127.0.0.1:0'];
  const daemon = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const agent = new Agent({ keepAlive: true });
  const added: string[] = [];
  try {
    const feed = `${await pageOf(daemon.stdout)}feed.atom`;
    const requests = await timed(ARRIVALS, async () => void (await read(feed, agent)));
    const arrivals = await timed(ARRIVALS, async (i) => {
      const name = `arrival-${i}`;
      const text = `<!--${Date.now()}-->\n[${name}](https://www.outlet-1.example/${name})\n------\n\n<p>${name}</p>\n`;
      writeFileSync(join(seeds, `.${name}`), text);
      const start = performance.now();
      renameSync(join(seeds, `.${name}`), join(seeds, `${name}.txt`));
      added.push(join(seeds, `${name}.txt`));
      while (!(await read(feed, agent)).includes(`<p>${name}</p>`)) {
        if (performance.now() - start > GIVE_UP_MS) throw new Error(`${name} did not arrive`);
      }
    });
    return { median: arrivals[ARRIVALS >> 1]!, p99: arrivals.at(-1)!, floor: requests[ARRIVALS >> 1]! };
  } finally {
    agent.destroy();
    daemon.kill();
    await once(daemon, 'close');
    for (const file of added) rmSync(file);
  }
}

/** Durations of `count` runs in ms, in order. */
async function timed(count: number, action: (i: number) => Promise<void>): Promise<number[]> {
  const durations: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    await action(i);
    durations.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return durations.sort((a, b) => a - b);
}

async function pageOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const { page } = JSON.parse(line) as { page?: string };
    if (page !== undefined) {
      output.resume();
      return page;
    }
  }
  throw new Error('the daemon ended before it was live');
}

function read(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}
