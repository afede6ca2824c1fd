// The second half of a pass: the ledger's newest articles → feeds and the page.
//
// Only what a feed shows is read whole and cleaned; the ledger keeps what was made of it.
import type { Document, Outlet } from './article.ts';
import type { Ledger, LedgerArticle, Rendition, RenditionFacts, SeedChange, Tally } from './ledger/ledger.ts';
import { type FeedHead, renderDocument, renderSource, withSource } from './mill/render.ts';
import { urlUuid } from './mill/url.ts';
import { Window, type WindowLimits } from './mill/window.ts';
import { type PageHeadline, renderPage } from './output/page.ts';
import { renderArticle, type RenditionContext } from './rendition.ts';
import { Turns } from './turns.ts';

export interface Site {
  /** What feed ids are derived from; permanent. */
  readonly id: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly title: string;
  /** BCP 47, of the merged feed. */
  readonly language: string;
  readonly version: string;
}

export interface ComposeContext extends RenditionContext {
  readonly ledger: Ledger;
  readonly site: Site;
  readonly window: WindowLimits;
  /** Ends it between two articles; nothing is published then. */
  readonly signal: AbortSignal;
  /** An article could not be made an entry, and stands as it was or not at all. */
  readonly onTrouble: (path: string, why: string) => void;
}

export interface Composed {
  readonly documents: readonly Document[];
  /** Seeds that are not (any more) what the ledger says. */
  readonly stale: readonly string[];
  /** Seeds that turned out to be no articles when they were read whole. Once recorded, compose again. */
  readonly rejected: readonly RejectedChange[];
}

export type RejectedChange = Extract<SeedChange, { kind: 'rejected' }>;

/** What turns up while composing. */
interface Findings {
  readonly stale: Set<string>;
  readonly rejected: Map<string, RejectedChange>;
}

const HEADLINES = 20;

/** The path of a feed, without its extension, under which it is published in every format. */
function feedPath(outlet: string | null): string {
  return outlet === null ? 'feed' : `outlets/${outlet}`;
}

/** Lives as long as the process: it remembers when each outlet's feed last changed. */
export class Composer {
  readonly #context: ComposeContext;
  readonly #updated = new Map<string, number>();

  constructor(context: ComposeContext) {
    this.#context = context;
  }

  /**
   * @param only the outlets whose feeds to compose; all if left out, as the first time must be.
   *   The merged feed and the page always are
   */
  async compose(now: number, only?: ReadonlySet<string>): Promise<Composed> {
    const { ledger, rules } = this.#context;
    const findings: Findings = { stale: new Set(), rejected: new Map() };
    const tally = await ledger.tally();
    const ids = [...tally.outlets.keys()].sort();
    const documents: Document[] = [];
    for (const id of ids) {
      if (only !== undefined && !only.has(id)) continue;
      documents.push(await this.#feed(rules.outlets.byId(id), now, findings));
    }
    documents.push(await this.#feed(null, now, findings), await this.#page(ids, tally));
    return { documents, stale: [...findings.stale], rejected: [...findings.rejected.values()] };
  }

  /** One feed's document: an outlet's, or the merged one. */
  async #feed(outlet: Outlet | null, now: number, findings: Findings): Promise<Document> {
    const { ledger, window: limits } = this.#context;
    const id = outlet?.id ?? null;
    const head = this.#head(outlet);
    const window = new Window(limits, renderDocument(head, []).length);
    const made = new Map<number, Rendition>();
    const shown: { article: number; updated: number; source: string }[] = [];
    const turns = new Turns();
    for (const article of await ledger.newest(id, limits.entries)) {
      await turns.next();
      this.#context.signal.throwIfAborted();
      const rendition = await this.#rendition(article, now, made, findings);
      if (rendition === null) continue;
      const source = outlet === null ? this.#source(article.outlet) : '';
      if (!window.admits(rendition.bytes + Buffer.byteLength(source) + 1)) break;
      shown.push({ article: article.id, updated: rendition.updated, source });
    }
    await ledger.saveRenditions(made);
    const kept = await ledger.entries(shown.map(({ article }) => article).filter((key) => !made.has(key)));
    const entries = shown.map(({ article, source }) => {
      const atom = made.get(article)?.atom ?? kept.get(article)!;
      return source === '' ? atom : withSource(atom, source);
    });
    // A feed is as new as its newest entry, never as the time of the build.
    const updated =
      shown.length > 0 ? Math.max(...shown.map((entry) => entry.updated)) : await ledger.lastWithdrawal(id);
    if (id !== null) this.#updated.set(id, updated);
    return { path: `${feedPath(id)}.atom`, body: renderDocument({ ...head, updated }, entries) };
  }

  async #rendition(
    article: LedgerArticle,
    now: number,
    made: Map<number, Rendition>,
    findings: Findings,
  ): Promise<RenditionFacts | null> {
    try {
      const outcome = await renderArticle(article, this.#context, now);
      if (outcome.kind === 'made') {
        made.set(article.id, outcome.rendition);
        return outcome.rendition;
      }
      if (outcome.kind === 'kept') return outcome.facts;
      const { path, fingerprint } = article;
      if (outcome.kind === 'rejected') {
        const { rejection } = outcome;
        findings.rejected.set(path, { kind: 'rejected', path, fingerprint, rejection });
      } else {
        findings.stale.add(path);
        this.#context.onTrouble(path, outcome.why);
      }
      return article.rendition;
    } catch (error) {
      // One article, however odd, never stops the others.
      this.#context.onTrouble(article.path, (error as Error).stack ?? String(error));
      return article.rendition;
    }
  }

  #head(outlet: Outlet | null): FeedHead {
    const { site } = this.#context;
    const path = feedPath(outlet?.id ?? null);
    return {
      id: `urn:uuid:${urlUuid(`${site.id.replace(/\/+$/, '')}/${path}`)}`,
      title: outlet?.name ?? site.title,
      self: `${site.baseUrl}/${path}.atom`,
      alternate: outlet?.home ?? `${site.baseUrl}/`,
      language: outlet?.language ?? site.language,
      updated: (outlet && this.#updated.get(outlet.id)) ?? 0,
      version: site.version,
    };
  }

  #source(outlet: string): string {
    return renderSource(this.#head(this.#context.rules.outlets.byId(outlet)));
  }

  async #page(ids: readonly string[], tally: Tally): Promise<Document> {
    const { ledger, rules, site } = this.#context;
    const { title, language } = site;
    const merged = { title, path: `${feedPath(null)}.atom`, articles: tally.articles, language };
    const outlets = ids.map((id) => {
      const outlet = rules.outlets.byId(id);
      const articles = tally.outlets.get(id)!;
      return {
        title: outlet.name,
        path: `${feedPath(id)}.atom`,
        articles,
        language: outlet.language ?? 'und',
      };
    });
    const headlines: PageHeadline[] = [];
    for (const { outlet: id, rendition } of await ledger.newest(null, HEADLINES)) {
      if (rendition === null) continue;
      const outlet = rules.outlets.byId(id);
      const { title: headline, link, published } = rendition;
      headlines.push({
        title: headline,
        link,
        published,
        outlet: outlet.name,
        language: outlet.language ?? language,
      });
    }
    return renderPage(title, [merged, ...outlets], headlines);
  }
}
