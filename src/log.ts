// Logs: JSON on standard output, lines for people on a terminal. Owns pino.
import { pino, type Logger } from 'pino';

export type Log = Logger;

/** @param destination where to write; a terminal gets lines that people can read */
export async function createLog(
  level: string,
  destination: { readonly isTTY?: boolean | undefined },
): Promise<Log> {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (destination.isTTY !== true) return pino(options, pino.destination({ dest: 1, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    options,
    pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', sync: true }),
  );
}
