// `check --explain`: what becomes of one seed, and by which rule, for whoever writes a recipe.
import type { Content, Header, Identity, ImagePolicy, Outlet, Recipe } from './article.ts';
import { clean } from './mill/clean/clean.ts';
import { bodyOf, parseBody } from './mill/clean/dom.ts';
import { isBlank, lineText, type MarkupNode } from './mill/clean/markup.ts';
import type { CleanObserver } from './mill/clean/observer.ts';
import type { Outlets } from './mill/outlet.ts';
import { parseSeed } from './mill/parse.ts';
import type { DateFinding } from './mill/published.ts';
import { renderEntry } from './mill/render/render.ts';
import { oneLine } from './mill/text.ts';
import { linkAddress } from './mill/url.ts';

export interface ExplainContext {
  readonly outlets: Outlets;
  readonly images: ImagePolicy;
  /** When the file was last written: the time of an article whose header has none. ms */
  readonly written: number;
  readonly now: number;
}

/** @param text of a seed that is an article, identified as `identity`; @returns lines */
export function explainSeed(text: string, identity: Identity, context: ExplainContext): string[] {
  const seed = parseSeed(text);
  if (seed.kind === 'rejected') throw new TypeError(`not an article: ${seed.detail}`);
  const { header, body } = seed;
  const outlet = context.outlets.byId(identity.outlet);
  const archived = Math.min(header.time ?? context.written, context.now);
  const told = new Told();
  const content = clean(header, body, outlet, { images: context.images, archived, observer: told });
  const lengths = {
    source: lengthOf(body),
    removed: told.removals.reduce((sum, { text: said }) => sum + visible(said).length, 0),
    added: visible(told.words.join('')).length,
    entry: lengthOf(content.html),
  };
  return [
    ...identityLines(header, identity, outlet),
    ...dateLines(header, content, told.findings, outlet, archived),
    ...contentLines(content, outlet),
    ...ruleLines(told, outlet),
    field(
      'text',
      `${lengths.source} characters, ${lengths.removed} removed, ${lengths.added} added, ${lengths.entry} in the entry`,
    ),
    ...told.repairs.map((repair) => field('repaired', repair)),
    ...warnings(content, told.findings, outlet, lengths).map((warning) => field('warning', warning)),
    'entry (line breaks added):',
    ...entryLines(content, header, identity, outlet, archived),
    '',
  ];
}

/** What the steps of cleaning tell. */
class Told implements CleanObserver {
  findings: readonly DateFinding[] = [];
  readonly removals: { rule: string; text: string; shown: string }[] = [];
  readonly rules = new Set<string>();
  readonly words: string[] = [];
  readonly repairs: string[] = [];

  dates = (found: readonly DateFinding[]): void => void (this.findings = found);
  added = (text: string): void => void this.words.push(text);
  repaired = (what: string): void => void this.repairs.push(what);
  applied = (rule: string): void => void this.rules.add(rule);
  removed = (rule: string, node: MarkupNode): void => {
    const text = oneLine(lineText(node));
    this.rules.add(rule);
    this.removals.push({ rule, text, shown: text || tagOf(node) });
  };
}

/** What has no text is known by its tag. */
function tagOf({ name = '', attribs = {} }: MarkupNode): string {
  const attributes = Object.entries(attribs).map(([key, value]) => ` ${key}="${value}"`);
  return `<${name}${attributes.join('')}>`;
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(11)}${value}`;
}

function identityLines(header: Header, identity: Identity, outlet: Outlet): string[] {
  return [
    field('address', header.url),
    field('canonical', identity.canonical),
    field('key', identity.key.toString('hex')),
    field('id', `urn:uuid:${identity.uuid}, unless it has been published under another`),
    field(
      'outlet',
      `${outlet.id} (${outlet.name}), ${outlet.recipe ? 'by its recipe' : 'which has no recipe'}`,
    ),
  ];
}

function dateLines(
  header: Header,
  { published }: Content,
  findings: readonly DateFinding[],
  { recipe }: Outlet,
  archived: number,
): string[] {
  const trusted = findings.find(({ fault }) => fault === null);
  const origin =
    trusted === undefined
      ? 'the time at which it was archived'
      : `${JSON.stringify(trusted.text)}, by ${ruleName(trusted, recipe)}`;
  const faulty = findings.slice(0, trusted?.rule ?? findings.length);
  return [
    field('header', header.time === null ? 'no time; the file’s is used' : iso(header.time)),
    field('published', `${iso(published ?? archived)}: ${origin}`),
    ...faulty.map((found) => field('', `not by ${ruleName(found, recipe)}: ${faultOf(found, archived)}`)),
  ];
}

function faultOf({ fault, text, read }: DateFinding, archived: number): string {
  const written = JSON.stringify(excerpt(text));
  const meant = read === null ? '' : `${written} is ${iso(read)}, `;
  switch (fault) {
    case 'not asked':
      return 'the header has a time';
    case 'nothing there':
      return 'nothing is there';
    case 'no such date':
      return `${written} is no date of this form`;
    case 'in no calendar':
      return `${written} is in no calendar`;
    case 'too late': {
      const hours = ((read! - archived) / 3_600_000).toFixed(1);
      return `${meant}${hours} h after the header’s time; is its zone another?`;
    }
    case 'too early':
      return `${meant}before there were such articles`;
    case 'other day':
      return `${meant}which is not on the day that is named`;
    case null:
      return '';
  }
}

function ruleName({ rule }: DateFinding, recipe: Outlet['recipe']): string {
  const { select, attribute, form, zone } = recipe!.dates[rule]!;
  const where = select === null ? 'the address' : select + (attribute === null ? '' : ` [${attribute}]`);
  return `dates: ${where}, ${form}${zone === null ? '' : ` ${zone}`}`;
}

function contentLines({ title, language, authors, picture, summary }: Content, { name }: Outlet): string[] {
  const size = picture?.width && picture.height ? `, ${picture.width}×${picture.height}` : '';
  return [
    field('title', title),
    field('language', language),
    field('authors', [...authors, name].join(', ')),
    field('picture', picture === null ? 'none' : `${picture.url} (${picture.type ?? 'type unknown'}${size})`),
    field('summary', summary),
  ];
}

const EXCERPT_LENGTH = 60;
const EXCERPTS = 3;

function excerpt(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}

/** Each rule that removed something, with how often and what; then those of the recipe that found nothing. */
function ruleLines({ removals, rules }: Told, { recipe }: Outlet): string[] {
  const byRule = Map.groupBy(removals, ({ rule }) => rule);
  const lines = [...byRule].map(([rule, found]) => {
    const shown = found.slice(0, EXCERPTS).map((each) => excerpt(each.shown));
    return field(
      'removed',
      `${found.length} × ${rule}: ${shown.join(' ¦ ')}${found.length > EXCERPTS ? ' ¦ …' : ''}`,
    );
  });
  const idle = recipe === null ? [] : rulesOf(recipe).filter((rule) => !rules.has(rule));
  return [...lines, ...idle.map((rule) => field('no effect', rule))];
}

/** As they are named to an observer; dates are told of by themselves. */
function rulesOf(recipe: Recipe): string[] {
  const keys = [
    'lead',
    'captions',
    'credits',
    'remove',
    'unwrap',
    'removeLinkLists',
    'removeText',
    'titleSuffixes',
  ] as const;
  return [
    ...recipe.bylines.map(({ select }) => `bylines: ${select}`),
    ...recipe.embeds.map(({ select, attribute }) => `embeds: ${select} [${attribute}]`),
    ...keys.flatMap((key) => recipe[key].map((each) => `${key}: ${each}`)),
  ];
}

function warnings(
  { html, published, picture }: Content,
  findings: readonly DateFinding[],
  { recipe }: Outlet,
  { source, entry, removed, added }: { source: number; entry: number; removed: number; added: number },
): string[] {
  const found: string[] = [];
  if (entry === 0) found.push(html === '' ? 'nothing is left of the body' : 'no text is left');
  else if (recipe !== null && removed > source / 2) found.push('more than half of the text was removed');
  const asked = findings.some(({ fault }) => fault !== 'not asked');
  if (published === null && asked) found.push('no rule finds a date to trust; the time of archiving is used');
  if (picture === null) found.push('no picture');
  const lost = source - removed + added - entry;
  if (lost > 0) found.push(`${lost} characters are neither in the entry nor removed by a rule`);
  return found;
}

function entryLines(
  content: Content,
  header: Header,
  identity: Identity,
  outlet: Outlet,
  archived: number,
): string[] {
  const xml = renderEntry({
    ...content,
    id: `urn:uuid:${identity.uuid}`,
    link: linkAddress(header.url, outlet.recipe),
    published: Math.min(content.published ?? archived, archived),
    updated: archived,
    outlet: outlet.name,
  });
  return xml.atom
    .toString()
    .replace(/<\/(?:p|h[1-6]|ul|ol|dl|blockquote|figure|table|pre|details|aside|video|audio)>|<hr>/g, '$&\n')
    .replace(/\n(?: *\n)+/g, '\n')
    .split('\n')
    .map((line) => `  ${line.replace(/^ {8}/, '').trimEnd()}`);
}

function lengthOf(html: string): number {
  return visible(lineText(bodyOf(parseBody(html)))).length;
}

/** Without white space, and what nobody sees. */
function visible(text: string): string {
  return Array.from(text, (character) => (isBlank(character) ? '' : character)).join('');
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
