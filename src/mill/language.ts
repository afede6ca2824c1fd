// The language of a text, told from its script.

const HAN = /\p{Script=Han}/gu;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Tibetan}/gu, 'bo'],
];
/** A thousand characters tell a script; more only take time. */
const SAMPLE_LENGTH = 1024;
const SHARE_MIN = 0.2;

/** BCP 47 language that `text` is most likely in; `und` where its script serves many. */
export function guessLanguage(text: string): string {
  const sample = text.slice(0, SAMPLE_LENGTH);
  const letters = count(sample, /\p{Letter}/gu);
  if (letters === 0) return 'und';
  if (count(sample, KANA) / letters > SHARE_MIN) return 'ja';
  if (count(sample, HAN) / letters > SHARE_MIN) return 'zh';
  return SCRIPTS.find(([script]) => count(sample, script) / letters > 0.5)?.[1] ?? 'und';
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
