// One pass after another: seeds → ledger → entries → documents → files and snapshot.
import type { Archive } from './archive.ts';
import { Composer } from './compose.ts';
import { DAY_MS, type Format } from './article.ts';
import { Due } from './due.ts';
import { lookAgainAt } from './gather.ts';
import type { Heads } from './heads.ts';
import { Haste } from './haste.ts';
import { EVERYTHING, type LookRequest } from './intake/requests.ts';
import { LedgerKeeper } from './ledger/keeper.ts';
import { type Ledger, LedgerUnreadableError, type Stock } from './ledger/ledger.ts';
import { ledgerFileIn } from './ledger/open.ts';
import type { Subscriptions } from './ledger/subscriptions.ts';
import type { Log } from './log.ts';
import { Looks, type LooksOptions } from './looks.ts';
import { losesTooMuch } from './loss.ts';
import { BusyError, type MadeDocument } from './output/on-demand.ts';
import type { ArchiveName } from './output/paths.ts';
import type { Publisher } from './output/publish.ts';
import { letGarbageWait } from './memory.ts';
import { bytesOf } from './output/store.ts';
import type { Progress } from './progress.ts';
import { Provisional } from './provisional.ts';
import { attempted, publish, type PublicationContext } from './publication.ts';
import { Readers } from './readers/readers.ts';
import { type PassResult, Troubles } from './report.ts';
import type { Site } from './site.ts';

export interface PipelineOptions extends LooksOptions {
  readonly log: Log;
  readonly publisher: Publisher;
  /** What the program runs with. */
  readonly runtime: string;
  /** See {@link Provisional}. ms */
  readonly provisionalAfterMs?: number;
  /** Shows how far a pass has come, for as long as it lasts. */
  readonly show?: ((progress: Progress) => Disposable) | undefined;
}

/** The note that something has been published from this ledger. */
const PUBLISHED = 'published';

export class Pipeline implements AsyncDisposable {
  readonly #options: PipelineOptions;
  readonly ledgerFile: string;
  readonly #keeper: LedgerKeeper;
  readonly #readers: Readers;
  readonly #looks: Looks;
  readonly #troubles: Troubles;
  #stock: Stock = { outlets: new Map(), articles: 0, seeds: 0, rejected: 0, missing: 0, newest: null };
  readonly #haste: Haste;
  #composer: Composer | null = null;
  readonly #due: Due;

  /** @throws LedgerRefusedError */
  constructor(options: PipelineOptions) {
    const { config, rules, log, now } = options;
    this.#options = options;
    this.#due = new Due(options);
    this.#haste = new Haste(options.asked);
    this.#troubles = new Troubles(log);
    this.ledgerFile = ledgerFileIn(config.data);
    const { seeds, seedBytesMax, images, window } = config;
    this.#readers = new Readers(
      { seeds, seedBytesMax, images, entryBytesMax: window.bytes / 2 },
      rules.recipes,
      rules.outlets,
      (why) => log.warn({ why }, 'others do its work'),
    );
    this.#looks = new Looks(options, this.#readers);
    this.#keeper = new LedgerKeeper(this.ledgerFile, now, (why, aside) => {
      log.error({ why, aside }, 'the ledger was unreadable: set aside, and rebuilt from the seeds');
    });
  }

  /** Finds out how much there is, before the first pass does. */
  async count(): Promise<void> {
    const newest = (await this.#ledger.newest(null, 1))[0]?.time ?? null;
    this.#stock = { ...(await this.#ledger.tally()), newest };
  }

  madeByThis(site: Site): boolean {
    return this.#due.madeByThis(site);
  }

  get stock(): Stock {
    return this.#stock;
  }

  /** `null` before the first pass. */
  get archive(): Archive | null {
    return this.#composer?.archive ?? null;
  }

  /** A document of an archive, `null` if there is none. @throws BusyError before the first pass */
  async archived(name: ArchiveName, format: Format): Promise<MadeDocument | null> {
    // That pass finds out what the feeds say of themselves.
    if (this.#composer === null || this.#due.outlets === null)
      throw new BusyError('the first pass is under way');
    const made = await this.#composer.archive.documents(name, [format], this.#options.now());
    return made?.[0] ?? null;
  }

  /** Of the ledger as it is now: a damaged one is replaced. */
  get subscriptions(): Subscriptions {
    return this.#ledger.subscriptions;
  }

  /**
   * Does what is asked for, end to end. A damaged ledger is replaced, and filled from all the seeds.
   *
   * @returns `null` if a look at everything has given way to files that have come: it goes on when it is asked for again,
   *   and what it has found so far is published with them
   */
  async pass(request: LookRequest, site: Site): Promise<PassResult | null> {
    let damage: LedgerUnreadableError | null = null;
    try {
      if (this.#keeper.isOpen) return await this.#pass(request, site);
    } catch (error) {
      await this.#looks.drop();
      if (!(error instanceof LedgerUnreadableError)) throw error;
      damage = error;
    }
    this.#composer = null;
    this.#due.outlets = null;
    await this.#keeper.replace(damage);
    return this.#pass(EVERYTHING, site);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks.drop();
    this.#readers[Symbol.dispose]();
    await this.#keeper[Symbol.asyncDispose]();
  }

  get #ledger(): Ledger {
    return this.#keeper.ledger;
  }

  async #pass(request: LookRequest, site: Site): Promise<PassResult | null> {
    const { config, publisher, show, now } = this.#options;
    const progress = this.#looks.progressOf(request);
    using _ = show?.(progress);
    if (request.all) this.#keeper.requireInPlace();
    const ledger = this.#ledger;
    const due = this.#due;
    // So that seeds which this pass rejects are told from those rejected before it.
    if (this.#composer === null) await this.count();
    const composer = (this.#composer ??= this.#createComposer(site, await due.takeUp(ledger, site)));
    const { presses } = this.#haste;
    const context = { composer, publisher, ledger, now, progress, provisional: false, presses };
    // Feeds that are up are good until there are better ones.
    const provisional =
      due.outlets === null && publisher.snapshot.size === 0 ? this.#provisional(context) : null;
    const gathered = await this.#looks.take(request, {
      ledger,
      progress,
      mayGiveWay: due.outlets !== null,
      onOutlets: (outlets) => due.add(outlets),
      onRecorded: async () => provisional?.step(),
    });
    if (gathered === null) return null;
    const rejectedBefore = this.#stock.rejected;
    await this.count();
    if (request.all) {
      publisher.verify();
      await due.addTombstones(ledger);
    }
    const revision = await due.begin(ledger, this.#stock.outlets);
    // What is rejected stands on the first page, which then is all that is made anew beside the merged feed.
    const same = gathered.rejected.length === 0 && this.#stock.rejected === rejectedBefore;
    due.page ||= config.page.rejected && !same;
    if (due.outlets?.size === 0 && !due.page) {
      const publication = await attempted(() => publisher.publish([], now()));
      due.end(revision, false);
      return { ...gathered, ...publication, seedsLost: false };
    }
    const ledgerIsNew = due.outlets === null && (await ledger.note(PUBLISHED)) === null;
    if (ledgerIsNew && (await losesTooMuch(publisher.snapshot, ledger, config.withdrawal))) {
      return { ...gathered, published: [], publishError: null, seedsLost: true };
    }
    letGarbageWait();
    const { stale, unsure, rejected, ...publication } = await publish(due.outlets, context);
    if (ledgerIsNew) await ledger.setNote(PUBLISHED, 'yes');
    due.end(revision, unsure);
    if (due.outlets!.size === 0) this.#haste.over();
    return {
      ...gathered,
      rejected: [...gathered.rejected, ...rejected],
      again: lookAgainAt(stale, gathered.again, config.settleMs),
      ...publication,
      seedsLost: false,
    };
  }

  #provisional(context: PublicationContext): Provisional {
    return new Provisional(async () => {
      await publish(null, { ...context, provisional: true });
      context.progress.feeds = null;
    }, this.#options.provisionalAfterMs);
  }

  #createComposer(site: Site, heads: Heads): Composer {
    const { config, rules, log, publisher, step } = this.#options;
    return new Composer({
      ledger: this.#ledger,
      readers: this.#readers,
      rules,
      window: config.window,
      tombstoneMs: config.withdrawal.tombstoneDays * DAY_MS,
      showsRejected: config.page.rejected,
      onRecorded: (outlets) => this.#due.add(outlets),
      published: async (path) => bytesOf(publisher.snapshot.get(path)),
      site,
      heads,
      step,
      onTrouble: (seed, why) => this.#troubles.tell(seed, why),
      onRepaired: (seed, what) => log.warn({ seed, what }, 'article repaired'),
    });
  }
}
