// Logs: JSON on standard output, lines for people on a terminal. Owns pino.
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { harmless } from './wording.ts';

export type Log = Logger;

/** What is kept while standard output takes nothing; lines beyond that are lost. bytes */
const KEPT_BYTES_MAX = 1_048_576;
const RETRY_MS = 200;

type Write = Logger['info'];

/** Facts that the message of their line tells people in words. */
const IN_WORDS =
  'pass,added,changed,withdrawn,rejected,waiting,documents,durationMs,articles,outlets,page,progress';

/** What the journal files a line under (sd-daemon(3)), from the level at which a line gets it. */
const PRIORITIES = [
  [60, 2],
  [50, 3],
  [40, 4],
  [30, 6],
  [0, 7],
] as const;

export interface LogDestination {
  readonly isTTY?: boolean | undefined;
  /** The journal reads it. */
  readonly isJournal: boolean;
}

/**
 * @param destination where to write; a terminal gets lines that people can read
 * @param onLine called before each of those
 */
export async function createLog(
  level: string,
  destination: LogDestination,
  onLine: () => void = () => {},
): Promise<Log> {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (destination.isTTY !== true) return patientLog(options, destination.isJournal);
  const { default: pretty } = await import('pino-pretty');
  const messageFormat = ({ msg }: Record<string, unknown>): string => harmless(String(msg));
  const lines = {
    colorize: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: IN_WORDS,
    sync: true,
    messageFormat,
  };
  const hooks = {
    logMethod(this: Logger, line: Parameters<Write>, write: Write) {
      onLine();
      write.apply(this, line);
    },
  };
  const terminal = pretty(lines);
  // Of what may be in a name, pino-pretty lets some pass.
  const output = { write: (line: string) => void terminal.write(`${harmless(line.trimEnd())}\n`) };
  return pino({ ...options, hooks }, output);
}

/** What standard output does not take, a pipe that nobody reads or a full disk, is written later; nobody waits for it. */
function patientLog(options: LoggerOptions, isJournal: boolean): Log {
  const output = pino.destination({
    dest: 1,
    sync: true,
    maxLength: KEPT_BYTES_MAX,
    retryEAGAIN: () => false,
  });
  const log = pino(options, isJournal ? forJournal(output) : output);
  let lost = 0;
  let retry: NodeJS.Timeout | null = null;
  const tryAgain = (): void => {
    retry = null;
    output.write('');
    if (retry !== null || lost === 0) return;
    log.warn({ lines: lost }, 'lines of this log were lost: nothing took them');
    lost = 0;
  };
  output.on('error', () => (retry ??= setTimeout(tryAgain, RETRY_MS).unref()));
  output.on('drop', () => (lost += 1));
  return log;
}

/** Each line begins with its priority, which the journal takes off. */
function forJournal(output: DestinationStream): DestinationStream {
  const lines = {
    // Pino tells the level of the line that it is about to write.
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(line: string): void {
      const [, priority] = PRIORITIES.find(([level]) => this.lastLevel >= level)!;
      output.write(`<${priority}>${line}`);
    },
  };
  return lines;
}
