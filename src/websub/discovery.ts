// What subscribers find out from the feeds: topics, and the hubs that tell of their changes (WebSub §4).
import { isFeed, type Snapshot } from '../output/snapshot.ts';
import type { WebSubSettings } from './settings.ts';

/** Below the base URL. */
export const HUB_PATH = 'hub';

/** All that the feeds name, feedmill's own first. */
export function hubUrls(settings: WebSubSettings, baseUrl: string): readonly string[] {
  const own = settings.hub ? [`${baseUrl}/${HUB_PATH}`] : [];
  return [...new Set([...own, ...settings.hubs.map((hub) => new URL(hub).href)])];
}

export function topicUrl(path: string, baseUrl: string): string {
  return `${baseUrl}/${path}`;
}

/** The path of the feed that is published under a topic's URL, exactly; `null` if none is. */
export function topicPath(url: string, baseUrl: string, snapshot: Snapshot): string | null {
  if (!url.startsWith(`${baseUrl}/`)) return null;
  const path = url.slice(baseUrl.length + 1);
  return isFeed(path) && snapshot.has(path) ? path : null;
}

/** The version that each topic is at: its entity tag, by path. */
export function topicVersions(snapshot: Snapshot): ReadonlyMap<string, string> {
  const feeds = [...snapshot.values()].filter(({ path }) => isFeed(path));
  return new Map(feeds.map(({ path, etag }) => [path, etag]));
}
