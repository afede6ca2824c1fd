// Keeps the parser's time in proportion to the input. The HTML standard's algorithm takes time that
// grows with the square of nesting, of elements left open, and of attributes in one tag; no article
// needs many of any, an absurd one gets its tags taken away and keeps its text.

/** Elements open at once, counted generously. */
const OPEN_MAX = 256;
/** Of those, elements that are opened again in every paragraph for as long as they are not ended. */
const FORMATTING_MAX = 32;
/** Attributes in one tag, about. */
const ATTRIBUTES_MAX = 256;
/** Tags shorter than this cannot hold that many. */
const TAG_LENGTH_PLAIN = 1024;

/** End by themselves, or take nothing in: they never nest by being left open. */
const NOT_COUNTED = new Set(
  'area base br col dd dt embed hr img input li link meta option p param source td th tr track wbr'.split(
    ' ',
  ),
);

const FORMATTING = new Set('b big code em font i nobr s small strike strong tt u'.split(' '));

const TAG = /<(\/?)([a-z][^\s/>]*)[^>]*>?/gi;

/** `html`, unless it nests or crowds beyond the limits: then without the tags that do. */
export function bounded(html: string): string {
  const open = { all: 0, formatting: 0 };
  return html.replace(TAG, (tag: string, slash: string, written: string) => {
    const name = written.toLowerCase();
    const crowded = tag.length > TAG_LENGTH_PLAIN && attributesIn(tag) > ATTRIBUTES_MAX;
    const kept = crowded ? `<${slash}${name}>` : tag;
    if (NOT_COUNTED.has(name)) return kept;
    const counted = FORMATTING.has(name) ? 'formatting' : 'all';
    const max = counted === 'all' ? OPEN_MAX : FORMATTING_MAX;
    if (slash === '') open[counted] += 1;
    const within = open[counted] <= max;
    if (slash !== '') open[counted] = Math.max(open[counted] - 1, 0);
    return within ? kept : '';
  });
}

function attributesIn(tag: string): number {
  return tag.match(/[\s/]+[^\s/]/g)?.length ?? 0;
}
