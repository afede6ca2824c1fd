// Who reads seeds: the main thread where there is little to read, others beside it where there is much. None of them
// lives when there is nothing for it.
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Recipe, SeedFile } from '../article.ts';
import type { Indexed } from '../intake/compare.ts';
import { fileBytes } from '../intake/walk.ts';
import type { Outlets } from '../mill/outlet.ts';
import type { RenditionJob, RenditionOutcome } from '../rendition.ts';
import { type Reply, type Request, type ThreadData, unpackIndex, unpackOutcome } from './messages.ts';
import { Turns } from '../turns.ts';
import { Reader, type ReaderOptions } from './reader.ts';

/** Beside the main one, which has a core for itself. */
const THREADS_MAX = Math.min(Math.max(availableParallelism() - 1, 1), 4);
/** What is read whole may take longer than everything else should wait for it. bytes */
const LARGE_BYTES = 65_536;
/** What it costs to read a seed whole, in heads of seeds. */
const HEADS_OF_A_WHOLE = 40;
/** A thread takes as long to start as so many heads to read. */
const HEADS_WORTH_A_THREAD = 4_000;
/** Batches that a thread has before it; what comes then is quicker done here. Fewer than are asked for ahead (compare.ts). */
const BATCHES_MAX = 6;
/**
 * Of threads that start from now on; nothing changes for those that have. Each article leaves a tree behind; with the 1 MB
 * that V8 begins with, collecting them took twice as long.
 */
const YOUNG_GENERATION = '--min-semi-space-size=4';
/** How often a thread is given the same article, if threads end; then it is made here, come what may. */
const ATTEMPTS = 2;
/** After so many threads that ended there are no more. */
const FAILURES_MAX = 4;
/** After so long without a request threads end, and what little came before is forgotten. ms */
const IDLE_MS = 2_000;

export class Readers implements Disposable {
  readonly #data: ThreadData;
  readonly #here: Reader;
  readonly #onFailure: (why: string) => void;
  #threads: Thread[] = [];
  /** Asked for lately, in heads of seeds. */
  #lately = 0;
  #idle: NodeJS.Timeout | null = null;
  /** Threads that ended before they should. */
  #failures = 0;
  #disposed = false;
  #last: Promise<unknown> = Promise.resolve();
  readonly #turns = new Turns();

  /** @param onFailure told why a thread ended before it should */
  constructor(
    options: ReaderOptions,
    recipes: readonly Recipe[],
    outlets: Outlets,
    onFailure: (why: string) => void,
  ) {
    this.#onFailure = onFailure;
    // What is named there is a folder in it for this version of Node.
    const cache = getCompileCacheDir();
    this.#data = { options, recipes, compileCache: cache === undefined ? null : dirname(cache) };
    this.#here = new Reader(options, outlets);
  }

  /** See {@link ReaderOptions}. */
  get entryBytesMax(): number {
    return this.#data.options.entryBytesMax;
  }

  /** What identifies each of these seeds; `null` for one that is changing under the reader's eyes. */
  async identify(files: readonly SeedFile[]): Promise<readonly (Indexed | null)[]> {
    const thread = this.#thread(files.length);
    if (thread === null || thread.waiting >= BATCHES_MAX) return this.#identifyHere(files);
    try {
      const reply = await thread.ask({ kind: 'identify', files });
      return unpackIndex(reply.found);
    } catch (error) {
      this.#endured(error);
      return this.#identifyHere(files);
    }
  }

  /** At once, if they are few: the less happens between their being found and being read, the better. */
  async #identifyHere(files: readonly SeedFile[]): Promise<readonly (Indexed | null)[]> {
    const found: (Indexed | null)[] = [];
    const turns = new Turns();
    for (const file of files) {
      if (turns.isOver) await turns.over();
      found.push(this.#here.identify(file));
    }
    return found;
  }

  async render(job: RenditionJob): Promise<RenditionOutcome> {
    const isLarge = fileBytes(job.article.fingerprint) > LARGE_BYTES;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const thread = this.#thread(isLarge ? HEADS_WORTH_A_THREAD : HEADS_OF_A_WHOLE);
      if (thread === null) break;
      try {
        const reply = await thread.ask({ kind: 'render', job });
        return unpackOutcome(reply.outcome);
      } catch (error) {
        this.#endured(error);
      }
    }
    return this.#renderHere(job);
  }

  /** A thread that ends, because there is no memory or no thread to be had, leaves its work to others. */
  #endured(error: unknown): void {
    if (!(error instanceof ThreadEndedError) || this.#disposed) throw error;
    const { thread, message } = error;
    if (this.#threads.includes(thread)) {
      this.#threads = this.#threads.filter((each) => each !== thread);
      this.#failures += 1;
      this.#onFailure(message);
    }
  }

  /** One after the other, and each in a turn of its own. */
  #renderHere(job: RenditionJob): Promise<RenditionOutcome> {
    const outcome = this.#last.then(async () => {
      await this.#turns.next();
      return this.#here.render(job);
    });
    this.#last = outcome.catch(() => {});
    return outcome;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#end();
  }

  /** One that has least to do; `null` as long as there is too little for any. */
  #thread(heads: number): Thread | null {
    if (this.#disposed) throw new Error('nothing is read any more');
    this.#lately += heads;
    this.#idle = this.#idle?.refresh() ?? setTimeout(() => this.#rest(), IDLE_MS).unref();
    const worth = Math.min(Math.floor(this.#lately / HEADS_WORTH_A_THREAD), THREADS_MAX);
    const wanted = this.#failures < FAILURES_MAX ? worth : 0;
    while (this.#threads.length < wanted) this.#threads.push(new Thread(this.#data));
    return this.#threads.reduce<Thread | null>(
      (least, thread) => (least !== null && least.waiting <= thread.waiting ? least : thread),
      null,
    );
  }

  #rest(): void {
    this.#idle = null;
    if (this.#threads.some(({ waiting }) => waiting > 0)) this.#thread(0);
    else this.#end();
  }

  #end(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    this.#lately = 0;
    for (const thread of this.#threads) thread.end();
    this.#threads = [];
  }
}

type ReplyTo<R extends Request> = Extract<
  Reply,
  { kind: R['kind'] extends 'identify' ? 'identified' : 'rendered' }
>;
type Asked = PromiseWithResolvers<Reply>;

class ThreadEndedError extends Error {
  readonly thread: Thread;

  constructor(thread: Thread, cause: Error) {
    super(`a thread that reads seeds ended: ${cause.message}`, { cause });
    this.thread = thread;
  }
}

class Thread {
  readonly #worker: Worker;
  #asked: Asked[] = [];
  #ended: ThreadEndedError | null = null;

  constructor(workerData: ThreadData) {
    setFlagsFromString(YOUNG_GENERATION);
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData, name: 'reader' });
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#asked.shift()!.resolve(reply));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', () => this.#fail(new Error('it was ended')));
  }

  /** Requests that have not been answered. */
  get waiting(): number {
    return this.#asked.length;
  }

  /** @throws what went wrong there; or that the thread has ended */
  async ask<R extends Request>(request: R): Promise<ReplyTo<R>> {
    if (this.#ended !== null) throw this.#ended;
    const asked = Promise.withResolvers<Reply>();
    this.#asked.push(asked);
    this.#worker.ref();
    this.#worker.postMessage(request, []);
    const reply = await asked.promise;
    if (this.#asked.length === 0) this.#worker.unref();
    if (reply.kind === 'failed') throw new Error(reply.why);
    return reply as ReplyTo<R>;
  }

  end(): void {
    void this.#worker.terminate();
  }

  #fail(cause: Error): void {
    this.#ended ??= new ThreadEndedError(this, cause);
    const asked = this.#asked;
    this.#asked = [];
    for (const { reject } of asked) reject(this.#ended);
  }
}
