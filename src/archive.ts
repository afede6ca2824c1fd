// The archive of a feed (RFC 5005 §4): documents of what is behind its window, composed when they are asked for.
//
// A document is named by the last place it holds and by a tag of all that stands up to there; its first place is
// where a run of `PAGE_ENTRIES` begins. What a name says can therefore never change, be the run full or not: new
// articles only make new names.
import { type Format, type RenderedEntry } from './article.ts';
import { Entries, type EntriesContext, Findings } from './entries.ts';
import type { Heads } from './heads.ts';
import type { Archived, ArchivePlace, Withdrawal } from './ledger/ledger.ts';
import { renderDocument, type Tombstone, withSource } from './mill/render/render.ts';
import { BusyError, type MadeDocument } from './output/on-demand.ts';
import { type ArchiveName, archivePath } from './output/paths.ts';
import type { Rules } from './recipes.ts';
import { Turns } from './turns.ts';

/** How many entries a full document of an archive holds. It never changes: the names of all documents depend on it. */
const PAGE_ENTRIES = 50;

/**
 * Articles of a document cannot be read just now: without them it would say that they are not there, and with what
 * was made of them when they were in the window it might go back behind what it said before.
 */
export class IncompleteError extends BusyError {}

export interface ArchiveContext extends EntriesContext {
  /** Seeds turned out to be no articles; the feeds of these outlets may have to do with it. */
  readonly onRecorded: (outlets: ReadonlySet<string>) => void;
  readonly heads: Heads;
  readonly rules: Rules;
}

export function tombstones(withdrawals: readonly Withdrawal[]): Tombstone[] {
  return withdrawals.map(({ uuid, time }) => ({ id: `urn:uuid:${uuid}`, when: time }));
}

export class Archive {
  readonly #context: ArchiveContext;

  constructor(context: ArchiveContext) {
    this.#context = context;
  }

  /**
   * Takes up all that is behind the article `last` of a feed.
   *
   * @returns the newest document then
   */
  async extend(outlet: string | null, last: number | null): Promise<ArchiveName | null> {
    if (last !== null) await this.#context.ledger.archive(outlet, last);
    return this.newest(outlet);
  }

  /** `null` while there is none. */
  async newest(outlet: string | null): Promise<ArchiveName | null> {
    const end = await this.#context.ledger.archiveEnd(outlet);
    return end && { outlet, end };
  }

  /** One document in several formats; `null` if there is no such document. @throws IncompleteError */
  async documents(
    name: ArchiveName,
    formats: readonly Format[],
    now: number,
  ): Promise<MadeDocument[] | null> {
    const { ledger } = this.#context;
    for (;;) {
      const archived = await ledger.archived(name.outlet, firstPlace(name.end), name.end);
      if (archived === null) return null;
      const findings = new Findings();
      const documents = await this.#compose(name, archived, formats, findings, now);
      // Another copy of an article may count now.
      if (findings.rejected.length === 0) return documents;
      this.#context.onRecorded((await ledger.record(findings.rejected, now)).outlets);
    }
  }

  /** The document before this one; `null` before the first. */
  async before({ outlet, end }: ArchiveName): Promise<ArchiveName | null> {
    const place = firstPlace(end) - 1;
    const tag = place === 0 ? null : await this.#context.ledger.archiveTag(outlet, place);
    return tag === null ? null : { outlet, end: { place, tag } };
  }

  async #compose(
    name: ArchiveName,
    archived: Archived,
    formats: readonly Format[],
    findings: Findings,
    now: number,
  ): Promise<MadeDocument[]> {
    const { rules, heads } = this.#context;
    const { outlet: id } = name;
    const entries = new Entries(this.#context, findings, now);
    const turns = new Turns();
    const shown: { id: number; key: string; outlet: string; updated: number }[] = [];
    let lasting = true;
    entries.begin(archived.articles);
    for (const article of archived.articles) {
      await turns.next();
      const stale = findings.stale.size;
      const facts = await entries.facts(article);
      if (findings.stale.size > stale) {
        throw new IncompleteError(`${article.path} cannot be read just now`);
      }
      // A seed that is no article any more, or that may not be read until somebody sees to it.
      if (facts === null) {
        lasting &&= article.broken !== 'unreadable';
        continue;
      }
      shown.push({ id: article.id, key: article.uuid, outlet: article.outlet, updated: facts.updated });
    }
    const updated = Math.max(
      0,
      ...shown.map((entry) => entry.updated),
      ...archived.withdrawn.map(({ time }) => time),
    );
    await entries.saveAnew();
    const rendered = await entries.rendered(shown.map((entry) => entry.id));
    const keyed = shown.map(({ id: article, key, outlet, updated: changed }) => {
      const entry: RenderedEntry = rendered.get(article)!;
      const source = id === null ? heads.source(rules.outlets.byId(outlet), changed) : null;
      return { key, entry: source === null ? entry : withSource(entry, source) };
    });
    const before = await this.before(name);
    const outlet = id === null ? null : rules.outlets.byId(id);
    const path = archivePath(name);
    const head = {
      ...heads.ofArchive(outlet, path, before && archivePath(before)),
      updated,
      deleted: tombstones(archived.withdrawn),
    };
    return formats.map((format) => ({
      path: `${path}.${format}`,
      ...renderDocument(format, head, keyed),
      changed: updated,
      lasting,
    }));
  }
}

function firstPlace({ place }: ArchivePlace): number {
  return place - ((place - 1) % PAGE_ENTRIES);
}
