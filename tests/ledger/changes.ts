// Changes to record, and all that a ledger says.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Identity } from '../../src/article.ts';
import type { Ledger, NewRendition, SeedChange } from '../../src/ledger/ledger.ts';
import type { ConfirmedSubscription } from '../../src/ledger/subscriptions.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { articleKey, urlUuid } from '../../src/mill/url.ts';
import { temporaryDirectory } from '../support/directories.ts';

export interface SeedFacts {
  /** Identifies the article; it stands for its canonical URL, too. */
  readonly url?: string;
  readonly canonical?: string;
  readonly outlet?: string;
  /** The header's; `null` if it has none. */
  readonly time?: number | null;
  /** What places it, if not the header's time. */
  readonly placed?: number;
  readonly fingerprint?: string;
}

export const URL_A = 'https://a.example/1';

export function indexed(path: string, facts: SeedFacts = {}): SeedChange {
  const { url = URL_A, time = 1000, fingerprint = `print of ${path}` } = facts;
  const { canonical = url, outlet = new URL(url).hostname, placed = time ?? 1 } = facts;
  const key = articleKey(canonical);
  const identity: Identity = { url, canonical, key, uuid: urlUuid(canonical), outlet, headerTime: time };
  return { kind: 'indexed', path, fingerprint, identity, time: placed };
}

export function rejected(path: string, fingerprint = `broken print of ${path}`): SeedChange {
  const rejection = { reason: 'header-missing', line: 3, detail: `why ${path} is none` } as const;
  return { kind: 'rejected', path, fingerprint, rejection };
}

export function missing(path: string, since = 5000): SeedChange {
  return { kind: 'missing', path, since };
}

export function withdrawn(path: string): SeedChange {
  return { kind: 'withdrawn', path };
}

export function rendition(facts: Partial<NewRendition> = {}): NewRendition {
  return {
    source: 'source',
    rules: 'rules',
    digest: 'digest',
    title: '标题',
    link: URL_A,
    published: 1,
    updated: 2,
    bytes: 8,
    entry: { atom: Buffer.from('<entry/>'), rss: Buffer.from('<item/>'), json: Buffer.from('{}') },
    before: null,
    ...facts,
  };
}

/** To the topic `feed.atom`, of which the version `"old"` has been delivered; leases end at 2,000,000. */
export function subscription(facts: Partial<ConfirmedSubscription> = {}): ConfirmedSubscription {
  return {
    topic: 'feed.atom',
    callback: 'https://reader.example/a',
    host: 'reader.example',
    secret: null,
    expires: 2_000_000,
    delivered: '"old"',
    ...facts,
  };
}

export const AMPLE = { all: 1_000, perHost: 1_000 };

/** A file for a ledger that is gone when the test is. */
export function ledgerFile(): string {
  return join(temporaryDirectory(), 'ledger.sqlite');
}

/** A ledger that is closed when the test is over. */
export function newLedger(file = ledgerFile()): Ledger {
  const ledger = openLedger(file);
  onTestFinished(() => ledger[Symbol.asyncDispose]());
  return ledger;
}

/** The winning copy of each live article, newest first: `path of uuid`, short enough to compare by eye. */
export async function winners(ledger: Ledger, outlet: string | null = null): Promise<string[]> {
  return (await ledger.newest(outlet, 10_000)).map(({ path }) => path);
}

/** All that a ledger can be asked. */
async function wholeArchive(ledger: Ledger): Promise<unknown> {
  const end = await ledger.archiveEnd(null);
  if (end === null) return null;
  const tags: unknown[] = [];
  for (let place = 1; place <= end.place; place += 1) tags.push(await ledger.archiveTag(null, place));
  return { archived: await ledger.archived(null, 1, end), tags };
}

export async function everythingIn(ledger: Ledger): Promise<unknown> {
  const articles = await ledger.newest(null, 10_000);
  const withRendition = articles.filter((article) => article.rendition !== null).map(({ id }) => id);
  return {
    seeds: await ledger.seeds('', 10_000),
    articles,
    copies: await Promise.all(articles.map(({ id }) => ledger.copies(id))),
    entries: await ledger.entries(withRendition),
    absence: await ledger.absence(),
    missing: await ledger.missing(10_000),
    rejected: await ledger.rejected(10_000),
    lastWithdrawal: await ledger.lastWithdrawal(null),
    note: await ledger.note('note'),
    tally: await ledger.tally(),
    archived: await wholeArchive(ledger),
    withdrawals: await ledger.withdrawals(null, 0, 10_000),
    subscriptions: await ledger.subscriptions.due({
      versions: new Map([['feed.atom', '"new"']]),
      now: 1_000_000,
      busyHosts: [],
      limit: 10_000,
    }),
    nextRetry: await ledger.subscriptions.nextRetry(0),
  };
}
