// Logs: JSON on standard output, lines for people on a terminal. Owns pino.
import { pino, type Logger } from 'pino';

export type Log = Logger;

type Write = Logger['info'];

/** Facts that the message of their line tells people in words. */
const IN_WORDS =
  'pass,added,changed,withdrawn,rejected,waiting,documents,durationMs,articles,outlets,page,progress';

/**
 * @param destination where to write; a terminal gets lines that people can read
 * @param onLine called before each of those
 */
export async function createLog(
  level: string,
  destination: { readonly isTTY?: boolean | undefined },
  onLine: () => void = () => {},
): Promise<Log> {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (destination.isTTY !== true) return pino(options, pino.destination({ dest: 1, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  const lines = { colorize: true, translateTime: 'SYS:HH:MM:ss', ignore: IN_WORDS, sync: true };
  const hooks = {
    logMethod(this: Logger, line: Parameters<Write>, write: Write) {
      onLine();
      write.apply(this, line);
    },
  };
  return pino({ ...options, hooks }, pretty(lines));
}
