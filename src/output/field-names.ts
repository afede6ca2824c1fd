// The names of header fields as they are usually written.
import type { OutgoingHttpHeaders } from 'node:http';

/** Those that are not each word with a capital. */
const UNUSUAL: Readonly<Record<string, string>> = {
  etag: 'ETag',
  im: 'IM',
  'www-authenticate': 'WWW-Authenticate',
};

const known = new Map(Object.entries(UNUSUAL));

/**
 * `headers` under the names as people write them. Case means nothing (RFC 9110 §5.1), but there are readers who
 * look for `ETag` and `Last-Modified` to the letter, newsboat 2.21 among them, and without them ask for
 * everything each time.
 */
export function withUsualNames(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const written: OutgoingHttpHeaders = {};
  for (const name of Object.keys(headers)) written[usualName(name)] = headers[name];
  return written;
}

function usualName(name: string): string {
  let usual = known.get(name);
  if (usual === undefined) {
    usual = name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
    known.set(name, usual);
  }
  return usual;
}
