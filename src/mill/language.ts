// The language of a text, told from its script; and the direction in which that is read.

const LETTER = /\p{Letter}/u;
// Runs of characters, counted by what they hold: there are far fewer of them.
const LETTERS = /\p{Letter}+/gu;
const HAN = /\p{Script=Han}+/gu;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]+/gu;
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Hangul}+/gu, 'ko'],
  [/\p{Script=Arabic}+/gu, 'ar'],
  [/\p{Script=Hebrew}+/gu, 'he'],
  [/\p{Script=Cyrillic}+/gu, 'ru'],
  [/\p{Script=Greek}+/gu, 'el'],
  [/\p{Script=Thai}+/gu, 'th'],
  [/\p{Script=Tibetan}+/gu, 'bo'],
];
/** The second half of a character of two UTF-16 units. */
const SECOND_HALF = /[\uDC00-\uDFFF]/g;
/** A thousand characters tell a script; more only take time. UTF-16 units */
const SAMPLE_LENGTH = 1024;
/** Which Chinese it is fewer of them tell. */
export const LANGUAGE_SAMPLE_LENGTH = SAMPLE_LENGTH * 4;
const SHARE_MIN = 0.2;

/**
 * BCP 47 language of `text` from an outlet that writes in `usual`. What an outlet calls Chinese may be in
 * either script, article by article: the text decides, by its first LANGUAGE_SAMPLE_LENGTH.
 */
export function languageOf(text: string, usual: string | null): string {
  if (usual === null) return guessLanguage(text);
  const locale = maximized(usual);
  if (locale?.language !== 'zh') return usual;
  const found = chineseOf(text);
  return found === null || found === `zh-${locale.script}` ? usual : found;
}

export function isRightToLeft(language: string): boolean {
  return RIGHT_TO_LEFT.has(maximized(language)?.script ?? '');
}
const RIGHT_TO_LEFT = new Set(['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg']);

const locales = new Map<string, Intl.Locale | null>();
/** Articles write what they like; there are not so many languages. */
const LOCALES_MAX = 1_000;

/** A BCP 47 tag with the script and region that it is likely to mean (UTS #35); `null` if it is no tag. */
export function maximized(tag: string): Intl.Locale | null {
  let locale = locales.get(tag);
  if (locale === undefined) {
    try {
      locale = new Intl.Locale(tag).maximize();
    } catch {
      locale = null;
    }
    if (locales.size < LOCALES_MAX) locales.set(tag, locale);
  }
  return locale;
}

/** BCP 47 language that `text` is most likely in; `und` where its script serves many. */
export function guessLanguage(text: string): string {
  const sample = text.slice(0, SAMPLE_LENGTH);
  if (!LETTER.test(sample)) return 'und';
  const kana = count(sample, KANA);
  const han = count(sample, HAN);
  // So much of all characters is as much of the letters or more, and letters take longest to count.
  if (kana === 0 && han / sample.length > SHARE_MIN) return chineseOf(text) ?? 'zh';
  const letters = count(sample, LETTERS);
  if (kana / letters > SHARE_MIN) return 'ja';
  if (han / letters > SHARE_MIN) return chineseOf(text) ?? 'zh';
  return SCRIPTS.find(([script]) => count(sample, script) / letters > 0.5)?.[1] ?? 'und';
}

/** How many characters are in the `runs` of them. */
function count(text: string, runs: RegExp): number {
  const found = text.match(runs)?.join('') ?? '';
  return found.length - (found.match(SECOND_HALF)?.length ?? 0);
}

/** `null` where no character tells the two apart. */
function chineseOf(text: string): 'zh-Hans' | 'zh-Hant' | null {
  const scripts = (scriptOf ??= loadScripts());
  const length = Math.min(text.length, LANGUAGE_SAMPLE_LENGTH);
  let balance = 0;
  for (let i = 0; i < length; i += 1) balance += scripts[text.charCodeAt(i)]!;
  return balance === 0 ? null : balance > 0 ? 'zh-Hans' : 'zh-Hant';
}

/** For each UTF-16 unit: 1 where only simplified text has it, -1 where only traditional has. */
let scriptOf: Int8Array | undefined;

/** A character of GB 2312 that Big5 lacks is a simplified one; a common one of Big5 that GB 2312 lacks, traditional. */
function loadScripts(): Int8Array {
  const gb2312 = charactersOf('gbk', [0xb0a1, 0xf7fe], 0xa1);
  const common = charactersOf('big5', [0xa440, 0xc67e], 0x40);
  const rare = charactersOf('big5', [0xc940, 0xf9d5], 0x40);
  return Int8Array.from({ length: 0x10000 }, (_, unit) => {
    if (gb2312[unit] === common[unit]) return 0;
    return common[unit] === 1 ? -1 : 1 - rare[unit]!;
  });
}

/** Of an encoding's two-byte characters, by UTF-16 unit: 1 for each that is Han, of which all stand in one block. */
function charactersOf(
  encoding: string,
  [first, last]: readonly [number, number],
  trailMin: number,
): Uint8Array {
  const bytes: number[] = [];
  for (let code = first; code <= last; code += 1) {
    const trail = code & 0xff;
    if (trail >= trailMin && trail < 0xff) bytes.push(code >> 8, trail, 0x20);
  }
  const text = new TextDecoder(encoding).decode(Uint8Array.from(bytes));
  const found = new Uint8Array(0x10000);
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x4e00 && unit <= 0x9fff) found[unit] = 1;
  }
  return found;
}
