// Which language of a page a client prefers (RFC 9110 §12.5.4), by lookup (RFC 4647 §3.4).

/** Languages that are written as Chinese is: a page in it serves whoever asks for one of these. */
const CHINESE = new Set(['zh', 'cmn', 'yue']);

export const PAGE_LANGUAGES = ['zh', 'en'] as const;
export type PageLanguage = (typeof PAGE_LANGUAGES)[number];

/** As `Content-Language` says it. BCP 47 */
export const LANGUAGE_TAGS: Readonly<Record<PageLanguage, string>> = { zh: 'zh-Hans', en: 'en' };

/**
 * Of equally welcome languages the one that is named first. Who accepts neither still gets a page:
 * an answer that one can have translated is worth more than none.
 *
 * @param fallback for a client that does not say, or accepts none of them
 */
export function preferredLanguage(accept: string | undefined, fallback: PageLanguage): PageLanguage {
  let best: { language: PageLanguage; weight: number } | null = null;
  const ranges = rangesOf(accept ?? '');
  const other = unnamed(ranges, fallback);
  for (const { range, weight } of ranges) {
    const language = range === '*' ? other : languageOf(range);
    if (language !== null && weight > (best?.weight ?? 0)) best = { language, weight };
  }
  return best?.language ?? fallback;
}

interface LanguageRange {
  readonly range: string;
  readonly weight: number;
}

/** What is no range with a weight is left out. */
function rangesOf(accept: string): LanguageRange[] {
  return accept
    .toLowerCase()
    .split(',')
    .flatMap((item) => {
      const parts =
        /^\s*(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/.exec(item);
      return parts === null ? [] : [{ range: parts[1]!, weight: Number(parts[2] ?? 1) }];
    });
}

function languageOf(range: string): PageLanguage | null {
  const primary = range.split('-', 1)[0]!;
  if (primary === 'en') return 'en';
  return CHINESE.has(primary) ? 'zh' : null;
}

/** `*` stands for what no other range names. */
function unnamed(ranges: readonly LanguageRange[], fallback: PageLanguage): PageLanguage | null {
  const named = new Set(ranges.map(({ range }) => languageOf(range)));
  const candidates = [fallback, ...PAGE_LANGUAGES];
  return candidates.find((language) => !named.has(language)) ?? null;
}
