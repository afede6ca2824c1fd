// Pictures: of all the addresses that a page gives for one, the address to fetch it from.
import type { Element } from 'domhandler';
import type { ImagePolicy } from '../../article.ts';
import { become, elementsIn, newElement, removeAll } from './dom.ts';
import { imageUrl } from './image-proxy.ts';
import { absolute, WEB } from './links.ts';
import type { OnRemoved } from './observer.ts';

export interface PictureContext {
  /** What relative addresses are relative to. */
  readonly base: string;
  readonly images: ImagePolicy;
}

/**
 * Every picture is left with the one address to fetch it from and with what describes it; one
 * without an address goes. Stills of videos too.
 */
export function resolvePictures(root: Element, context: PictureContext, onRemoved: OnRemoved): void {
  promoteFromNoscript(root, context.base, onRemoved);
  const lost: Element[] = [];
  for (const found of elementsIn(root, 'img', 'amp-img')) {
    const src = addressOf(found, context.base);
    const href = src && imageUrl(src, context.images);
    const image = found.name === 'img' ? found : pictureIn(found);
    if (!href) {
      lost.push(image);
      continue;
    }
    const { alt, title, width, height } = found.attribs;
    image.attribs = { src: href };
    for (const [name, value] of Object.entries({ alt, title, width, height })) {
      if (value !== undefined) image.attribs[name] = value;
    }
  }
  for (const image of lost) onRemoved('picture without an address', image);
  removeAll(lost);
  for (const video of elementsIn(root, 'video')) {
    const poster = absolute(video.attribs['poster'] ?? '', context.base, WEB);
    const href = poster && imageUrl(poster, context.images);
    if (href) video.attribs['poster'] = href;
    else delete video.attribs['poster'];
  }
}

/**
 * Without scripts a lazily loaded picture is shown by what stands in `<noscript>`. Mostly that is its
 * twin, and goes; a picture that stands nowhere else takes its place.
 */
function promoteFromNoscript(root: Element, base: string, onRemoved: OnRemoved): void {
  const twins = elementsIn(root, 'noscript');
  if (twins.length === 0) return;
  const inTwins = new Map(twins.map((twin) => [twin, elementsIn(twin, 'img')]));
  const doubtful = new Set([...inTwins.values()].flat());
  const seen = new Set<string>();
  for (const image of elementsIn(root, 'img', 'amp-img')) {
    const address = doubtful.has(image) ? null : addressOf(image, base);
    if (address !== null) seen.add(identity(address));
  }
  for (const [twin, images] of inTwins) {
    const only = images.filter((image) => {
      const address = addressOf(image, base);
      if (address === null || seen.has(identity(address))) return false;
      seen.add(identity(address));
      return true;
    });
    onRemoved('noscript', twin);
    become(twin, 'span', {}, new Set(only.map((image) => pictureAround(image) ?? image)));
  }
}

/** The parser does not know that this element of another library is empty: what follows stands in it. */
function pictureIn(found: Element): Element {
  const image = newElement('img', {}, []);
  become(found, 'span', {}, [image, ...found.children]);
  return image;
}

/** The same for all sizes of one picture, however it is fetched. */
function identity(address: string): string {
  const direct = imageUrl(address, 'direct')!.replace(/^https?:|#.*$/g, '');
  // Where the path names the picture, the query says how large it is to be; else it may name the picture.
  const path = direct.replace(/\?.*$/, '');
  return PICTURE.test(path) ? path.replace(/-\d+x\d+(?=\.\w+$)/, '') : direct;
}

/** Absolute; `null` if there is none, or only that of a placeholder. */
function addressOf(image: Element, base: string): string | null {
  for (const { attribs } of [image, ...sourcesOf(image)]) {
    for (const name of LAZY) {
      const address = /[./]/.test(attribs[name] ?? '') ? usable(attribs[name]!, base) : null;
      if (address !== null) return address;
    }
    const address = usable(attribs['src'] ?? '', base);
    if (address !== null) return address;
    for (const name of SETS) {
      for (const candidate of candidates(attribs[name] ?? '')) {
        const best = usable(candidate, base);
        if (best !== null) return best;
      }
    }
  }
  // A loader that is not known: whatever looks like the address of a picture.
  for (const [name, value] of Object.entries(image.attribs)) {
    const address = name.startsWith('data-') && PICTURE.test(value) ? usable(value, base) : null;
    if (address !== null) return address;
  }
  return null;
}

const PICTURE = /^[^\s{}<>"]{1,2000}\.(?:jpe?g|png|webp|gif|avif)(?:\?[^\s{}<>"]*)?$/i;

/** Where lazy loaders keep the address while a placeholder stands in `src`. */
const LAZY = ['data-src', 'data-lazy-src', 'data-original', 'data-lazy', 'data-actualsrc', 'data-orig-src'];
const SETS = ['data-srcset', 'data-lazy-srcset', 'srcset'];

/** Of a picture in several formats. One that is written around many pictures is none. */
function sourcesOf(image: Element): Element[] {
  const { children = [] } = pictureAround(image) ?? {};
  return children.length <= SOURCES_MAX ? children.filter(isSource) : [];
}
const SOURCES_MAX = 64;

function pictureAround(image: Element): Element | null {
  const { parent } = image;
  return parent !== null && 'name' in parent && parent.name === 'picture' ? parent : null;
}

function isSource(node: object): node is Element {
  return 'name' in node && node.name === 'source';
}

function usable(address: string, base: string): string | null {
  const href = absolute(address, base, WEB);
  return href !== null && !PLACEHOLDER.test(href) ? href : null;
}

/** What lazy loaders show until they load. */
const PLACEHOLDER =
  /^[^?#]*\/(?:blank|spacer|transparent|placeholder|pixel|1x1|loading|lazy|gr[ae]y)(?:[-_.]?\d+x\d+)?\.(?:gif|svg)(?:[?#]|$)/i;

/** No screen that feeds are read on shows more. */
const WIDTH_MAX = 1600;

/**
 * The addresses of a srcset (HTML §4.8.4.2.1), the best first: the widest that is not too wide. An
 * address runs to white space; a comma at its end, or behind its size, parts it from the next.
 */
function candidates(srcset: string): string[] {
  const found: { address: string; width: number }[] = [];
  const words = srcset.split(/\s+/).reverse();
  for (let word = words.pop(); word !== undefined; word = words.pop()) {
    const address = word.replace(/^,/, '');
    if (address === '') continue;
    if (address.endsWith(',')) found.push({ address: address.slice(0, -1), width: DENSE });
    else {
      const [size = '', next] = words.pop()?.split(/,(.*)/s) ?? [];
      if (next) words.push(next);
      const width = Number.parseFloat(size) * (size.endsWith('w') ? 1 : DENSE) || DENSE;
      found.push({ address, width });
    }
  }
  const rank = (width: number): number => (width > WIDTH_MAX ? 1 / width : width);
  return found.sort((one, other) => rank(other.width) - rank(one.width)).map(({ address }) => address);
}
/** So wide is taken for one a picture of which only its density is said. */
const DENSE = 400;
