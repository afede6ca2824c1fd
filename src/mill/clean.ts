// A body as archived → the article's content as its outlet meant it. Owns cheerio.
import { load } from 'cheerio';
import type { Content, Header, ImagePolicy, Outlet } from '../article.ts';
import { guessLanguage } from './language.ts';
import { sanitise } from './sanitise.ts';
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
  // A body element of our own: the article cannot open a head or a frameset, and recipes can say
  // `body > div`. Without scripting `<noscript>` holds elements and not text.
  const $ = load(`<!doctype html><body>${body}`, { scriptingEnabled: false });
  for (const selector of outlet.recipe?.remove ?? []) $(selector).remove();
  const { html, text } = sanitise($('body').get(0)?.children ?? [], {
    base: header.url,
    images: options.images,
    recipe: outlet.recipe,
  });
  return {
    title: titleText(header.title) || summarise(text, TITLE_LENGTH_MAX) || header.url,
    html,
    summary: summarise(text, SUMMARY_LENGTH_MAX),
    language: outlet.language ?? guessLanguage(text),
  };
}
