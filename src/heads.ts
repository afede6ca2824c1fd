// What each feed says of itself, and of itself in the entries that stand in another.
import { type Outlet, type RenderedEntry } from './article.ts';
import { type FeedHead, languageOfEntry, renderSource } from './mill/render/render.ts';
import { urlUuid } from './mill/url.ts';

export interface Site {
  /** What feed ids are derived from; permanent. */
  readonly id: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly title: string;
  /** BCP 47, of the merged feed. */
  readonly language: string;
  readonly version: string;
  /** How long a reader may wait before it asks again. s */
  readonly maxAge: number;
}

/** The path of a feed, without its extension, under which it is published in every format. */
export function feedPath(outlet: string | null): string {
  return outlet === null ? 'feed' : `outlets/${outlet}`;
}

/** Lives as long as the process: it remembers what only an outlet's entries tell of its feed. */
export class Heads {
  readonly #site: Site;
  readonly #updated = new Map<string, number>();
  /** Of outlets whose language only their articles tell: that of most of them. */
  readonly #languages = new Map<string, string>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** @param updated when the newest of `entries` was, or the last went. ms */
  remember({ id, language }: Outlet, updated: number, entries: readonly RenderedEntry[]): void {
    this.#updated.set(id, updated);
    if (language === null) this.#languages.set(id, languageOfMost(entries));
  }

  /** Of an outlet's feed, or of the merged one. */
  of(outlet: Outlet | null): FeedHead {
    const site = this.#site;
    const path = feedPath(outlet?.id ?? null);
    return {
      id: `urn:uuid:${urlUuid(`${site.id.replace(/\/+$/, '')}/${path}`)}`,
      title: outlet?.name ?? site.title,
      self: {
        atom: `${site.baseUrl}/${path}.atom`,
        rss: `${site.baseUrl}/${path}.rss`,
        json: `${site.baseUrl}/${path}.json`,
      },
      alternate: outlet?.home ?? `${site.baseUrl}/`,
      language: this.languageOf(outlet),
      updated: (outlet && this.#updated.get(outlet.id)) ?? 0,
      stylesheet: outlet === null ? 'feed.css' : '../feed.css',
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

  /** BCP 47; `und` where neither a recipe nor an article tells. */
  languageOf(outlet: Outlet | null): string {
    if (outlet === null) return this.#site.language;
    return outlet.language ?? this.#languages.get(outlet.id) ?? 'und';
  }

  /** What names an outlet's feed in its entries elsewhere, as it is now; rendered once for all of them. */
  sources(): (outlet: Outlet) => RenderedEntry {
    const rendered = new Map<Outlet, RenderedEntry>();
    return (outlet) => {
      const source = rendered.get(outlet) ?? renderSource(this.of(outlet));
      rendered.set(outlet, source);
      return source;
    };
  }
}

/** Of equally many, the first. `und` of none. */
function languageOfMost(entries: readonly RenderedEntry[]): string {
  const byLanguage = Map.groupBy(entries, ({ atom }) => languageOfEntry(atom));
  return [...byLanguage].reduce(
    (most, each) => (each[1].length > most[1].length ? each : most),
    ['und', []],
  )[0];
}
