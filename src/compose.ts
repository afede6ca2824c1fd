// The ledger's newest articles → the documents of each feed, and the page.
//
// Only what a feed shows is read whole and cleaned; the ledger keeps what was made of it.
import { Archive, tombstones } from './archive.ts';
import { type Document, type Format, FORMATS, type Outlet } from './article.ts';
import { Entries, type EntriesContext, type Findings } from './entries.ts';
import type { Heads } from './heads.ts';
import type { LedgerArticle, RenditionFacts } from './ledger/ledger.ts';
import { renderOpml, OPML_PATH } from './mill/render/opml.ts';
import { collectGarbage } from './memory.ts';
import { type FeedHead, headSize, renderDocument, SEPARATOR_SIZE, withSource } from './mill/render/render.ts';
import { Window, type WindowLimits } from './mill/window.ts';
import { PageComposer, type ShownEntry } from './page-composer.ts';
import { archivePath, feedPath } from './output/paths.ts';
import type { Progress } from './progress.ts';
import type { Rules } from './recipes.ts';
import type { Site } from './site.ts';
import { Turns } from './turns.ts';

export interface ComposeContext extends EntriesContext {
  readonly rules: Rules;
  readonly site: Site;
  readonly heads: Heads;
  readonly window: WindowLimits;
  /** How long a withdrawn article is told of. ms */
  readonly tombstoneMs: number;
  /** Whether the first page names seeds that were rejected lately. */
  readonly showsRejected: boolean;
  /** See {@link Archive}. */
  readonly onRecorded: (outlets: ReadonlySet<string>) => void;
  /** The bytes that are published under a path; `null` if there are none, or they are lost. */
  readonly published: (path: string) => Promise<Buffer | null>;
  /** Called between two articles. If it throws nothing is published. */
  readonly step: () => void;
}

/** One time that feeds are composed. */
export interface Edition {
  readonly now: number;
  readonly findings: Findings;
  /** There are seeds that nobody has looked at yet, so that nothing can be said about what is behind a feed's window. */
  readonly provisional: boolean;
  /** See `Haste` in haste.ts. */
  readonly presses: () => boolean;
}

/** Withdrawn articles that a feed tells of. */
const TOMBSTONES_MAX = 300;
/** A first composition leaves much behind that lives just long enough to be taken for old. */
const FEEDS_OF_GARBAGE = 8;
/** Feeds composed at the same time: while one waits for its articles, others are rendered. */
const FEEDS_AT_ONCE = 3;
/** Articles that are made ahead of their turn; the window may end before. */
const AHEAD = 32;
/** As long as a name in an archive gets. */
const LONGEST_END = { place: 999_999_999_999, tag: '-'.repeat(12) };

/** An article that a feed is to show. */
interface Admitted {
  readonly article: LedgerArticle;
  readonly rendition: RenditionFacts;
}

/** What there is to say in a feed, in whichever format. */
interface Feed {
  /** The outlet's; `null` for the merged feed. */
  readonly id: string | null;
  readonly head: FeedHead;
  readonly updated: number;
  /** The newest first. */
  readonly shown: readonly ShownEntry[];
}

const NOTHING: ReadonlyMap<string, ShownEntry> = new Map();

/** Lives as long as its configuration and its ledger. */
export class Composer {
  readonly #context: ComposeContext;
  readonly #heads: Heads;
  readonly archive: Archive;
  readonly #pages: PageComposer;
  /** What the merged feed showed the last time, by keys. It is composed again with every article, and the first. */
  #merged = NOTHING;
  /** Of all feeds: one of few articles would never use up a turn of its own. */
  readonly #turns = new Turns();

  constructor(context: ComposeContext) {
    this.#context = context;
    this.#heads = context.heads;
    this.archive = new Archive(context);
    this.#pages = new PageComposer(context, this.#heads);
  }

  /**
   * The documents of one feed after the other, the merged one's first; then the page for people, which tells of all.
   *
   * @param only the outlets whose feeds to compose; those that have been begun are taken out of it, others are left when
   *   time presses, and with them the first page. `null` for all. The merged feed always is
   */
  async *compose(
    only: Set<string> | null,
    edition: Edition,
    progress: Progress,
  ): AsyncGenerator<readonly Document[]> {
    const { ledger, rules } = this.#context;
    const tally = await ledger.tally();
    const ids = [...tally.outlets.keys()].sort();
    const due = only === null ? ids : ids.filter((id) => only.has(id));
    const feeds = { done: 0, of: due.length + 1 };
    progress.feeds = feeds;
    const merged = await this.#feed(null, edition);
    for (const format of FORMATS) {
      yield [this.#document(merged, format)];
      // Before the next one is made, who waits for this one is answered; then it is compressed, and others are answered.
      await this.#turns.over();
      await this.#turns.over();
    }
    feeds.done += 1;
    let left = false;
    const begun = only === null ? due : taken(due, only, () => (left = edition.presses()));
    for await (const documents of inOrder(begun, FEEDS_AT_ONCE, async (id) => {
      const outlet = rules.outlets.byId(id);
      const feed = await this.#feed(outlet, edition);
      const inEachFormat = FORMATS.map((format) => this.#document(feed, format));
      return [...inEachFormat, ...(await this.#pages.outlet(outlet, tally, feed))];
    })) {
      yield documents;
      feeds.done += 1;
      if (only === null && feeds.done % FEEDS_OF_GARBAGE === 0) collectGarbage();
      await this.#turns.next();
    }
    if (left) return;
    yield [this.#opml(ids), ...(await this.#pages.first(ids, tally, merged))];
  }

  /** An outlet's feed, or the merged one: the same entries in every format. */
  async #feed(outlet: Outlet | null, { now, findings, provisional }: Edition): Promise<Feed> {
    const { ledger, window: limits, tombstoneMs } = this.#context;
    const id = outlet?.id ?? null;
    const withdrawals = await ledger.withdrawals(id, now - tombstoneMs, TOMBSTONES_MAX);
    const deleted = tombstones(withdrawals);
    const longest = this.#heads.addresses(archivePath({ outlet: id, end: LONGEST_END }));
    const window = new Window(limits, headSize({ ...this.#heads.of(outlet), deleted, previous: longest }));
    const entries = new Entries(this.#context, findings, now);
    const admitted: Admitted[] = [];
    /** The last article that the feed shows, or would if there were anything to show of it. */
    let last: number | null = null;
    const articles = await ledger.newest(id, limits.entries);
    for (const [i, article] of articles.entries()) {
      if (i % AHEAD === 0) entries.begin(articles.slice(i, i + AHEAD));
      await this.#turns.next();
      this.#context.step();
      const rendition = await entries.facts(article);
      // What cannot be read just now stays as this feed shows it; what it was in a window of long ago, it is no more.
      if (rendition !== null && (!findings.stale.has(article.path) || (await this.#shows(id, article)))) {
        const sourceSize = id === null ? this.#heads.sourceSize(this.#outletOf(article)) : 0;
        if (!window.admits(rendition.bytes + sourceSize + SEPARATOR_SIZE)) break;
        admitted.push({ article, rendition });
      }
      last = article.id;
    }
    await entries.save();
    const shown = await this.#shown(id, admitted, entries);
    if (id === null) this.#merged = new Map(shown.map((each) => [each.key, each]));
    // A feed is as new as its newest entry, never as the time of the build.
    const updated =
      shown.length > 0
        ? Math.max(...shown.map(({ rendition }) => rendition.updated))
        : await ledger.lastWithdrawal(id);
    if (outlet !== null) {
      this.#heads.remember(
        outlet,
        shown.map(({ entry }) => entry),
      );
    }
    const behind = provisional ? null : await this.archive.extend(id, last);
    const previous = behind === null ? null : this.#heads.addresses(archivePath(behind));
    return { id, updated, shown, head: { ...this.#heads.of(outlet), updated, deleted, previous } };
  }

  /** Most of what the merged feed showed the last time is shown again, and need not be read once more. */
  async #shown(id: string | null, admitted: readonly Admitted[], entries: Entries): Promise<ShownEntry[]> {
    const before = id === null ? this.#merged : NOTHING;
    const keyed = admitted.map((each) => {
      const { article, rendition } = each;
      return { ...each, key: `${article.uuid} ${rendition.digest} ${rendition.updated}` };
    });
    // What a reader sees does not tell when it was published; what it was made of does.
    const lacking = keyed.filter(
      ({ key, rendition }) => before.get(key)?.rendition.source !== rendition.source,
    );
    const rendered = await entries.rendered(lacking.map(({ article }) => article.id));
    return keyed.map(({ key, article, rendition }) => {
      const entry = rendered.get(article.id);
      if (entry === undefined) return { ...before.get(key)!, article, rendition };
      if (id !== null) return { key, article, rendition, entry };
      const source = this.#heads.source(this.#outletOf(article), rendition.updated);
      return { key, article, rendition, entry: withSource(entry, source) };
    });
  }

  #document({ id, head, shown }: Feed, format: Format): Document {
    const path = `${feedPath(id)}.${format}`;
    return { path, ...renderDocument(format, head, shown) };
  }

  #outletOf({ outlet }: LedgerArticle): Outlet {
    return this.#context.rules.outlets.byId(outlet);
  }

  async #shows(outlet: string | null, { uuid }: LedgerArticle): Promise<boolean> {
    const feed = await this.#context.published(`${feedPath(outlet)}.atom`);
    return feed?.includes(`>urn:uuid:${uuid}<`) ?? false;
  }

  #opml(ids: readonly string[]): Document {
    const feeds = [null, ...ids.map((id) => this.#context.rules.outlets.byId(id))];
    const body = renderOpml(
      this.#context.site.title,
      feeds.map((outlet) => this.#heads.of(outlet)),
    );
    return { path: OPML_PATH, body };
  }
}

/** `ids`, each taken out of `set`, until it is time to `stop`. */
function* taken(ids: readonly string[], set: Set<string>, stop: () => boolean): Generator<string> {
  for (const id of ids) {
    if (stop()) return;
    set.delete(id);
    yield id;
  }
}

/** What `make` makes of each item, in their order; so many are being made at the same time. */
async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  make: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  for (const item of items) {
    const made = make(item);
    // Whoever asks may have left when it fails.
    made.catch(() => {});
    begun.push(made);
    if (begun.length === atOnce) yield await begun.shift()!;
  }
  for (const made of begun) yield await made;
}
