// What makes this site this site: what its feeds say of it, and the text that their ids are derived from, whatever moves.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseUrlOf, type Config } from './config.ts';
import { maxAgeOf } from './freshness.ts';
import { hubUrls } from './websub/discovery.ts';

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
  /** Absolute URLs: who tells of changes (WebSub). */
  readonly hubs: readonly string[];
}

/** In the data directory. */
export const SITE_ID_FILE = 'site-id';

/** @param port on which it listens, if that is not the configured one */
export function siteOf(config: Config, version: string, port: number | null = null): Site {
  const { title, language, schedule, websub } = config;
  const baseUrl = baseUrlOf(config, port);
  const id = siteId(config.siteId, config.data, baseUrl);
  return {
    id,
    baseUrl,
    title,
    language,
    version,
    maxAge: maxAgeOf(schedule),
    hubs: hubUrls(websub, baseUrl),
  };
}

/**
 * The configured site id; without one, the base URL of the first start, kept in the data directory
 * (beside the ledger and not in it, so that a lost ledger changes no feed's id).
 */
export function siteId(configured: string | null, data: string, baseUrl: string): string {
  if (configured !== null) return configured;
  const kept = keptSiteId(data);
  if (kept !== null) return kept;
  keepSiteId(data, baseUrl);
  return baseUrl;
}

/** `null` before the first start. */
export function keptSiteId(data: string): string | null {
  try {
    return readFileSync(join(data, SITE_ID_FILE), 'utf8').trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}

/** The data directory may have been deleted while it was in use. */
export function restoreSiteId(data: string, id: string): void {
  if (keptSiteId(data) === null) keepSiteId(data, id);
}

export function keepSiteId(data: string, id: string): void {
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, SITE_ID_FILE), `${id}\n`, { flush: true });
}
