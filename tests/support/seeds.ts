// Seeds made for a test, in the archiver's format.

export interface SeedParts {
  readonly time?: number | string;
  readonly title?: string;
  readonly url?: string;
  readonly body?: string;
}

export const NOON = Date.UTC(2026, 2, 10, 12);

export function seedText({
  time = NOON,
  title = '标题',
  url = 'https://www.voachinese.com/a/x/1.html',
  body,
}: SeedParts = {}): string {
  return `<!--${time}-->\n[${title}](${url})\n------\n\n${body ?? `<p>正文：${title}</p>`}\n`;
}

/** Distinct articles of one outlet, the later the newer. */
export function numberedSeed(number: number, host = 'www.voachinese.com'): string {
  return seedText({
    time: NOON + number * 1000,
    title: `第 ${number} 篇`,
    url: `https://${host}/a/sample-${number}/${number}.html`,
  });
}
