// A body as archived → the article as its outlet meant it. Each step is a file beside this one.
import type { Content, Header, ImagePolicy, Outlet, Recipe } from '../../article.ts';
import { readBylines } from '../bylines.ts';
import { languageOf, isRightToLeft } from '../language.ts';
import { takePublished } from '../published.ts';
import { oneLine, summarise, titleText } from '../text.ts';
import { findCaptions } from './captions.ts';
import { dropRedundantMarks } from './direction.ts';
import { bodyOf, parseBody } from './dom.ts';
import { linkEmbeds } from './embeds.ts';
import { findLead, leadPicture } from './lead.ts';
import { revealMailAddresses } from './links.ts';
import { characters, lineText, type MarkupNode } from './markup.ts';
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
  const $ = parseBody(body, (why) => observer.repaired(`${why}: its text is kept without tags`));
  const root = bodyOf($);

  const lead = findLead($, recipe?.lead ?? [], observer.applied);
  const authors = readBylines($, recipe?.bylines ?? [], observer.applied);
  const when = { archived, dated: header.time !== null };
  const dates = takePublished($, recipe?.dates ?? [], base, when, observer.removed);
  observer.dates(dates);

  removeNoise($, recipe, observer);
  revealMailAddresses(root);
  resolvePictures(root, { base, images }, observer.removed);
  const language = languageOf(lineText(root), outlet.language);
  const labels = linkEmbeds($, { base, rules: recipe?.embeds ?? [], language, observer });
  for (const label of labels) observer.added(label);
  dropRedundantMarks(root, language);
  const captions = findCaptions($, recipe ?? { captions: [], credits: [] }, observer.applied);

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
  const textOf = (blocks: readonly MarkupNode[]): string => oneLine(blocks.map(lineText).join(' '));
  const told = flow.filter(
    (block) => !/^(?:figure|h\d)$/.test(block.name!) && !labels.has(lineText(block).trim()),
  );
  return textOf(told) || textOf(flow);
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

function textNoise(recipe: Recipe | null, removed: OnRemoved): (text: string) => boolean {
  const patterns = (recipe?.removeText ?? []).map((source) => [source, new RegExp(source, 'u')] as const);
  return (text) => {
    const found = patterns.find(([, pattern]) => pattern.test(text));
    if (found !== undefined) removed(`removeText: ${found[0]}`, characters(text));
    return found !== undefined;
  };
}
