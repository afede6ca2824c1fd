// What stands around an article and is not it: by its outlet's recipe, and by marks in general use.
import { type AnyNode, type Document, type Element, isTag, isText } from 'domhandler';
import type { Recipe } from '../../article.ts';
import { become, bodyOf, elementsIn, removeAll, select } from './dom.ts';
import { isBlank, lineText } from './markup.ts';
import type { CleanObserver } from './observer.ts';

/**
 * A mark in general use may stand around an article on some site (WeChat's are `visibility: hidden` until
 * a script shows them): a rule that would take more than this share of what there is to see takes nothing.
 */
const SHARE_MAX = 0.5;

export function removeNoise(
  document: Document,
  recipe: Recipe | null,
  { removed, applied }: Pick<CleanObserver, 'removed' | 'applied'>,
): void {
  const root = bodyOf(document);
  const remove = (rule: string, found: readonly Element[]): void => {
    for (const element of found) removed(rule, element);
    removeAll(found);
  };
  for (const selector of recipe?.remove ?? []) {
    const found = outermost(select(document, selector));
    if (found.length > 0 && !isAll(found, root)) remove(`remove: ${selector}`, found);
  }
  for (const selector of recipe?.removeLinkLists ?? []) {
    const lists = select(document, selector).filter(isLinkList);
    remove(`removeLinkLists: ${selector}`, outermost(lists));
  }
  for (const selector of recipe?.unwrap ?? []) {
    for (const found of select(document, selector)) {
      become(found, 'span', {}, found.children);
      applied(`unwrap: ${selector}`);
    }
  }
  remove('footer of feedx.net', feedFooter(document));
  removeMarked(root, remove);
  remove('related articles', outermost(relatedLists(root)));
}

function outermost(found: readonly Element[]): Element[] {
  const inside = new Set<AnyNode>();
  // In the order of the document, whatever holds an element comes before it.
  return found.filter((element) => {
    for (let node: AnyNode | null = element.parent; node !== null; node = node.parent) {
      if (inside.has(node)) return false;
    }
    inside.add(element);
    return true;
  });
}

/** An article of which nothing is left was not what the recipe was written for. */
function isAll(found: readonly Element[], root: Element): boolean {
  const whole = weightOf(root);
  return whole > 0 && weightOfAll(found) >= whole;
}

type Remove = (rule: string, found: readonly Element[]) => void;

function removeMarked(root: Element, remove: Remove): void {
  const found = new Map<CommonRule, Element[]>(RULES.map((rule) => [rule, []]));
  /** What goes, and everything in it. */
  const inside = new Set<AnyNode>();
  for (const element of elementsIn(root)) {
    const parentGoes = element.parent !== null && inside.has(element.parent);
    const rule = parentGoes ? undefined : RULES.find(({ test }) => test(element));
    if (rule === undefined && !parentGoes) continue;
    inside.add(element);
    if (rule !== undefined) found.get(rule)!.push(element);
  }
  for (const [{ name, whole }, elements] of found) {
    if (elements.length === 0) continue;
    if (whole || weightOfAll(elements) <= weightOf(root) * SHARE_MAX) remove(name, elements);
  }
}

/** How much there is to see: a picture is worth so many characters. */
const PICTURE_WEIGHT = 20;

function weightOf(node: AnyNode): number {
  const text = lineText(node).replace(/\s+/g, '').length;
  return text + ('children' in node ? elementsIn(node, 'img', 'video', 'audio').length * PICTURE_WEIGHT : 0);
}

function weightOfAll(elements: readonly Element[]): number {
  return elements.reduce((sum, element) => sum + weightOf(element), 0);
}

interface CommonRule {
  readonly name: string;
  /** Whatever it finds goes, however much that is. */
  readonly whole?: boolean;
  readonly test: (element: Element) => boolean;
}

const RULES: readonly CommonRule[] = [
  { name: 'hidden', test: isHidden },
  { name: 'tracking pixel', whole: true, test: isTrackingPixel },
  marked(
    'share buttons',
    `addtoany_share_save_container a2a_kit sharedaddy sd-sharing sd-sharing-enabled social-share social-sharing
     share-buttons share-bar sharethis-inline-share-buttons ssba heateor_sss_sharing_container jp-sharing`,
  ),
  marked(
    'advertisement',
    'adsbygoogle advertisement ad-container ad-slot ad-banner ads-container dfp-ad google-ad trc_related_container OUTBRAIN',
    /^(?:google_ads_|div-gpt-ad-|taboola-(?:above|below|mid|right|left)-|outbrain_widget)/,
  ),
  marked(
    'newsletter',
    'mc_embed_signup newsletter-signup newsletter-form newsletter-promo wp-block-jetpack-subscriptions subscription-widget-wrap',
    /^mc_embed_signup$/,
  ),
  marked('related articles', 'jp-relatedposts yarpp-related related-posts relatedposts crp_related'),
];

/** Elements with one of these classes, or an id like this. */
function marked(name: string, classes: string, id?: RegExp): CommonRule {
  const known = new Set(classes.split(/\s+/));
  return {
    name,
    test: ({ attribs }) => {
      if (attribs['class']?.split(/\s+/).some((each) => known.has(each))) return true;
      return id !== undefined && attribs['id'] !== undefined && id.test(attribs['id']);
    },
  };
}

const HIDDEN_CLASSES = /(?:^|\s)(?:screen-reader-text|sr-only|visually-hidden|visuallyhidden)(?:\s|$)/;
/** Not what only waits for a script to show it: transparent, or of no size. */
const HIDDEN_STYLE = /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;

function isHidden({ name, attribs }: Element): boolean {
  if (name === 'img' || name === 'noscript') return false;
  if ('hidden' in attribs && attribs['hidden'] !== 'until-found' && attribs['role'] !== 'tabpanel')
    return true;
  return HIDDEN_STYLE.test(attribs['style'] ?? '') || HIDDEN_CLASSES.test(attribs['class'] ?? '');
}

/** Addresses that count readers and show nothing. */
const COUNTERS =
  /\/_\/stat\?event=|\/\/pixel\.wp\.com\/|\/\/stats\.wordpress\.com\/|\/~r\/|\/\/www\.facebook\.com\/tr\b|google-analytics\.com\/|scorecardresearch\.com\/|doubleclick\.net\/|\/\/feeds\.feedburner\.com\/~|\/matomo\.php\?|\/piwik\.php\?/;

function isTrackingPixel({ name, attribs }: Element): boolean {
  if (name !== 'img' || 'data-src' in attribs) return false;
  if ([attribs['width'], attribs['height']].some((side) => side === '0' || side === '1')) return true;
  if (
    /(?:^|;)\s*(?:display\s*:\s*none|(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$))/.test(
      attribs['style'] ?? '',
    )
  )
    return true;
  return COUNTERS.test(attribs['src'] ?? '');
}

/** The footer of a full-text feed service, always at the very end: line breaks, a rule, and its links. */
function feedFooter(document: Document): Element[] {
  if (elementsIn(document, 'hr').length === 0) return [];
  const footer = select(document, 'hr + div:has(> a[href^="https://feedx."])').at(-1);
  if (footer === undefined || isFollowed(footer)) return [];
  const found = [footer];
  for (let before = footer.prev; before !== null; before = before.prev) {
    if (isText(before) && before.data.trim() === '') continue;
    if (!('attribs' in before) || (before.name !== 'hr' && before.name !== 'br')) break;
    found.push(before);
  }
  return found;
}

function isFollowed(element: Element): boolean {
  for (let next = element.next; next !== null; next = next.next) if (!isBlank(lineText(next))) return true;
  return false;
}

/** Nothing but links, one an item: the articles that a site also wants to be read. */
function isLinkList(list: Element): boolean {
  const items = list.children.filter((child): child is Element => 'name' in child);
  return items.length > 0 && items.every(isLinkItem);
}

function isLinkItem(item: Element): boolean {
  const [link, ...others] = elementsIn(item, 'a');
  if (link === undefined || others.length > 0 || elementsIn(item, 'img').length > 0) return false;
  const text = lineText(link).trim();
  return text !== '' && text === lineText(item).trim();
}

const RELATED =
  /^[\s【[]*(?:(?:相关|相關|延伸|推荐|推薦|更多)(?:阅读|閱讀|报道|報道|報導|新闻|新聞|文章|链接|連結)|related(?: (?:articles|stories|posts|news|reading))?|read (?:more|next|also)|see also|more stories)[\s】\]:：]*$/i;

/** Lists of links, each with the heading over it that says so. */
function relatedLists(root: Element): Element[] {
  return elementsIn(root, 'ul', 'ol').flatMap((list) => {
    let heading = list.prev;
    while (heading !== null && (!isTag(heading) || isBlank(lineText(heading)))) heading = heading.prev;
    const related = heading !== null && RELATED.test(lineText(heading).trim()) && isLinkList(list);
    return related ? [heading!, list] : [];
  });
}
