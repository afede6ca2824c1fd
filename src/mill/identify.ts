// The beginning of a seed → which article it is. What is done for every file, so it does little.
import type { Identity, Rejection } from '../article.ts';
import type { Outlets } from './outlet.ts';
import { parseSeed } from './parse.ts';
import { articleKey, canonicalUrl, urlUuid } from './url.ts';

/** @param whole false if `text` is only the beginning of the seed */
export function identify(
  text: string,
  whole: boolean,
  outlets: Outlets,
): { readonly identity: Identity } | { readonly rejection: Rejection } {
  const seed = parseSeed(text, whole);
  if (seed.kind === 'rejected') return { rejection: seed };
  const { url, time } = seed.header;
  const outlet = outlets.ofUrl(url);
  const canonical = canonicalUrl(url, outlet.recipe);
  return {
    identity: {
      url,
      canonical,
      key: articleKey(canonical),
      uuid: urlUuid(canonical),
      outlet: outlet.id,
      headerTime: time,
    },
  };
}
