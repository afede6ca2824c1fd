// Addresses in an article: absolute, of a kind that does no harm, and undone where a service hides them.
import { type Element, isTag, Text } from 'domhandler';
import { URL_LENGTH_MAX } from '../url.ts';
import { become, elementsIn } from './dom.ts';

export const WEB: ReadonlySet<string> = new Set(['http:', 'https:']);
/** What a link may lead to. */
export const LINKS: ReadonlySet<string> = new Set([...WEB, 'mailto:']);

/** `address` as the WHATWG URL parser resolves it; `null` if it is none or not of these schemes. */
export function absolute(address: string, base: string, schemes: ReadonlySet<string>): string | null {
  const trimmed = address.trim();
  if (trimmed === '' || trimmed.length > URL_LENGTH_MAX) return null;
  // Two addresses glued together: only the second was meant.
  const glued = /^https?:\/\/[^/?#]*?(?=https?:\/\/)/i.exec(trimmed)?.[0] ?? '';
  const url = URL.parse(trimmed.slice(glued.length), base);
  return url !== null && schemes.has(url.protocol) ? url.href : null;
}

/**
 * Cloudflare writes mail addresses encoded, with a key that is another in every copy of a page: the first
 * byte, by which the others are XORed. As they were, they are legible and never seem to have changed.
 */
export function revealMailAddresses(root: Element): void {
  for (const found of elementsIn(root)) {
    const link = found.name === 'a' ? PROTECTED.exec(found.attribs['href'] ?? '') : null;
    const written = found.attribs['data-cfemail'];
    if (link === null && written === undefined) continue;
    const address = decodeMailAddress(written ?? link?.[1] ?? '');
    const href = address === null ? null : `mailto:${address}`;
    const text = written !== undefined && address !== null ? [new Text(address)] : found.children;
    const inLink = found.name !== 'a' && hasLinkAround(found);
    // What cannot be read leads nowhere, and its code would be another in the next copy.
    become(found, href === null || inLink ? 'span' : 'a', href === null || inLink ? {} : { href }, text);
  }
}
const PROTECTED = /\/cdn-cgi\/l\/email-protection(?:#([0-9a-f]*))?$/i;

function hasLinkAround({ parent }: Element): boolean {
  for (let node = parent; node !== null; node = node.parent) {
    if (isTag(node) && node.name === 'a') return true;
  }
  return false;
}

function decodeMailAddress(encoded: string): string | null {
  if (!/^(?:[0-9a-f]{2}){2,2048}$/i.test(encoded)) return null;
  const [key, ...bytes] = Buffer.from(encoded, 'hex');
  const address = Buffer.from(bytes.map((byte) => byte ^ key!)).toString('utf8');
  return /^[^\s<>"]*(?:@|\?)[^\s<>"]*$/.test(address) ? address : null;
}
