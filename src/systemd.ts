// What systemd hands over, and what it is told: sd_listen_fds(3), sd_notify(3).
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConfigError } from './config.ts';
import type { Log } from './log.ts';

/** The first descriptor that is handed over (SD_LISTEN_FDS_START). */
const FIRST_SOCKET = 3;
/** How often it is told how things are where no watchdog asks for it more often. */
const STATUS_MS = 15_000;

/** However short a watchdog's patience is. ms */
const INTERVAL_MS_MIN = 100;
/** It may be there and take nothing. ms */
const TELL_MS = 2_000;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Supervised {
  /** How it is, in a line for people. */
  readonly summary: string;
  /** Asked now and then: whether work that is under way has gone on since it was last asked. */
  goesOn(): boolean;
}

/**
 * The socket that systemd listens on for us; `null` if it does not.
 *
 * @throws ConfigError
 */
export function inheritedSocket({ LISTEN_PID, LISTEN_FDS }: Environment, pid: number): number | null {
  // What a parent was given is not for its children.
  if (LISTEN_FDS === undefined || LISTEN_PID !== String(pid)) return null;
  if (LISTEN_FDS !== '1') {
    throw new ConfigError(
      `LISTEN_FDS: ${LISTEN_FDS} sockets are handed over; leave one ListenStream= in the unit`,
    );
  }
  return FIRST_SOCKET;
}

/** Outside of systemd it tells nobody. */
export class ServiceManager implements Disposable {
  readonly #environment: Environment;
  readonly #pid: number;
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  /** One message after another: the last one said is the one that holds. */
  #told: Promise<unknown> = Promise.resolve();
  #untold = 0;

  constructor(environment: Environment, pid: number, log: Log) {
    this.#environment = environment;
    this.#pid = pid;
    this.#log = log;
  }

  /** From now on it is told how things are, and that they go on for as long as they do. */
  ready(supervised: Supervised): void {
    void this.tell('READY=1', `STATUS=${supervised.summary}`);
    if (!this.#listens) return;
    this.#timer = setInterval(() => {
      if (this.#untold > 0) return;
      const alive = supervised.goesOn();
      if (!alive) this.#log.error('a look at the seeds does not go on');
      void this.tell(`STATUS=${supervised.summary}`, ...(alive ? ['WATCHDOG=1'] : []));
    }, this.#interval);
  }

  /** @param assignments as sd_notify(3) lists them. Resolves when they have been taken, or cannot be. */
  async tell(...assignments: string[]): Promise<void> {
    if (!this.#listens) return;
    this.#untold += 1;
    this.#told = this.#told.then(async () => this.#send(assignments));
    await this.#told;
    this.#untold -= 1;
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  get #listens(): boolean {
    return (this.#environment['NOTIFY_SOCKET'] ?? '') !== '';
  }

  /** Half of the time after which a watchdog gives up on us, if there is one (sd_watchdog_enabled(3)). ms */
  get #interval(): number {
    const { WATCHDOG_USEC, WATCHDOG_PID } = this.#environment;
    const meant = WATCHDOG_PID === undefined || WATCHDOG_PID === String(this.#pid);
    const watchdog =
      meant && /^[1-9]\d*$/.test(WATCHDOG_USEC ?? '') ? Number(WATCHDOG_USEC) / 2_000 : STATUS_MS;
    return Math.min(Math.max(watchdog, INTERVAL_MS_MIN), STATUS_MS);
  }

  /** Node has no datagram sockets in the file system; systemd's own program does. */
  async #send(assignments: readonly string[]): Promise<void> {
    const { NOTIFY_SOCKET, PATH } = this.#environment;
    try {
      await promisify(execFile)('systemd-notify', assignments, {
        env: { NOTIFY_SOCKET, PATH },
        timeout: TELL_MS,
        killSignal: 'SIGKILL',
      });
    } catch (error) {
      this.#log.warn({ err: error, assignments }, 'systemd could not be told');
    }
  }
}
