// Which outlets' feeds are to be composed anew: at a start all of them, unless it is certain that none is.
import { DAY_MS } from './article.ts';
import type { Config } from './config.ts';
import { Heads } from './heads.ts';
import { type Imprint, makersOf, readImprint } from './imprint.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Publisher } from './output/publish.ts';
import type { Rules } from './recipes.ts';
import type { Site } from './site.ts';

export interface DueContext {
  readonly config: Config;
  readonly rules: Rules;
  readonly publisher: Publisher;
  readonly runtime: string;
  readonly now: () => number;
}

export class Due {
  readonly #context: DueContext;
  /** `null` means all. */
  outlets: Set<string> | null = null;
  /** What the first page tells beside feeds has changed. */
  page = false;
  /** Feeds tell of what was withdrawn after this. ms */
  #toldSince = 0;
  /** Something that is published could not be made as it should be, and may be another time. */
  #unsure = false;
  #makers: string | null = null;
  #heads: Heads | null = null;

  constructor(context: DueContext) {
    this.#context = context;
  }

  /** Whether all that is published was made by whoever is at work now, be it from other seeds. */
  madeByThis(site: Site): boolean {
    const { config, rules, publisher, runtime } = this.#context;
    this.#makers ??= makersOf(config, rules, site, runtime);
    return readImprint(publisher.imprint)?.makers === this.#makers;
  }

  /**
   * At the start of a process, or with another configuration. Nothing is due if everything is published as this ledger and
   * whoever is at work now would make it.
   *
   * @returns what the feeds say of themselves, as far as it is known
   */
  async takeUp(ledger: Ledger, site: Site): Promise<Heads> {
    const revision = await ledger.revision();
    const imprint = this.madeByThis(site) ? readImprint(this.#context.publisher.imprint) : null;
    const resumed = imprint?.ledger === revision ? imprint : null;
    if (resumed !== null) {
      this.outlets = new Set();
      this.#toldSince = resumed.toldSince;
    }
    this.#heads = new Heads(site, resumed?.languages ?? {});
    return this.#heads;
  }

  /** Something of these was recorded beside a pass. */
  add(outlets: ReadonlySet<string>): void {
    for (const outlet of outlets) this.outlets?.add(outlet);
  }

  /** Feeds that tell of a withdrawn article for the last time are composed again when it is time to be silent. */
  async addTombstones(ledger: Ledger): Promise<void> {
    const { config, now } = this.#context;
    const until = now() - config.withdrawal.tombstoneDays * DAY_MS;
    const outlets = await ledger.outletsWithdrawnFrom(this.#toldSince, until);
    for (const outlet of outlets) this.outlets?.add(outlet);
    this.#toldSince = until;
  }

  /**
   * All is due if something that is published is lost, or belongs to an outlet that there is no more.
   *
   * @param known all outlets that there are
   * @returns the state of the ledger that is going to be published: what is recorded from now on may not be
   */
  async begin(ledger: Ledger, known: ReadonlyMap<string, unknown>): Promise<string> {
    const revision = await ledger.revision();
    const gone = [...(this.outlets ?? [])].some((outlet) => !known.has(outlet));
    if (gone || this.#context.publisher.lost.size > 0) this.outlets = null;
    return revision;
  }

  /**
   * What was due when it {@link begin | began} is published, but for outlets that are still due.
   *
   * @param unsure whether something of it may be made otherwise another time
   */
  end(revision: string, unsure: boolean): void {
    const { publisher, now } = this.#context;
    this.#unsure = unsure || (this.outlets !== null && this.#unsure);
    this.outlets ??= new Set();
    if (this.outlets.size > 0) return;
    this.page = false;
    if (this.#unsure) return;
    const before = readImprint(publisher.imprint);
    if (before?.ledger === revision && before.makers === this.#makers) return;
    const imprint: Imprint = {
      ledger: revision,
      makers: this.#makers!,
      toldSince: this.#toldSince,
      languages: this.#heads!.languages,
    };
    publisher.stamp(imprint, now());
  }
}
