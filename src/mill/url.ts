// Identity: which article an address means. The only basis of deduplication.
import { hash } from 'node:crypto';
import type { Recipe } from '../article.ts';

/** An address longer than this is not one: browsers and proxies give up far earlier. */
export const URL_LENGTH_MAX = 8192;

/** Less than the 253 of RFC 1035 §2.3.4, so that a host can name a file; the 63 of a label are kept to. */
const HOST_LENGTH_MAX = 200;

/** Say where a reader came from or who it is, never which article: analytics, click and session identifiers in general use. */
const TRACKING =
  /^(?:utm_\w+|fbclid|gclid|gclsrc|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|_ga|_gl|_hs(?:enc|mi)|mkt_tok|oly_(?:anon|enc)_id|vero_id|phpsessid|jsessionid|aspsessionid\w*|spm|ocid|cmpid|xtor|at_(?:medium|campaign|custom\d*|bbc_team|link_\w+|format|ptr_name))$/i;

/** Parameters that track only with some values: Medium's `?source=rss-…`, WordPress's `?ref=rss`. */
const TRACKING_VALUES: Readonly<Record<string, RegExp>> = {
  source: /^rss\b/i,
  ref: /^(?:rss|feed)\b/i,
};

/** The address as the WHATWG URL parser writes it, without credentials; `null` if it is not an http(s) one. */
export function parseUrl(text: string): string | null {
  if (text.length > URL_LENGTH_MAX) return null;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  if (url.hostname.length > HOST_LENGTH_MAX || /[^.]{64}/.test(url.hostname)) return null;
  if (url.username !== '') url.username = '';
  if (url.password !== '') url.password = '';
  return url.href;
}

/**
 * The canonical form of an article's address: http and https are one, the host in lower case, no
 * default port, fragment or tracking parameter, duplicate slashes folded, percent-encoding
 * normalised (RFC 3986 §6.2.2), the outlet's own aliases applied.
 *
 * @param href an absolute http(s) URL, as {@link parseUrl} returns it
 */
export function canonicalUrl(href: string, recipe: Recipe | null): string {
  return aliased(normalised(href, recipe), recipe);
}

function normalised(href: string, recipe: Recipe | null): string {
  const url = new URL(href);
  const port = url.port === '80' || url.port === '443' ? '' : url.port;
  const host = url.hostname.replace(/\.+$/, '') + (port && `:${port}`);
  const path = normalisePercent(url.pathname.replace(SESSION, '')).replace(/\/{2,}/g, '/');
  const query = url.search
    .slice(1)
    .split('&')
    .map(normalisePercent)
    .filter((pair) => pair !== '' && !isTracking(pair, recipe))
    .join('&');
  return `https://${host}${path}${query && `?${query}`}`;
}

/** What the recipe makes of an address, unless that is none. */
function aliased(canonical: string, recipe: Recipe | null): string {
  const address = (recipe?.aliases ?? []).reduce(
    (each, { match, replace }) => each.replace(new RegExp(match, 'u'), replace),
    canonical,
  );
  return URL.parse(address)?.protocol === 'https:' ? address : canonical;
}

/**
 * An article's address for a link: nothing that only tracks, and nothing that RFC 3986 forbids. Of an
 * alias (the mobile page, the accelerated one) the address of the article itself.
 */
export function linkAddress(href: string, recipe: Recipe | null): string {
  const own = normalised(href, recipe);
  const meant = aliased(own, recipe);
  if (meant !== own) return meant;
  const [, origin = '', rest = ''] = /^(\w+:\/\/[^/?#]*)(.*)$/s.exec(withoutTracking(href, recipe)) ?? [];
  return (
    origin + rest.replace(/[[\]|^`{}\\]|%(?![0-9a-f]{2})/gi, (character) => encodeURIComponent(character))
  );
}

/** `href` as a reader should follow it: without the parameters that only track. Otherwise as written. */
export function withoutTracking(href: string, recipe: Recipe | null): string {
  const [, path = '', query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(href) ?? [];
  const address = path.replace(SESSION, '');
  if (query === undefined) return address + fragment;
  const kept = query
    .replace(DECODED, (character) => `&${PARAMETERS[character]!}`)
    .split('&')
    .filter((pair) => !isTracking(normalisePercent(pair), recipe));
  return address + (kept.length > 0 ? `?${kept.join('&')}` : '') + fragment;
}

/** Servlets may put the session into the path. */
const SESSION = /;jsessionid=[^/;]*/gi;

/** `&regi_id=` that some program took for `&reg;`, and its like. */
const PARAMETERS: Readonly<Record<string, string>> = {
  '%C2%AE': 'reg',
  '%C2%A9': 'copy',
  '%C2%A7': 'sect',
  '%C2%B6': 'para',
  '%C2%A4': 'curren',
};
const DECODED = /(?:%C2%A[E974]|%C2%B6)(?=\w{0,64}=)/g;

function isTracking(pair: string, recipe: Recipe | null): boolean {
  const equals = pair.indexOf('=');
  const name = equals < 0 ? pair : pair.slice(0, equals);
  if (TRACKING.test(name) || recipe?.trackingParameters.includes(name) === true) return true;
  return Object.hasOwn(TRACKING_VALUES, name) && TRACKING_VALUES[name]!.test(pair.slice(equals + 1));
}

/**
 * Upper-case escapes, unreserved characters decoded, and what RFC 3986 forbids but the WHATWG
 * parser lets stand (`|`, `[`, `^` …, a `%` that starts no escape) encoded.
 */
function normalisePercent(text: string): string {
  return text
    .replace(/%(?![0-9a-f]{2})/gi, '%25')
    .replace(/%[0-9a-f]{2}/gi, (escape) => {
      const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
      return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase();
    })
    .replace(/[^A-Za-z0-9\-._~:/?@!$&'()*+,;=%]/g, (character) => encodeURIComponent(character));
}

/** SHA-256 of the canonical URL: an article's identity. 32 bytes. */
export function articleKey(canonical: string): Buffer {
  return hash('sha256', canonical, 'buffer');
}

/** The name space of URLs (RFC 9562, §6.6). */
const NAMESPACE_URL = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');

/** UUID version 5 of a URL (RFC 9562, §5.5), as lower-case text without `urn:uuid:`. */
export function urlUuid(url: string): string {
  const bytes = hash('sha1', Buffer.concat([NAMESPACE_URL, Buffer.from(url)]), 'buffer');
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
