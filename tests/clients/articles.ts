// What the clients are to find: articles, and what is to come of each, written by hand.
import { createHash } from 'node:crypto';
import { NOON, seedText } from '../support/seeds.ts';

/** An entry as every client should tell it, whatever the format. */
export interface ReadItem {
  readonly id: string;
  readonly title: string;
  readonly link: string;
  /** s since 1970 */
  readonly published: number;
  readonly content: string;
}

export interface Article {
  readonly file: string;
  readonly seed: string;
  readonly item: ReadItem;
}

/** The name space of URLs, and a UUID of version 5 in it (RFC 9562 §5.5), not by our own code. */
const URL_NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');

function uuidOf(url: string): string {
  const bytes = createHash('sha1').update(URL_NAMESPACE).update(url).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** @param html what is to be published of `body`, if that is not the same */
export function article(number: number, title: string, body: string, html = body): Article {
  const url = `https://www.voachinese.com/a/client-${number}/${number}.html?a=1&b=${number}`;
  const time = NOON + number * 60_000;
  return {
    file: `${number}.txt`,
    seed: seedText({ time, title, url, body }),
    item: { id: `urn:uuid:${uuidOf(url)}`, title, link: url, published: time / 1000, content: html },
  };
}

/** Each with something that a client may stumble over; the newest first. */
export const ARTICLES: readonly Article[] = [
  article(
    1,
    '1 < 2 & "3" > \'0\'',
    '<p>1 &lt; 2 & "3" > 0</p>',
    '<p>1 &lt; 2 &amp; &quot;3&quot; &gt; 0</p>',
  ),
  article(
    2,
    '<b>bold</b> & <script>alert(1)</script> &notanentity;',
    '<p>&lt;b&gt;not bold&lt;/b&gt; <b>bold</b></p><script>alert(1)</script>',
    '<p>&lt;b&gt;not bold&lt;/b&gt; <b>bold</b></p>',
  ),
  article(3, ']]> and <![CDATA[ and -->', '<p>]]&gt; and &lt;![CDATA[</p>'),
  article(4, '《中文》“引号”——、（括号）……', '<p>全文：“甲、乙”——丙……</p><p>第二段</p>'),
  article(5, '👩‍👩‍👧 与 𠮷野家 🇨🇭', '<p>👍🏽 𠮷 é</p>'),
  article(6, 'العنوان: نص عربي (a) واحد', '<p dir="rtl">نص عربي</p>'),
  article(7, 'כותרת עם English באמצע', '<p>עברית ו־English</p>'),
  article(8, 'Ümläute, ﬁ, ½ and ™', '<p>Zeile eins</p><blockquote><p>zitiert</p></blockquote>'),
].toReversed();
