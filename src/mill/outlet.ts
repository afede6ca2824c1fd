// Which outlet an article belongs to, and the recipe for its pages.
import { createRequire } from 'node:module';
import { domainToUnicode } from 'node:url';
import type * as Tldts from 'tldts';
import { FORMATS, type Outlet, type Recipe } from '../article.ts';

const require = createRequire(import.meta.url);

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
      const host = new URL(href).hostname.replace(/\.+$/, '');
      return claimedBy(host, byHost) ?? unclaimed(siteId(host, byId), byId);
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

/** What is behind the name of a host that cannot name a file as it is. */
const IPV6 = '.ipv6';
/** Behind what is also a recipe's id, or would be the path of another outlet's feed. */
const NOT_ANOTHER = '-site';

/**
 * A site without a recipe is its own outlet: its registrable domain by the Public Suffix List,
 * private section included, so that `m.` and `www.` of one site are one outlet and two blogs on one
 * platform are two. An IP address or a single label stands for itself.
 */
function siteId(host: string, byId: ReadonlyMap<string, Outlet>): string {
  if (host.startsWith('[')) return ipv6Groups(host.slice(1, -1)).join('-') + IPV6;
  // Loaded when first needed: the list takes as long as a third of all else that a start loads.
  const { getDomain } = require('tldts') as typeof Tldts;
  const domain = getDomain(host, { allowPrivateDomains: true }) ?? host;
  const id = domain.replace(/[^a-z0-9._-]+/g, '-').replace(/^[-._]+|[-._]+$/g, '') || 'unknown';
  return isAnother(id, byId) ? id + NOT_ANOTHER : id;
}

/** The host that {@link siteId} made `id` of. */
function siteHost(id: string, byId: ReadonlyMap<string, Outlet>): string {
  if (id.endsWith(IPV6)) return `[${id.slice(0, -IPV6.length).replaceAll('-', ':')}]`;
  const host = id.slice(0, -NOT_ANOTHER.length);
  return id.endsWith(NOT_ANOTHER) && isAnother(host, byId) ? host : id;
}

/** A feed is published as ID.FORMAT with its codings as ID.FORMAT.CODING beside it, and pages below ID/. */
const LIKE_A_FEED = new RegExp(String.raw`\.(?:${FORMATS.join('|')})(?:\.[^.]+)?$`);
function isAnother(id: string, byId: ReadonlyMap<string, Outlet>): boolean {
  return LIKE_A_FEED.test(id) || Boolean(byId.get(id)?.recipe);
}

/** All eight, so that neither end of the name is a separator. */
function ipv6Groups(address: string): string[] {
  const [left = [], right = []] = address.split('::').map((side) => side.split(':').filter(Boolean));
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}

function unclaimed(id: string, byId: Map<string, Outlet>): Outlet {
  let outlet = byId.get(id);
  if (outlet === undefined) {
    const host = siteHost(id, byId);
    const name = domainToUnicode(host) || host;
    const home = URL.parse(`https://${host}/`)?.href ?? 'https://invalid/';
    outlet = { id, name, home, language: null, recipe: null };
    byId.set(id, outlet);
  }
  return outlet;
}
