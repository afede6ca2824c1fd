// Which outlet an article belongs to, and the recipe for its pages.
import { domainToUnicode } from 'node:url';
import { getDomain } from 'tldts';
import type { Outlet, Recipe } from '../article.ts';

export interface Outlets {
  /** @param href an absolute http(s) URL */
  ofUrl(href: string): Outlet;
  /** The outlet with this id, as found by {@link Outlets.ofUrl} now or in an earlier run. */
  byId(id: string): Outlet;
}

/** @throws TypeError if two recipes claim the same host */
export function createOutlets(recipes: readonly Recipe[]): Outlets {
  const byHost = new Map<string, Outlet>();
  const byId = new Map<string, Outlet>();
  for (const recipe of recipes) {
    const { id, name, home, language } = recipe;
    const outlet = { id, name, home, language, recipe };
    byId.set(id, outlet);
    for (const host of recipe.hosts) {
      const other = byHost.get(host);
      if (other) throw new TypeError(`the host ${host} is claimed by both ${other.id} and ${id}`);
      byHost.set(host, outlet);
    }
  }
  return {
    ofUrl(href) {
      const host = new URL(href).hostname.replace(/\.$/, '');
      return claimedBy(host, byHost) ?? unclaimed(siteOf(host), byId);
    },
    byId: (id) => byId.get(id) ?? unclaimed(id, byId),
  };
}

/** The recipe for `host` or the nearest domain above it. */
function claimedBy(host: string, byHost: ReadonlyMap<string, Outlet>): Outlet | undefined {
  for (let domain = host; ;) {
    const outlet = byHost.get(domain);
    if (outlet) return outlet;
    const dot = domain.indexOf('.');
    if (dot < 0) return undefined;
    domain = domain.slice(dot + 1);
  }
}

/**
 * A site without a recipe is its own outlet: its registrable domain by the Public Suffix List,
 * private section included, so that `m.` and `www.` of one site are one outlet and two blogs on one
 * platform are two. An IP address or a single label stands for itself.
 */
function siteOf(host: string): string {
  const domain = getDomain(host, { allowPrivateDomains: true }) ?? host;
  return domain.replace(/[^a-z0-9.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'unknown';
}

function unclaimed(site: string, byId: Map<string, Outlet>): Outlet {
  // Recipes have ids without dots, so only a single-label host can meet one.
  const id = byId.get(site)?.recipe ? `${site}-site` : site;
  let outlet = byId.get(id);
  if (outlet === undefined) {
    const name = domainToUnicode(site) || site;
    outlet = { id, name, home: `https://${site}/`, language: null, recipe: null };
    byId.set(id, outlet);
  }
  return outlet;
}
