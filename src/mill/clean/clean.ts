// A body as archived → the article as its outlet meant it. Each step is a file beside this one.
import type { Content, Header, ImagePolicy, Outlet, Recipe } from '../../article.ts';
import { readBylines } from '../bylines.ts';
import { LANGUAGE_SAMPLE_LENGTH, languageOf, isRightToLeft } from '../language.ts';
import { takePublished } from '../published.ts';
import { oneLine, summarise, titleText } from '../text.ts';
import { findCaptions } from './captions.ts';
import { dropRedundantMarks } from './direction.ts';
import { bodyOf, parseBody } from './dom.ts';
import { linkEmbeds } from './embeds.ts';
import { findLead, leadPicture } from './lead.ts';
import { revealMailAddresses } from './links.ts';
import { beginning, characters, lineText, type MarkupNode } from './markup.ts';
import { removeNoise } from './noise.ts';
import { type CleanObserver, NOBODY, type OnRemoved } from './observer.ts';
import { resolvePictures } from './pictures.ts';
import { reflow } from './reflow.ts';
import { sanitise, type SanitiseContext, type Sanitised } from './sanitise.ts';

export const SUMMARY_LENGTH_MAX = 200;
/** UTF-16 units. What is longer is no title, and would be in every list of them. */
const TITLE_LENGTH_MAX = 500;
/** For an article without a title, the beginning of its text. */
const BEGINNING_LENGTH_MAX = 60;

export interface CleanOptions {
  readonly images: ImagePolicy;
  /** When the article was archived: it was published before. ms */
  readonly archived: number;
  readonly observer?: CleanObserver;
}

/**
 * Parsed as browsers do (parse5); read, freed of what is not the article, put in order; and last sanitised.
 *
 * @param body HTML, whole or broken, from whoever wrote the seed
 */
export function clean(header: Header, body: string, outlet: Outlet, options: CleanOptions): Content {
  const { recipe } = outlet;
  const { images, archived, observer = NOBODY } = options;
  const base = header.url;
  const document = parseBody(body, (why) => observer.repaired(`${why}: its text is kept without tags`));
  const root = bodyOf(document);

  const lead = findLead(document, recipe?.lead ?? [], observer.applied);
  const authors = readBylines(document, recipe?.bylines ?? [], observer.applied);
  const when = { archived, dated: header.time !== null };
  const dates = takePublished(document, recipe?.dates ?? [], base, when, observer.removed);
  observer.dates(dates);

  removeNoise(document, recipe, observer);
  revealMailAddresses(root);
  resolvePictures(root, { base, images }, observer.removed);
  const language = languageOf(beginning(root, LANGUAGE_SAMPLE_LENGTH), outlet.language);
  const labels = linkEmbeds(document, { base, rules: recipe?.embeds ?? [], language, observer });
  for (const label of labels) observer.added(label);
  dropRedundantMarks(root, language);
  const captions = findCaptions(document, recipe ?? { captions: [], credits: [] }, observer.applied);

  const named = withoutSuffix(titleText(header.title), recipe, observer.applied);
  const isNoise = textNoise(recipe, observer.removed);
  const flow = reflow(root.children, { title: named, captions, isNoise });
  const { html } = publishable(flow, { base, recipe });
  const says = summaryText(flow, new Set(labels));
  return {
    title: shortened(named, observer) || summarise(says, BEGINNING_LENGTH_MAX) || base,
    html: html !== '' && isRightToLeft(language) ? `<div dir="rtl">${html}</div>` : html,
    summary: summarise(says, SUMMARY_LENGTH_MAX),
    language,
    published: dates.find(({ fault }) => fault === null)?.read ?? null,
    authors,
    picture: leadPicture(root, lead, images),
  };
}

function shortened(title: string, { repaired }: CleanObserver): string {
  if (title.length > TITLE_LENGTH_MAX) {
    repaired(`a title of ${title.length} characters: cut to ${TITLE_LENGTH_MAX}`);
  }
  return summarise(title, TITLE_LENGTH_MAX);
}

/** What the article says first: captions, headings and the names of embeds only where there is nothing else. */
function summaryText(flow: readonly MarkupNode[], labels: ReadonlySet<string>): string {
  const isTold = (block: MarkupNode, text: string): boolean =>
    !/^(?:figure|h\d)$/.test(block.name!) && (labels.size === 0 || !labels.has(text.trim()));
  return firstText(flow, isTold) || firstText(flow, () => true);
}

/** More than enough of the text in `flow` to cut a summary from. */
function firstText(
  flow: readonly MarkupNode[],
  isTold: (block: MarkupNode, text: string) => boolean,
): string {
  let says = '';
  for (const block of flow) {
    const text = lineText(block);
    if (isTold(block, text)) says = oneLine(`${says} ${text}`);
    if (says.length > SUMMARY_LENGTH_MAX * 2) break;
  }
  return says;
}

/** Nearly always one; a tree that a parser would build otherwise takes two. */
const ROUNDS_MAX = 4;

/** Sanitised until what is published is read by a parser as it was written. */
export function publishable(nodes: readonly MarkupNode[], context: SanitiseContext): Sanitised {
  let result = sanitise(nodes, context);
  for (let round = 1; !result.stable && round < ROUNDS_MAX; round += 1) {
    result = sanitise(bodyOf(parseBody(result.html)).children, context);
  }
  return result;
}

/** Outlets write their name behind titles, or did for a while. */
function withoutSuffix(title: string, recipe: Recipe | null, onApplied: (rule: string) => void): string {
  const suffix = recipe?.titleSuffixes.find((each) => title.endsWith(oneLine(each)));
  const rest = suffix === undefined ? '' : title.slice(0, -oneLine(suffix).length).trim();
  if (rest === '') return title;
  onApplied(`titleSuffixes: ${suffix}`);
  return rest;
}

/** `null` where there is none. */
function textNoise(recipe: Recipe | null, removed: OnRemoved): ((text: string) => boolean) | null {
  const patterns = (recipe?.removeText ?? []).map((source) => [source, new RegExp(source, 'u')] as const);
  if (patterns.length === 0) return null;
  return (text) => {
    const found = patterns.find(([, pattern]) => pattern.test(text));
    if (found !== undefined) removed(`removeText: ${found[0]}`, characters(text));
    return found !== undefined;
  };
}
