// What may appear in an entry: elements and attributes; schemes are in links.ts. Whatever is not here goes.

/** Kept, and shown as blocks. */
export const BLOCK = words(
  `address article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4
   h5 h6 header hr li ol p pre section summary table tbody td tfoot th thead tr ul`,
);
/** Kept, and shown in the line. */
export const INLINE = words(
  `a abbr b bdi bdo cite code del dfn em i ins kbd mark q rp rt ruby s samp small span strong sub sup
   time u var`,
);
export const VOID = words('br hr wbr');
/** Mean something without content: a table's cells hold its columns in place. */
export const KEPT_EMPTY = words('td th');
/** Lose their tags and keep what is in them, apart from what is around them. */
export const UNWRAPPED_BLOCK = words(
  'body center dir fieldset form hgroup legend listing main menu nav search html',
);
/** Go with everything in them. What is named nowhere here loses its tags and keeps its content. */
export const DROPPED = words(
  `applet area base basefont bgsound button canvas datalist dialog embed fencedframe frame frameset
   head iframe input link map meta meter noembed noframes noscript object optgroup option param plaintext
   portal progress script select style template textarea title track xmp`,
);

/** Whatever is said, within reason. */
const ANY = /^[^]{0,2000}$/;
/** Attributes allowed on any element, and what their values must be. */
const GLOBAL_ATTRIBUTES: AttributeRules = {
  lang: /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/,
  dir: /^(?:ltr|rtl|auto)$/i,
};
/** Attributes allowed on one element. Addresses are not here: they are resolved and written apart. */
const ATTRIBUTES: Readonly<Record<string, AttributeRules>> = {
  abbr: { title: ANY },
  details: { open: ANY },
  img: { alt: ANY, title: ANY, width: /^\d{1,5}$/, height: /^\d{1,5}$/ },
  li: { value: /^-?\d{1,6}$/ },
  ol: { start: /^-?\d{1,6}$/, reversed: ANY, type: /^[1aAiI]$/ },
  td: { colspan: /^\d{1,3}$/, rowspan: /^\d{1,3}$/ },
  th: { colspan: /^\d{1,3}$/, rowspan: /^\d{1,3}$/, scope: /^(?:row|col|rowgroup|colgroup)$/ },
  time: { datetime: /^[\d:.TZ+ -]{1,40}$/ },
};
type AttributeRules = Readonly<Record<string, RegExp>>;

const RULES_OF_ANY = Object.entries(GLOBAL_ATTRIBUTES);
const RULES = new Map(
  Object.entries(ATTRIBUTES).map(([name, own]) => [name, [...Object.entries(own), ...RULES_OF_ANY]]),
);

/** The attributes allowed on an element, in the order in which they are written, and what their values must be. */
export function attributesOf(name: string): readonly (readonly [attribute: string, value: RegExp])[] {
  return RULES.get(name) ?? RULES_OF_ANY;
}

/** Blocks whose start tag ends an open paragraph (HTML §13.2.6.4.7); text in a line does not. */
const CLOSES_PARAGRAPH = words(
  `address article aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6
   header hr li ol p pre section summary table ul`,
);
const HEADING = words('h1 h2 h3 h4 h5 h6');
/** Between these and what is in them, nothing outside is closed. */
const SCOPE = words('caption table td th');
const PARENTS: Readonly<Record<string, ReadonlySet<string>>> = {
  caption: words('table'),
  tbody: words('table'),
  thead: words('table'),
  tfoot: words('table'),
  tr: words('tbody thead tfoot'),
  td: words('tr'),
  th: words('tr'),
  rt: words('ruby'),
  rp: words('ruby'),
};

/**
 * Whether a parser would put `name` where it stands, below `ancestors` (the nearest last). Where tags
 * between them were taken away it may not: a link in a link, a block in a paragraph.
 */
export function staysPut(name: string, ancestors: readonly string[]): boolean {
  const parent = ancestors.at(-1);
  const parents = PARENTS[name];
  if (parents !== undefined && (parent === undefined || !parents.has(parent))) return false;
  if (HEADING.has(name) && parent !== undefined && HEADING.has(parent)) return false;
  for (let i = ancestors.length - 1; i >= 0; i -= 1) {
    const ancestor = ancestors[i]!;
    if (SCOPE.has(ancestor)) return true;
    if (ancestor === 'p' && CLOSES_PARAGRAPH.has(name)) return false;
    if (ancestor === 'a' && name === 'a') return false;
    if (ancestor === 'li' && name === 'li' && !ancestors.slice(i).some(isList)) return false;
    if (isTerm(ancestor) && isTerm(name) && !ancestors.slice(i).includes('dl')) return false;
  }
  return true;
}

function isList(name: string): boolean {
  return name === 'ul' || name === 'ol';
}

function isTerm(name: string): boolean {
  return name === 'dd' || name === 'dt';
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}
