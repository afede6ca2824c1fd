// Private feeds: who has a token may read, in the address or by HTTP Basic (RFC 7617). Pure.
import { hash, timingSafeEqual } from 'node:crypto';

export interface Token {
  /** Whose it is; only for the operator. */
  readonly name: string;
  readonly secret: string;
}

/** Before the token in an address: `/token/SECRET/feed.atom`. Whatever a page there links to lies below it, too. */
const PREFIX = 'token/';

export class Access {
  /** Of one length, so that comparing takes one time. */
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly Token[]) {
    this.#digests = tokens.map(({ secret }) => digest(secret));
  }

  /**
   * The path without what opens it; `null` if nothing does.
   *
   * @param path of a request, without its first slash
   * @param authorization the header field
   */
  admit(path: string, authorization: string | undefined): string | null {
    if (path.startsWith(PREFIX)) {
      const [secret = '', ...rest] = path.slice(PREFIX.length).split('/');
      return this.#knows(secret) && rest.length > 0 ? rest.join('/') : null;
    }
    const secret = passwordOf(authorization);
    return secret !== null && this.#knows(secret) ? path : null;
  }

  /** Every token is compared, whichever fits. */
  #knows(secret: string): boolean {
    const given = digest(secret);
    return this.#digests.map((known) => timingSafeEqual(known, given)).includes(true);
  }
}

/** The user's name may be any: tokens tell people apart. */
function passwordOf(authorization: string | undefined): string | null {
  const credentials = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization ?? '')?.[1];
  if (credentials === undefined) return null;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8')) ?? [];
  return password ?? null;
}

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
