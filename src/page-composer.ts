// What the ledger and the feeds hold → the pages for people.
import { dayOf, type Document, type Outlet, type RenderedEntry } from './article.ts';
import type { Heads } from './heads.ts';
import { feedPath } from './output/paths.ts';
import type { Ledger, LedgerArticle, RenditionFacts, Tally } from './ledger/ledger.ts';
import { CHART_DAYS, type ChartData } from './pages/chart.ts';
import {
  type Headline,
  type PageFeed,
  type PageOutlet,
  type Reading,
  renderFirstPage,
  renderOutletPage,
} from './pages/pages.ts';
import { ASSET_DOCUMENTS } from './pages/templates.ts';
import type { Rules } from './recipes.ts';
import type { Site } from './site.ts';

export interface PageContext {
  readonly ledger: Pick<Ledger, 'articlesPerDay' | 'rejectedLately'>;
  readonly rules: Rules;
  readonly site: Site;
  /** Whether the first page names seeds that were rejected lately. */
  readonly showsRejected: boolean;
}

/** What a page tells of a feed: what it shows, the newest first. */
export interface PageContent {
  readonly updated: number;
  readonly shown: readonly ShownEntry[];
}

export interface ShownEntry {
  /** See `KeyedEntry` in src/mill/render/render.ts. */
  readonly key: string;
  readonly article: LedgerArticle;
  readonly rendition: RenditionFacts;
  readonly entry: RenderedEntry;
}

const HEADLINES = 20;
const REJECTED_MAX = 10;

/** The feeds that it is given have been composed, and with them what only their entries tell. */
export class PageComposer {
  readonly #context: PageContext;
  readonly #heads: Heads;

  constructor(context: PageContext, heads: Heads) {
    this.#context = context;
    this.#heads = heads;
  }

  /** The first page, and what all pages use. */
  async first(ids: readonly string[], tally: Tally, content: PageContent): Promise<Document[]> {
    const { ledger, rules, site, showsRejected } = this.#context;
    const outlets = ids.map((id) => ({ id, ...this.#feed(rules.outlets.byId(id), tally) }));
    const pages = renderFirstPage(site, {
      ...(await this.#reading(null, content)),
      feed: this.#feed(null, tally),
      outlets,
      rejected: showsRejected ? await ledger.rejectedLately(REJECTED_MAX) : [],
    });
    return [...pages, ...ASSET_DOCUMENTS];
  }

  async outlet(outlet: Outlet, tally: Tally, content: PageContent): Promise<Document[]> {
    const { id, home } = outlet;
    const reading = await this.#reading(id, content);
    return renderOutletPage(this.#context.site, { id, home, feed: this.#feed(outlet, tally), ...reading });
  }

  #feed(outlet: Outlet | null, tally: Tally): PageFeed {
    return {
      title: outlet?.name ?? this.#context.site.title,
      language: this.#heads.languageOf(outlet),
      path: feedPath(outlet?.id ?? null),
      articles: outlet === null ? tally.articles : tally.outlets.get(outlet.id)!,
    };
  }

  async #reading(outlet: string | null, { updated, shown }: PageContent): Promise<Reading> {
    const headlines = shown.slice(0, HEADLINES).map((each) => this.#headline(each));
    return { updated, headlines, days: await this.#days(outlet, shown) };
  }

  #headline({ article, rendition: { title, link, published }, entry }: ShownEntry): Headline {
    const { id, name } = this.#context.rules.outlets.byId(article.outlet);
    const outlet: PageOutlet = { id, name, language: this.#languageOf(article.outlet) };
    // An item that was never rendered tells nothing.
    const item = entry.json.length === 0 ? {} : (JSON.parse(entry.json.toString()) as Item);
    const { image = null, language = outlet.language } = item;
    return { title, link, published, language, picture: image, outlet };
  }

  /** The days that end with the newest article's: the clock has no part in it. */
  async #days(outlet: string | null, shown: readonly ShownEntry[]): Promise<ChartData | null> {
    if (shown.length === 0) return null;
    const last = dayOf(shown[0]!.article.time);
    return { last, days: await this.#context.ledger.articlesPerDay(outlet, last - CHART_DAYS + 1, last) };
  }

  #languageOf(outlet: string): string {
    return this.#heads.languageOf(this.#context.rules.outlets.byId(outlet));
  }
}

/** What a headline needs of an item of JSON Feed. */
interface Item {
  readonly image?: string;
  readonly language?: string;
}
