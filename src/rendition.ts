// One article → what is published of it. Read whole, cleaned and rendered once per version of it.
import { hash } from 'node:crypto';
import type { Content, ImagePolicy, Outlet, Rejection } from './article.ts';
import type { SeedReader } from './intake/read.ts';
import { writtenMs } from './intake/walk.ts';
import type { Copy, Ledger, LedgerArticle, Rendition } from './ledger/ledger.ts';
import { NOBODY } from './mill/clean/observer.ts';
import { entryTimes } from './mill/dates.ts';
import { parseSeed } from './mill/parse.ts';
import { renderEntry, sizeOf } from './mill/render/render.ts';
import { linkAddress } from './mill/url.ts';

/** An article of which nothing is kept, or what was made of it before something changed. Plain data: it may go to another thread. */
export interface RenditionJob {
  readonly article: LedgerArticle;
  /** Every seed that holds the article, by the time that places it; left out if there is but one. */
  readonly copies: readonly Copy[];
  /** See {@link RenditionFacts}. */
  readonly source: string;
  readonly rules: string;
  readonly now: number;
}

export interface RenditionTools {
  readonly reader: SeedReader;
  readonly images: ImagePolicy;
  /** An entry larger than this would push too many others out of a feed: it is shown by its summary. */
  readonly entryBytesMax: number;
}

export type RenditionOutcome =
  | {
      readonly kind: 'made';
      readonly rendition: Rendition;
      /** What was beyond a limit, and what became of it. */
      readonly repairs: readonly string[];
    }
  /** Read whole, the seed turns out to be no article: another copy may count. */
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  /** The seed is not what the ledger says: what was made of it before, if anything, stands. */
  | { readonly kind: 'stale'; readonly why: string };

/** Copies of one article beyond this many say nothing more about when its text first appeared. */
const COPIES_READ_MAX = 16;

/** What to make of an article; `null` if what is kept of it still holds, or nothing can be made. */
export async function renditionJob(
  article: LedgerArticle,
  contentRules: string,
  ledger: Pick<Ledger, 'copies'>,
  now: number,
): Promise<RenditionJob | null> {
  const source = `${article.path}\n${article.copies}`;
  const { rendition, broken } = article;
  if (broken !== null || (rendition?.source === source && rendition.rules === contentRules)) return null;
  const copies = article.copies === article.fingerprint ? [] : await ledger.copies(article.id);
  return { article, copies, source, rules: contentRules, now };
}

export async function makeRendition(
  { article, copies, source, rules, now }: RenditionJob,
  outlet: Outlet,
  tools: RenditionTools,
): Promise<RenditionOutcome> {
  const { entryBytesMax } = tools;
  const read = await readContent(article, outlet, tools);
  if (typeof read === 'string') return { kind: 'stale', why: read };
  if ('reason' in read) return { kind: 'rejected', rejection: read };
  const { content, link, repairs } = read;
  const digest = digestOf(content, link);
  const { firstCopy, firstAsNow } = await archived(article, copies, digest, outlet, tools);
  const history = {
    told: content.published,
    firstCopy,
    firstAsNow,
    lastCopy: article.time,
    source,
    digest,
    written: writtenMs(article.fingerprint),
  };
  const { published, updated } = entryTimes(history, article.rendition, now);
  const id = `urn:uuid:${article.uuid}`;
  const entry = { ...content, id, link, published, updated, outlet: outlet.name };
  // Markup may be six times as long as the text it came from: what is too long already is not rendered three times.
  const whole = content.html.length > entryBytesMax ? null : renderEntry(entry);
  const fits = whole !== null && sizeOf(whole) <= entryBytesMax;
  const rendered = fits ? whole : renderEntry({ ...entry, html: '' });
  if (!fits) repairs.push(`an entry of more than ${entryBytesMax} bytes: its summary stands for it`);
  const { title } = content;
  const bytes = sizeOf(rendered);
  return {
    kind: 'made',
    rendition: { source, rules, digest, title, link, published, updated, bytes, entry: rendered },
    repairs,
  };
}

/** A seed, read whole and cleaned; or why it cannot be. */
async function readContent(
  seed: { readonly path: string; readonly fingerprint: string; readonly time: number },
  outlet: Outlet,
  { reader, images }: RenditionTools,
): Promise<{ content: Content; link: string; repairs: string[] } | Rejection | string> {
  const text = reader.whole(seed);
  if (text.kind === 'changed') return 'it has changed since it was indexed';
  if (text.kind === 'unreadable') return text.error.message;
  const parsed = parseSeed(text.text);
  if (parsed.kind === 'rejected') return parsed;
  // Loaded when first needed: a start that finds everything as it was has no use for an HTML parser.
  const { clean } = await import('./mill/clean/clean.ts');
  const repairs: string[] = [];
  const observer = { ...NOBODY, repaired: (what: string) => void repairs.push(what) };
  const content = clean(parsed.header, parsed.body, outlet, { images, archived: seed.time, observer });
  return { content, link: linkAddress(parsed.header.url, outlet.recipe), repairs };
}

/** What a reader sees of an entry. */
function digestOf({ title, html, language, authors }: Content, link: string): string {
  return hash('sha256', JSON.stringify([title, link, html, language, authors]), 'base64url');
}

/** When the article was first archived, and when first as it reads now: in this copy or an earlier one. */
async function archived(
  article: LedgerArticle,
  copies: readonly Copy[],
  digest: string,
  outlet: Outlet,
  tools: RenditionTools,
): Promise<{ firstCopy: number; firstAsNow: number }> {
  const { time } = article;
  const earlier = copies.filter((copy) => copy.time < time && copy.path !== article.path);
  const firstCopy = earlier[0]?.time ?? time;
  for (const copy of earlier.slice(0, COPIES_READ_MAX)) {
    const read = await readContent(copy, outlet, tools);
    if (typeof read === 'string' || 'reason' in read) continue;
    if (digestOf(read.content, read.link) === digest) return { firstCopy, firstAsNow: copy.time };
  }
  return { firstCopy, firstAsNow: time };
}
