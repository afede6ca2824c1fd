// A thread that reads seeds beside the main one; `readers.ts` starts it.
import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Reply, Request, ThreadData } from './messages.ts';

const port = parentPort!;
const { options, recipes, compileCache } = workerData as ThreadData;
// It holds what is loaded from here on. Without a directory of our own there is none: the default is open to others.
if (compileCache !== null) enableCompileCache(compileCache);
const { createOutlets } = await import('../mill/outlet.ts');
const { packIndex, packOutcome } = await import('./messages.ts');
const { Reader } = await import('./reader.ts');
const reader = new Reader(options, createOutlets(recipes));

/** One request after the other. */
let last: Promise<void> = Promise.resolve();
port.on('message', (request: Request) => {
  last = last.then(() => answer(request));
});

async function answer(request: Request): Promise<void> {
  try {
    if (request.kind === 'identify') {
      const found = packIndex(request.files.map((file) => reader.identify(file)));
      reply({ kind: 'identified', found }, found.keys);
    } else {
      const outcome = packOutcome(await reader.render(request.job));
      reply({ kind: 'rendered', outcome }, outcome.kind === 'made' ? outcome.bytes : undefined);
    }
  } catch (error) {
    reply({ kind: 'failed', why: (error as Error).stack ?? String(error) });
  }
}

/** @param moved bytes in the message that are of no more use here */
function reply(message: Reply, moved?: Uint8Array<ArrayBuffer>): void {
  port.postMessage(message, moved === undefined ? [] : [moved.buffer]);
}
