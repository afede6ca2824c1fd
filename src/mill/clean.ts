// A body as archived → the article's content as its outlet meant it. Owns cheerio.
import { type CheerioAPI, load } from 'cheerio';
import type { Content, Header, ImagePolicy, Outlet } from '../article.ts';
import { boundedAdapter, countAttributes, TooComplexError, withoutTags } from './bounds.ts';
import { guessLanguage } from './language.ts';
import { type MarkupNode, sanitise, type Sanitised } from './sanitise.ts';
import { summarise, titleText } from './text.ts';

export const SUMMARY_LENGTH_MAX = 200;
/** For an article without a title, the beginning of its text. */
const TITLE_LENGTH_MAX = 60;

export interface CleanOptions {
  readonly images: ImagePolicy;
}

/** Why `selector` is no CSS selector; `null` if it is one. */
export function selectorError(selector: string): string | null {
  try {
    load('<body>')(selector);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Parsed as browsers do (parse5), noise removed by the outlet's recipe, and last sanitised.
 *
 * @param body HTML, whole or broken, from whoever wrote the seed
 */
export function clean(header: Header, body: string, outlet: Outlet, options: CleanOptions): Content {
  const $ = parse(body);
  for (const selector of outlet.recipe?.remove ?? []) $(selector).remove();
  const { html, text } = publishable($, header.url, outlet, options.images);
  return {
    title: titleText(header.title) || summarise(text, TITLE_LENGTH_MAX) || header.url,
    html,
    summary: summarise(text, SUMMARY_LENGTH_MAX),
    language: outlet.language ?? guessLanguage(text),
  };
}

/** Nearly always one; a tree that a parser would build otherwise takes two. */
const ROUNDS_MAX = 4;

/** Sanitised until what is published is read by a parser as it was written. */
function publishable($: CheerioAPI, base: string, { recipe }: Outlet, images: ImagePolicy): Sanitised {
  let result = sanitise(bodyOf($), { base, images, recipe });
  for (let round = 1; !result.stable && round < ROUNDS_MAX; round += 1) {
    result = sanitise(bodyOf(parse(result.html)), { base, images: 'keep', recipe });
  }
  return result;
}

function bodyOf($: CheerioAPI): readonly MarkupNode[] {
  return $('body').get(0)?.children ?? [];
}

/**
 * In a body element of our own: the article cannot open a head or a frameset, and recipes can say
 * `body > div`. Without scripting `<noscript>` holds elements and not text.
 */
function parse(html: string): CheerioAPI {
  // The parser takes two halves of a character that do not belong together for one.
  const page = `<!doctype html><body>${html.replace(/\p{Surrogate}/gu, '')}`;
  try {
    countAttributes(page);
    return load(page, { scriptingEnabled: false, treeAdapter: boundedAdapter() });
  } catch (error) {
    if (!(error instanceof TooComplexError)) throw error;
    return load(`<!doctype html><body>${withoutTags(html)}`, { scriptingEnabled: false });
  }
}
