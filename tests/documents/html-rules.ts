// What the W3C feed validator asks of HTML within a feed, whichever its format.
import { parseFragment } from 'parse5';
import type { DefaultTreeAdapterMap } from 'parse5';
import { isAbsolute } from './finding.ts';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** SecurityRisk (validator.w3.org/feed/docs/warning/SecurityRisk.html). */
const UNSAFE = new Set(
  `applet base embed form frame frameset iframe link meta object script style svg math template
   noscript`.split(/\s+/),
);

/** Attributes that hold one address each. */
const ADDRESSES = new Set(['href', 'src', 'poster', 'cite', 'data', 'action', 'background', 'longdesc']);

/** What is unsafe or leads nowhere in `html`. */
export function htmlBreaches(html: string): string[] {
  return elementsOf(parseFragment(html)).flatMap((element) => {
    const { tagName, attrs } = element;
    return [
      ...(UNSAFE.has(tagName) ? [`SecurityRisk: <${tagName}>`] : []),
      ...attrs.flatMap(({ name, value }) => [
        ...(name.startsWith('on') ? [`SecurityRiskAttr: ${name}`] : []),
        ...(name === 'style' ? [`DangerousStyleAttr: ${value}`] : []),
        ...addressesOf(name, value)
          .filter((address) => !isAbsolute(address))
          .map((address) => `ContainsRelRef: <${tagName} ${name}="${address}">`),
        ...(/^\s*(?:javascript|vbscript|data):/i.test(value) ? [`SecurityRisk: ${name}="${value}"`] : []),
      ]),
    ];
  });
}

/** Whether a text has markup in it that a reader would show as it stands (ContainsHTML). */
export function hasMarkup(text: string): boolean {
  return /<\/?[a-z][^>]*>/i.test(text);
}

/** A fragment alone leads within the article, and is no relative reference to the feed. */
function addressesOf(name: string, value: string): string[] {
  if (name === 'srcset') return value.split(/,\s+/).map((each) => each.trim().split(/\s+/)[0]!);
  return ADDRESSES.has(name) && !value.startsWith('#') ? [value] : [];
}

function elementsOf(node: Node): Element[] {
  const children = 'childNodes' in node ? node.childNodes.flatMap(elementsOf) : [];
  return 'tagName' in node ? [node, ...children] : children;
}
