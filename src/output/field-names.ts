// The names of header fields as they are usually written.
import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';

/** Those that are not each word with a capital. */
const UNUSUAL: Readonly<Record<string, string>> = {
  etag: 'ETag',
  im: 'IM',
  'www-authenticate': 'WWW-Authenticate',
};

const known = new Map(Object.entries(UNUSUAL));

/** Of headers that are answered with again and again. */
const written = new WeakMap<OutgoingHttpHeaders, readonly OutgoingHttpHeader[]>();

/**
 * Names and values in turn, the names as people write them. Case means nothing (RFC 9110 §5.1), but there are
 * readers who look for `ETag` and `Last-Modified` to the letter, newsboat 2.21 among them, and without them ask for
 * everything each time.
 *
 * @param headers will not change any more
 */
export function asWritten(headers: Readonly<OutgoingHttpHeaders>): readonly OutgoingHttpHeader[] {
  let fields = written.get(headers);
  if (fields === undefined) {
    fields = Object.entries(headers).flatMap(([name, value]) => [usualName(name), value!]);
    written.set(headers, fields);
  }
  return fields;
}

function usualName(name: string): string {
  let usual = known.get(name);
  if (usual === undefined) {
    usual = name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
    known.set(name, usual);
  }
  return usual;
}
