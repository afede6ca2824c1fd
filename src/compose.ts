// The second half of a pass: the ledger's newest articles → feeds and the page.
//
// Only what a feed shows is read whole and cleaned; the ledger keeps what was made of it.
import { type Document, FORMATS, type Outlet, type RenderedEntry } from './article.ts';
import { feedPath, Heads, type Site } from './heads.ts';
import type { Ledger, LedgerArticle, Rendition, RenditionFacts, SeedChange } from './ledger/ledger.ts';
import { renderOpml, OPML_PATH } from './mill/render/opml.ts';
import { collectGarbage } from './memory.ts';
import { headSize, renderDocument, SEPARATOR_SIZE, sizeOf, withSource } from './mill/render/render.ts';
import { Window, type WindowLimits } from './mill/window.ts';
import { type Made, PageComposer } from './page-composer.ts';
import { renderArticle, type RenditionContext } from './rendition.ts';
import { Turns } from './turns.ts';

export interface ComposeContext extends RenditionContext {
  readonly ledger: Ledger;
  readonly site: Site;
  readonly window: WindowLimits;
  /** How many of the seeds rejected lately the first page names. */
  readonly rejectedShown: number;
  /** The bytes that are published under a path. */
  readonly published: (path: string) => Buffer | undefined;
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

/** An entry as a feed is to show it. */
interface Shown {
  readonly article: LedgerArticle;
  readonly rendition: RenditionFacts;
  readonly key: string;
  readonly source: RenderedEntry | null;
}

/** Lives as long as the process. */
export class Composer {
  readonly #context: ComposeContext;
  readonly #heads: Heads;
  readonly #pages: PageComposer;

  constructor(context: ComposeContext) {
    this.#context = context;
    this.#heads = new Heads(context.site);
    this.#pages = new PageComposer(context, this.#heads);
  }

  /**
   * @param only the outlets whose feeds to compose; all if left out, as the first time must be.
   *   The merged feed and the first page always are
   */
  async compose(now: number, only?: ReadonlySet<string>): Promise<Composed> {
    const { ledger, rules } = this.#context;
    const findings: Findings = { stale: new Set(), rejected: new Map() };
    const tally = await ledger.tally();
    const ids = [...tally.outlets.keys()].sort();
    const documents: Document[] = [];
    for (const id of ids) {
      if (only !== undefined && !only.has(id)) continue;
      const outlet = rules.outlets.byId(id);
      const made = await this.#feed(outlet, now, findings);
      documents.push(...made.documents, ...(await this.#pages.outlet(outlet, tally, made)));
      if (only === undefined) collectGarbage();
    }
    const merged = await this.#feed(null, now, findings);
    documents.push(...merged.documents, this.#opml(ids), ...(await this.#pages.first(ids, tally, merged)));
    return { documents, stale: [...findings.stale], rejected: [...findings.rejected.values()] };
  }

  /** One feed's documents, an outlet's or the merged one's: the same entries in every format. */
  async #feed(outlet: Outlet | null, now: number, findings: Findings): Promise<Made> {
    const { ledger, rules, window: limits } = this.#context;
    const id = outlet?.id ?? null;
    const window = new Window(limits, headSize(this.#heads.of(outlet)));
    const made = new Map<number, Rendition>();
    const shown: Shown[] = [];
    const sourceOf = this.#heads.sources();
    const turns = new Turns();
    for (const article of await ledger.newest(id, limits.entries)) {
      await turns.next();
      this.#context.signal.throwIfAborted();
      const rendition = await this.#rendition(article, now, made, findings);
      if (rendition === null) continue;
      const source = outlet === null ? sourceOf(rules.outlets.byId(article.outlet)) : null;
      if (!window.admits(rendition.bytes + (source === null ? 0 : sizeOf(source)) + SEPARATOR_SIZE)) break;
      const key = `${article.uuid} ${rendition.digest} ${rendition.updated}`;
      shown.push({ article, rendition, key, source });
    }
    await ledger.saveRenditions(made);
    const kept = await ledger.entries(shown.map(({ article }) => article.id).filter((key) => !made.has(key)));
    const rendered = shown.map(({ article: { id: key } }) => made.get(key)?.entry ?? kept.get(key)!);
    const entries = shown.map(({ key, source }, i) => {
      return { key, entry: source === null ? rendered[i]! : withSource(rendered[i]!, source) };
    });
    // A feed is as new as its newest entry, never as the time of the build.
    const updated =
      shown.length > 0
        ? Math.max(...shown.map(({ rendition }) => rendition.updated))
        : await ledger.lastWithdrawal(id);
    if (outlet !== null) this.#heads.remember(outlet, updated, rendered);
    const head = { ...this.#heads.of(outlet), updated };
    const documents = FORMATS.map((format) => {
      const path = `${feedPath(id)}.${format}`;
      return this.#once({ path, ...renderDocument(format, head, entries) });
    });
    return { documents, updated, shown: shown.map((each, i) => ({ ...each, entry: rendered[i]! })) };
  }

  /** What is published already is not held twice. */
  #once(document: Document): Document {
    const body = this.#context.published(document.path);
    return body?.equals(document.body) === true ? { ...document, body } : document;
  }

  #opml(ids: readonly string[]): Document {
    const feeds = [null, ...ids.map((id) => this.#context.rules.outlets.byId(id))];
    const body = renderOpml(
      this.#context.site.title,
      feeds.map((outlet) => this.#heads.of(outlet)),
    );
    return { path: OPML_PATH, body };
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
}
