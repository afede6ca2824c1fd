// Articles of the ledger → their entries: what was made of them before, or is made now.
import type { RenderedEntry } from './article.ts';
import type { Ledger, LedgerArticle, NewRendition, RenditionFacts, SeedChange } from './ledger/ledger.ts';
import type { Readers } from './readers/readers.ts';
import type { Rules } from './recipes.ts';
import { renditionJob, type RenditionOutcome } from './rendition.ts';
import { Turns } from './turns.ts';

export interface EntriesContext {
  readonly ledger: Ledger;
  readonly readers: Pick<Readers, 'render' | 'entryBytesMax'>;
  readonly rules: Rules;
  /** An article could not be made an entry, and stands as it was or not at all. */
  readonly onTrouble: (path: string, why: string) => void;
  /** Something of an article was beyond a limit, and what became of it. */
  readonly onRepaired: (path: string, what: string) => void;
}

export type RejectedChange = Extract<SeedChange, { kind: 'rejected' }>;

/** As much as is written before anything else gets its turn, in each format. bytes */
const SAVED_AT_ONCE = 131_072;

/** What turns up while entries are made. */
export class Findings {
  /** Seeds that are not (any more) what the ledger says. */
  readonly stale = new Set<string>();
  /** Something could not be made that may be another time. */
  unsure = false;
  /** Seeds that turned out to be no articles when they were read whole. */
  readonly #rejected = new Map<string, RejectedChange>();

  get rejected(): readonly RejectedChange[] {
    return [...this.#rejected.values()];
  }

  reject(change: RejectedChange): void {
    this.#rejected.set(change.path, change);
  }
}

/** Of one document or feed. */
export class Entries {
  readonly #context: EntriesContext;
  readonly #findings: Findings;
  readonly #now: number;
  readonly #made = new Map<number, NewRendition>();
  /** By article. */
  readonly #begun = new Map<number, Promise<RenditionOutcome | null>>();
  readonly #turns = new Turns();

  constructor(context: EntriesContext, findings: Findings, now: number) {
    this.#context = context;
    this.#findings = findings;
    this.#now = now;
  }

  /** Makes what is not kept of these, to be asked for by {@link facts} soon. */
  begin(articles: readonly LedgerArticle[]): void {
    for (const article of articles) {
      const outcome = this.#make(article);
      // It may never be asked for.
      outcome.catch(() => {});
      this.#begun.set(article.id, outcome);
    }
  }

  /** What came of an article that has begun to be made; `null` if nothing can be shown of it. */
  async facts(article: LedgerArticle): Promise<RenditionFacts | null> {
    try {
      const outcome = await this.#begun.get(article.id)!;
      this.#begun.delete(article.id);
      // Nothing has changed since it was made; or its seed is known to be broken.
      if (outcome === null) return article.rendition;
      if (outcome.kind === 'made') {
        this.#made.set(article.id, { ...outcome.rendition, before: article.rendition?.source ?? null });
        for (const what of outcome.repairs) this.#context.onRepaired(article.path, what);
        return outcome.rendition;
      }
      const { path, fingerprint } = article;
      if (outcome.kind === 'rejected') {
        const { rejection } = outcome;
        this.#findings.reject({ kind: 'rejected', path, fingerprint, rejection });
      } else {
        this.#findings.stale.add(path);
        this.#findings.unsure = true;
        this.#context.onTrouble(path, outcome.why);
      }
      return article.rendition;
    } catch (error) {
      // One article, however odd, never stops the others.
      this.#findings.unsure = true;
      this.#context.onTrouble(article.path, (error as Error).stack ?? String(error));
      return article.rendition;
    }
  }

  async #make(article: LedgerArticle): Promise<RenditionOutcome | null> {
    const { ledger, readers, rules } = this.#context;
    const content = `${rules.content(rules.outlets.byId(article.outlet))} ${readers.entryBytesMax}`;
    const job = await renditionJob(article, content, ledger, this.#now);
    return job === null ? null : readers.render(job);
  }

  /** Keeps what was made, so that it is not made again. */
  async save(): Promise<void> {
    await this.#save(this.#made);
  }

  /** The same behind a window, where no more than before is kept: but when an article changed is told once. */
  async saveAnew(): Promise<void> {
    await this.#save([...this.#made].filter(([, { before }]) => before !== null));
  }

  async #save(renditions: Iterable<readonly [number, NewRendition]>): Promise<void> {
    const { ledger } = this.#context;
    let portion = new Map<number, NewRendition>();
    let bytes = 0;
    for (const [article, rendition] of renditions) {
      if (bytes >= SAVED_AT_ONCE) {
        await ledger.saveRenditions(portion);
        await this.#turns.over();
        portion = new Map();
        bytes = 0;
      }
      portion.set(article, rendition);
      bytes += rendition.bytes;
    }
    if (portion.size > 0) await ledger.saveRenditions(portion);
  }

  /** The entries of articles of which there are {@link facts}, by their ids. */
  async rendered(ids: readonly number[]): Promise<ReadonlyMap<number, RenderedEntry>> {
    const kept = await this.#context.ledger.entries(ids.filter((id) => !this.#made.has(id)));
    return new Map(ids.map((id) => [id, this.#made.get(id)?.entry ?? kept.get(id)!]));
  }
}
