// Where a picture is fetched from.
import type { ImagePolicy } from '../../article.ts';

/**
 * The image proxy that full-text feeds write into articles. The target has no scheme, is not
 * percent-encoded, and runs to the end of the string: a `?` or `&` in it is its own.
 */
const PROXY = /^https?:\/\/images\.weserv\.nl\/?\?url=(.+)$/;

/** @param href absolute; @returns absolute, or `null` if what the policy makes of it is no address */
export function imageUrl(href: string, policy: ImagePolicy): string | null {
  if (policy === 'keep') return href;
  const direct = undoProxy(href);
  if (policy === 'direct') return direct;
  return URL.parse(policy.replaceAll('{url}', encodeURIComponent(direct)))?.href ?? null;
}

function undoProxy(href: string): string {
  const target = PROXY.exec(href)?.[1]?.replace(/^(?:ssl:|https?(?:%3A|:)(?:%2F|\/){2})/i, '');
  if (target === undefined) return href;
  return URL.parse(`https://${target}`)?.href ?? href;
}
