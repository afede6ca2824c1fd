// Numbers, times, and what others wrote, as they are shown to people.

const whole = formatter({ maximumFractionDigits: 0 });
const tenths = formatter({ maximumFractionDigits: 1 });
const percentage = formatter({ style: 'percent', maximumFractionDigits: 0 });

/** Made when it is first used: the first one loads what is known of locales, which a start need not wait for. */
function formatter(options: Intl.NumberFormatOptions): (value: number) => string {
  let made: Intl.NumberFormat | null = null;
  return (value) => (made ??= new Intl.NumberFormat('en', options)).format(value);
}

/** `1 article`, `5,012 articles`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `5,012` */
export function grouped(count: number): string {
  return whole(count);
}

/** `214 ms`, `12.3 s`, `7 min` */
export function lasting(ms: number): string {
  if (ms < SECONDS_FROM_MS) return `${whole(ms)} ms`;
  return ms < MINUTES_FROM_MS ? `${tenths(ms / 1000)} s` : `${whole(ms / 60_000)} min`;
}
const SECONDS_FROM_MS = 1_000;
const MINUTES_FROM_MS = 300_000;

/** What a name or an article holds is shown, and neither moves a terminal's cursor nor turns its text around. */
export function harmless(text: string): string {
  return text.replaceAll(/(?!\t)[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD');
}

/** @param share 0 to 1 */
export function percent(share: number): string {
  return percentage(share);
}
