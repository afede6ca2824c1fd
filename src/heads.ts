// What each feed says of itself, and of itself in the entries that stand in another.
import { type Outlet, type RenderedEntry } from './article.ts';
import {
  type Addresses,
  type FeedHead,
  languageOfEntry,
  renderSource,
  sizeOf,
} from './mill/render/render.ts';
import { urlUuid } from './mill/url.ts';
import { feedPath } from './output/paths.ts';
import type { Site } from './site.ts';

/** By outlet. BCP 47 */
export type Languages = Readonly<Record<string, string>>;

/** Remembers what only an outlet's entries tell of its feed. */
export class Heads {
  readonly #site: Site;
  /** Of outlets whose language only their articles tell: that of most of them. */
  readonly #languages: Map<string, string>;
  /** By paths. */
  readonly #ids = new Map<string, string>();
  /** Of what names an outlet's feed elsewhere, by the outlet's id. bytes */
  readonly #sourceSizes = new Map<string, number>();

  /** @param languages what was remembered before */
  constructor(site: Site, languages: Languages) {
    this.#site = site;
    this.#languages = new Map(Object.entries(languages));
  }

  get languages(): Languages {
    return Object.fromEntries(this.#languages);
  }

  remember({ id, language }: Outlet, entries: readonly RenderedEntry[]): void {
    if (language === null) this.#languages.set(id, languageOfMost(entries));
  }

  /** Of an outlet's feed, or of the merged one. */
  of(outlet: Outlet | null): FeedHead {
    const site = this.#site;
    const path = feedPath(outlet?.id ?? null);
    return {
      id: this.#idOf(path),
      title: outlet?.name ?? site.title,
      self: this.addresses(path),
      previous: null,
      current: null,
      deleted: [],
      alternate: outlet?.home ?? `${site.baseUrl}/`,
      hubs: site.hubs,
      language: this.languageOf(outlet),
      updated: 0,
      stylesheet: stylesheetFrom(path),
      version: site.version,
      about: {
        icon: outlet?.recipe?.icon ?? null,
        logo: outlet?.recipe?.logo ?? null,
        rights: outlet?.recipe?.rights ?? null,
        categories: outlet?.recipe?.categories ?? [],
        ttl: Math.max(1, Math.round(site.maxAge / 60)),
      },
    };
  }

  /**
   * Of a document of an archive.
   *
   * @param path without the extension, as that of the document before it
   */
  ofArchive(outlet: Outlet | null, path: string, before: string | null): FeedHead {
    const feed = this.of(outlet);
    const previous = before === null ? null : this.addresses(before);
    const stylesheet = stylesheetFrom(path);
    return { ...feed, self: this.addresses(path), current: feed.self, previous, hubs: [], stylesheet };
  }

  /** @param path without the extension */
  addresses(path: string): Addresses {
    const stem = `${this.#site.baseUrl}/${path}`;
    return { atom: `${stem}.atom`, rss: `${stem}.rss`, json: `${stem}.json` };
  }

  /** BCP 47; `und` where neither a recipe nor an article tells. */
  languageOf(outlet: Outlet | null): string {
    if (outlet === null) return this.#site.language;
    return outlet.language ?? this.#languages.get(outlet.id) ?? 'und';
  }

  /**
   * What names an outlet's feed in an entry of it that stands elsewhere: as it was when the entry came, whatever the
   * feed has got since. So that an entry stays the same, byte for byte, when others come.
   *
   * @param updated when the entry was. ms
   */
  source(outlet: Outlet, updated: number): RenderedEntry {
    return renderSource({ ...this.of(outlet), language: outlet.language ?? 'und', updated });
  }

  /** Of the {@link source} of any entry, where it is largest: a time is as long as another. bytes */
  sourceSize(outlet: Outlet): number {
    const size = this.#sourceSizes.get(outlet.id) ?? sizeOf(this.source(outlet, 0));
    this.#sourceSizes.set(outlet.id, size);
    return size;
  }

  #idOf(path: string): string {
    const id = this.#ids.get(path) ?? `urn:uuid:${urlUuid(`${this.#site.id.replace(/\/+$/, '')}/${path}`)}`;
    this.#ids.set(path, id);
    return id;
  }
}

/** Relative, so that it is found wherever the files are served. */
function stylesheetFrom(path: string): string {
  return `${'../'.repeat(path.split('/').length - 1)}feed.css`;
}

/** Of equally many, the first. `und` of none. */
function languageOfMost(entries: readonly RenderedEntry[]): string {
  const byLanguage = Map.groupBy(entries, ({ atom }) => languageOfEntry(atom));
  return [...byLanguage].reduce(
    (most, each) => (each[1].length > most[1].length ? each : most),
    ['und', []],
  )[0];
}
