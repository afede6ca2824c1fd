// The picture that stands for an article, where a reader shows one beside the headline.
import type { Document, Element } from 'domhandler';
import type { ImagePolicy, Picture } from '../../article.ts';
import { elementsIn, select } from './dom.ts';
import { imageUrl } from './image-proxy.ts';

/** Where the recipe says; before anything is removed, since it may say so by what stands around. */
export function findLead(
  document: Document,
  selectors: readonly string[],
  onApplied: (rule: string) => void,
): Element | null {
  for (const selector of selectors) {
    const [found] = select(document, selector);
    if (found === undefined) continue;
    onApplied(`lead: ${selector}`);
    return found;
  }
  return null;
}

/** The lead if it is still there, else the first picture that is more than an ornament. Once all have addresses. */
export function leadPicture(root: Element, lead: Element | null, policy: ImagePolicy): Picture | null {
  const all = elementsIn(root, 'img', 'video').filter(
    ({ name, attribs }) => name === 'img' || attribs['poster'],
  );
  const found = lead !== null && all.includes(lead) ? lead : all.find(isPicture);
  if (found === undefined) return null;
  const { src, poster, width, height } = found.attribs;
  const url = found.name === 'video' ? poster! : src!;
  return { url, type: mediaType(url, policy), width: pixels(width), height: pixels(height) };
}

const SMILEY = /emoji|smil(?:ey|ies)/i;
/** Smaller ones are icons and smileys. CSS pixels */
const SIDE_MIN = 64;

function isPicture({ name, attribs }: Element): boolean {
  if (name === 'video') return true;
  if (SMILEY.test(attribs['src'] ?? '')) return false;
  return [attribs['width'], attribs['height']].every((side) => (pixels(side) ?? SIDE_MIN) >= SIDE_MIN);
}

function pixels(side: string | undefined): number | null {
  return side !== undefined && /^\d{1,5}$/.test(side) ? Number(side) : null;
}

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
};
/** Parameters by which servers choose another format than the name says. */
const CHOOSES = /[?&](?:auto|format|fm|f|output|type|imformat)=/i;

/** By the name in the address that it is fetched from in the end; a proxy of the operator's may convert. */
function mediaType(url: string, policy: ImagePolicy): string | null {
  if (policy !== 'keep' && policy !== 'direct') return null;
  const direct = imageUrl(url, 'direct')!;
  const extension = /\.(\w+)$/.exec(new URL(direct).pathname)?.[1]?.toLowerCase() ?? '';
  return CHOOSES.test(direct) || !Object.hasOwn(TYPES, extension) ? null : TYPES[extension]!;
}
