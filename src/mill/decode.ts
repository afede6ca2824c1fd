// What a file's bytes say: UTF-8 as a rule, another encoding where that can be recognised. Names and decoders are
// those of the WHATWG Encoding Standard.
import { isUtf8 } from 'node:buffer';

export interface Decoded {
  readonly text: string;
  /** `utf-8` also where not all of it is; what is not is U+FFFD then. */
  readonly encoding: string;
}

const BYTE_ORDER_MARKS = [
  { mark: Buffer.from([0xef, 0xbb, 0xbf]), encoding: 'utf-8' },
  { mark: Buffer.from([0xff, 0xfe]), encoding: 'utf-16le' },
  { mark: Buffer.from([0xfe, 0xff]), encoding: 'utf-16be' },
] as const;

/** How far a declaration is looked for: as far as browsers do, and a header. bytes */
const DECLARATION_MAX = 4_096;
const DECLARED = /<meta\b[^>]{0,200}?\bcharset\s{0,9}=\s{0,9}["']?\s{0,9}([\w:.-]{1,40})/i;

/** The encodings of Chinese, with the first bytes under which each keeps its punctuation and common characters. */
const CHINESE = [
  {
    encoding: 'gb18030',
    common: [
      [0xa1, 0xa3],
      [0xb0, 0xd7],
    ],
    trails: [[0xa1, 0xfe]],
  },
  {
    encoding: 'big5',
    common: [[0xa1, 0xc6]],
    trails: [
      [0x40, 0x7e],
      [0xa1, 0xfe],
    ],
  },
] as const satisfies readonly ChineseEncoding[];
interface ChineseEncoding {
  readonly encoding: string;
  readonly common: readonly (readonly [number, number])[];
  readonly trails: readonly (readonly [number, number])[];
}
/** Of the characters of a text, so many are common ones; of another's bytes read as such, fewer. */
const COMMON_SHARE_MIN = 0.85;

/** @param whole false for the beginning of a file, which may end within a character */
export function decode(bytes: Buffer, whole: boolean): Decoded {
  const marked = BYTE_ORDER_MARKS.find(({ mark }) => bytes.subarray(0, mark.length).equals(mark));
  if (marked !== undefined) return { text: decoded(bytes, marked.encoding), encoding: marked.encoding };
  const characters = whole ? bytes : bytes.subarray(0, wholeCharacters(bytes));
  const other = isUtf8(characters) ? null : (declared(bytes, whole) ?? recognised(bytes, whole));
  return other ?? { text: characters.toString('utf8'), encoding: 'utf-8' };
}

function declared(bytes: Buffer, whole: boolean): Decoded | null {
  const label = DECLARED.exec(bytes.toString('latin1', 0, DECLARATION_MAX))?.[1];
  return label === undefined ? null : attempt(bytes, label, whole);
}

function recognised(bytes: Buffer, whole: boolean): Decoded | null {
  const shares = CHINESE.map((each) => ({ encoding: each.encoding, share: shareOfCommon(bytes, each) }));
  const [best] = shares.sort((one, other) => other.share - one.share);
  return best!.share < COMMON_SHARE_MIN ? null : attempt(bytes, best!.encoding, whole);
}

/** `null` if the bytes are not of that encoding, or it is none. */
function attempt(bytes: Buffer, label: string, whole: boolean): Decoded | null {
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    return { text: decoder.decode(bytes, { stream: !whole }), encoding: decoder.encoding };
  } catch {
    return null;
  }
}

function decoded(bytes: Buffer, encoding: string): string {
  return new TextDecoder(encoding).decode(bytes);
}

/** Of the characters of two bytes, read as those of an encoding of Chinese: how many are common. 0 to 1 */
function shareOfCommon(bytes: Buffer, { common, trails }: ChineseEncoding): number {
  const within = (byte: number, ranges: ChineseEncoding['common']): boolean =>
    ranges.some(([from, to]) => byte >= from && byte <= to);
  let characters = 0;
  let count = 0;
  for (let i = 0; i < bytes.length - 1; i += 1) {
    const lead = bytes[i]!;
    if (lead < 0x80) continue;
    i += 1;
    characters += 1;
    if (within(lead, common) && within(bytes[i]!, trails)) count += 1;
  }
  return characters === 0 ? 0 : count / characters;
}

/** Where the last character of UTF-8 that is not whole begins; the end, if it is. */
function wholeCharacters(bytes: Buffer): number {
  const from = Math.max(0, bytes.length - 3);
  for (let i = bytes.length - 1; i >= from; i -= 1) {
    if (bytes[i]! >= 0xc0) return i;
    if (bytes[i]! < 0x80) break;
  }
  return bytes.length;
}
