// How far a long pass has come: a line redrawn on a terminal, else a line in the log every now and then.
import type { Log } from './log.ts';
import { counted, grouped, lasting, percent } from './wording.ts';

/** Counted up by whoever works, read by whoever shows it. */
export class Progress {
  /** Files looked at. */
  files = 0;
  /** Articles found that are new, as far as they are in the ledger. */
  added = 0;
  /** How much of the directory has been walked, 0 to 1, as if each folder held as much as those beside it. */
  share = 0;
  /** Feeds composed, once all files have been looked at. */
  feeds: { done: number; readonly of: number } | null = null;
}

/** What of a terminal is needed. */
export type Terminal = Pick<NodeJS.WriteStream, 'write' | 'columns'>;

export interface Intervals {
  /** A shorter pass shows nothing on a terminal. */
  readonly quietMs: number;
  readonly redrawMs: number;
  readonly logMs: number;
}
const INTERVALS: Intervals = { quietMs: 500, redrawMs: 250, logMs: 10_000 };
/** Terminals tell their width; what only looks like one may not. */
const COLUMNS = 80;
/** The cursor stays at the beginning, so that whatever comes next, a prompt after a kill too, starts a line. */
const WIPE = '\u001B[K';

export class ProgressDisplay {
  readonly #log: Log;
  readonly #terminal: Terminal | null;
  readonly #intervals: Intervals;
  #drawn = false;

  /** @param terminal `null` if there is none */
  constructor(log: Log, terminal: Terminal | null, intervals = INTERVALS) {
    this.#log = log;
    this.#terminal = terminal;
    this.#intervals = intervals;
  }

  /** Shows a pass until what is returned is disposed of. */
  show(progress: Progress): Disposable {
    const start = performance.now();
    const { quietMs, redrawMs, logMs } = this.#intervals;
    const tell = (): void => {
      const elapsedMs = performance.now() - start;
      if (this.#terminal === null) this.#write(progress, elapsedMs);
      else if (elapsedMs >= quietMs) this.#draw(progress, elapsedMs);
    };
    const timer = setInterval(tell, this.#terminal === null ? logMs : redrawMs);
    return {
      [Symbol.dispose]: () => {
        clearInterval(timer);
        this.wipe();
      },
    };
  }

  /** Whatever else is to be written to the terminal comes after this; the line is drawn again in a while. */
  wipe(): void {
    if (this.#drawn) this.#terminal?.write(WIPE);
    this.#drawn = false;
  }

  #draw(progress: Progress, elapsedMs: number): void {
    const line = inWords(progress, elapsedMs).slice(0, (this.#terminal!.columns || COLUMNS) - 1);
    this.#terminal!.write(`${line}${WIPE}\r`);
    this.#drawn = true;
  }

  #write(progress: Progress, elapsedMs: number): void {
    const { files, added, share, feeds } = progress;
    const facts = { files, added, share: Number(share.toFixed(3)), ...(feeds && { feeds: feeds.done }) };
    this.#log.info({ progress: facts }, inWords(progress, elapsedMs));
  }
}

/** `looked at 45,120 files, 44,870 new articles, 4,512/s, 45%, 12 s left`: short, for terminals of 80 columns. */
function inWords({ files, added, share, feeds }: Progress, elapsedMs: number): string {
  const found = `looked at ${counted(files, 'file')}, ${counted(added, 'new article')}`;
  if (feeds !== null) return `${found}, ${feeds.done} of ${counted(feeds.of, 'feed')} composed`;
  const rate = `${grouped((files / elapsedMs) * 1000)}/s`;
  // Only of a look at everything is it known how much there is.
  if (share === 0) return `${found}, ${rate}`;
  const leftMs = (elapsedMs / share) * (1 - share);
  return `${found}, ${rate}, ${percent(share)}, ${lasting(Math.ceil(leftMs / 1000) * 1000)} left`;
}
