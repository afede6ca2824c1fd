// What has been answered since the start, counted by hand: what monitoring reads it with is loaded later.
import type { Answered } from './output/server.ts';

export class AnswerCounts {
  readonly byStatus = new Map<number, number>();
  /** bytes */
  sent = 0;
  /** Of documents that were not sent, by 304, deltas and codings. bytes */
  saved = 0;

  readonly add = ({ status, sent, whole }: Answered): void => {
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
    this.sent += sent;
    this.saved += Math.max(0, whole - sent);
  };
}
