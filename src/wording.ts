// Numbers, times, and what others wrote, as they are shown to people.
import { grouped } from './mill/text.ts';

export { grouped };

/** `1 article`, `5,012 articles`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `214 ms`, `12.3 s`, `7 min` */
export function lasting(ms: number): string {
  if (ms < SECONDS_FROM_MS) return `${grouped(ms)} ms`;
  return ms < MINUTES_FROM_MS ? `${Number((ms / 1000).toFixed(1))} s` : `${grouped(ms / 60_000)} min`;
}
const SECONDS_FROM_MS = 1_000;
const MINUTES_FROM_MS = 300_000;

/** What a name or an article holds is shown, and neither moves a terminal's cursor nor turns its text around. */
export function harmless(text: string): string {
  return text.replaceAll(/(?!\t)[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD');
}

/** @param share 0 to 1 */
export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
