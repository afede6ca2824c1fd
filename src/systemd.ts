// What systemd hands over, and what it is told: sd_listen_fds(3), sd_notify(3).
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConfigError } from './config.ts';
import type { Log } from './log.ts';

/** The first descriptor that is handed over (SD_LISTEN_FDS_START). */
const FIRST_SOCKET = 3;
/** How often it is told how things are where no watchdog asks for it more often. */
const STATUS_MS = 15_000;

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
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  /** One message after another: the last one said is the one that holds. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(environment: Environment, log: Log) {
    this.#environment = environment;
    this.#log = log;
  }

  /** From now on it is told how things are, and that they go on for as long as they do. */
  ready(supervised: Supervised): void {
    const { WATCHDOG_USEC } = this.#environment;
    void this.tell('READY=1', `STATUS=${supervised.summary}`);
    if (!this.#listens) return;
    // Half of the time after which it gives up on us, as sd_watchdog_enabled(3) has it.
    const interval =
      WATCHDOG_USEC === undefined ? STATUS_MS : Math.min(Number(WATCHDOG_USEC) / 2_000, STATUS_MS);
    this.#timer = setInterval(() => {
      const alive = supervised.goesOn();
      if (!alive) this.#log.error('a look at the seeds does not go on');
      void this.tell(`STATUS=${supervised.summary}`, ...(alive ? ['WATCHDOG=1'] : []));
    }, interval);
  }

  /** @param assignments as sd_notify(3) lists them. Resolves when they have been taken, or cannot be. */
  async tell(...assignments: string[]): Promise<void> {
    if (!this.#listens) return;
    this.#told = this.#told.then(async () => this.#send(assignments));
    await this.#told;
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  get #listens(): boolean {
    return this.#environment['NOTIFY_SOCKET'] !== undefined;
  }

  /** Node has no datagram sockets in the file system; systemd's own program does. */
  async #send(assignments: readonly string[]): Promise<void> {
    const { NOTIFY_SOCKET, PATH } = this.#environment;
    try {
      await promisify(execFile)('systemd-notify', assignments, { env: { NOTIFY_SOCKET, PATH } });
    } catch (error) {
      this.#log.warn({ err: error, assignments }, 'systemd could not be told');
    }
  }
}
