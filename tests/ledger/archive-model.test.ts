// Archives against a plain account of them: a list a feed, to which is appended what is not in it.
import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ledger, LedgerArticle, SeedChange } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { articleKey } from '../../src/mill/url.ts';
import { indexed, ledgerFile, newLedger, rejected, withdrawn } from './changes.ts';

const FEEDS = [null, 'one.example', 'two.example', 'recipe'];
const URLS = Array.from({ length: 6 }, (_, i) => `https://${i % 2 ? 'one' : 'two'}.example/${i}`);

/** What has a place in each archive, by canonical URL, and the tags. */
class Model {
  readonly #archives = new Map<string | null, { urls: string[]; tags: string[] }>();

  of(feed: string | null): { urls: string[]; tags: string[] } {
    const archive = this.#archives.get(feed) ?? { urls: [], tags: [] };
    this.#archives.set(feed, archive);
    return archive;
  }

  /** @param articles of the feed, in its order; all behind `last` */
  append(feed: string | null, articles: readonly LedgerArticle[], last: LedgerArticle): void {
    const { urls, tags } = this.of(feed);
    const behind = articles.slice(articles.findIndex(({ id }) => id === last.id) + 1);
    for (const { canonical } of behind.toReversed()) {
      if (urls.includes(canonical)) continue;
      urls.push(canonical);
      const before = Buffer.from(tags.at(-1) ?? '');
      tags.push(
        hash('sha256', Buffer.concat([before, articleKey(canonical)]), 'base64url').slice(
          0,
          before.length || 12,
        ),
      );
    }
  }
}

/** The archive of a feed as the ledger has it; withdrawn articles are `null`. */
async function placesOf(ledger: Ledger, feed: string | null): Promise<unknown> {
  const end = await ledger.archiveEnd(feed);
  const tags: (string | null)[] = [];
  for (let place = 1; place <= (end?.place ?? 0); place += 1) tags.push(await ledger.archiveTag(feed, place));
  const archived = end && (await ledger.archived(feed, 1, end));
  return {
    tags,
    live: archived?.articles.map(({ canonical }) => canonical) ?? [],
    withdrawn: archived?.withdrawn.length ?? 0,
  };
}

const somePath = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const someChange: fc.Arbitrary<SeedChange> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        path: somePath,
        url: fc.constantFrom(...URLS),
        time: fc.integer({ min: 0, max: 4 }),
        own: fc.boolean(),
      })
      .map(({ path, url, time, own }) => {
        return indexed(path, { url, time, outlet: own ? new URL(url).hostname : 'recipe' });
      }),
  },
  { weight: 1, arbitrary: somePath.map((path) => rejected(path)) },
  { weight: 2, arbitrary: somePath.map((path) => withdrawn(path)) },
);
type Step = SeedChange[] | { readonly feed: string | null; readonly shown: number } | 'reopen';
const someStep: fc.Arbitrary<Step> = fc.oneof(
  fc.array(someChange, { maxLength: 6, size: 'max' }),
  fc.record({ feed: fc.constantFrom(...FEEDS), shown: fc.integer({ min: 1, max: 2 }) }),
  fc.constant('reopen' as const),
);

test('archives are what a plain account of them says, whatever happened', async () => {
  const file = ledgerFile();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { maxLength: 24, size: 'max' }), async (steps) => {
      const path = `${file}.${run++}`;
      let ledger = openLedger(path);
      const model = new Model();
      for (const step of steps) {
        if (step === 'reopen') {
          await ledger[Symbol.asyncDispose]();
          ledger = openLedger(path);
        } else if (Array.isArray(step)) await ledger.record(step, 1);
        else {
          const articles = await ledger.newest(step.feed, 99);
          const last = articles.slice(0, step.shown).at(-1);
          if (last === undefined) continue;
          await ledger.archive(step.feed, last.id);
          model.append(step.feed, articles, last);
        }
        const there = new Set((await ledger.newest(null, 99)).map(({ canonical }) => canonical));
        for (const feed of FEEDS) {
          const { urls, tags } = model.of(feed);
          const live = urls.filter((url) => there.has(url)).toReversed();
          expect(await placesOf(ledger, feed)).toEqual({ tags, live, withdrawn: urls.length - live.length });
        }
      }
      await ledger[Symbol.asyncDispose]();
    }),
    { numRuns: 60 },
  );
});

/** Enough articles that others get their turn while they are archived, several of each time. */
const MANY = 5_300;

test('a first archive of many articles is what a plain account says', async () => {
  const ledger = newLedger();
  const urls = Array.from({ length: MANY }, (_, i) => `https://one.example/${i}`);
  const timeOf = (i: number): number => Math.floor(((i * 7_919) % MANY) / 1_500);
  await ledger.record(
    urls.map((url, i) => indexed(`${i}`, { url, time: timeOf(i) })),
    1,
  );
  const articles = await ledger.newest(null, MANY);
  for (const feed of [null, 'one.example']) {
    const model = new Model();
    model.append(feed, articles, articles[99]!);
    await ledger.archive(feed, articles[99]!.id);
    const { urls: expected, tags } = model.of(feed);
    expect(await ledger.archiveEnd(feed)).toEqual({ place: MANY - 100, tag: tags.at(-1) });
    expect(await placesOf(ledger, feed)).toEqual({ tags, live: expected.toReversed(), withdrawn: 0 });
  }
});

test('what changes while a first archive is made is in it as it is then', async () => {
  const ledger = newLedger();
  const urls = Array.from({ length: MANY }, (_, i) => `https://one.example/${i}`);
  await ledger.record(
    urls.map((url, i) => indexed(`${i}`, { url, time: i })),
    1,
  );
  const [newest] = await ledger.newest(null, 1);
  const archived = ledger.archive(null, newest!.id);
  await ledger.record([withdrawn('7'), indexed('late', { url: 'https://two.example/', time: 3 })], 1);
  await archived;
  const end = (await ledger.archiveEnd(null))!;
  // One has gone, one has come, and the newest is in the feed.
  expect(end.place).toBe(MANY - 1);
  const { articles, withdrawn: gone } = (await ledger.archived(null, 1, end))!;
  expect([articles.length, gone.length]).toEqual([MANY - 1, 0]);
  // Back before it had a place, it gets the next.
  await ledger.record([indexed('7', { url: 'https://one.example/7', time: 7 })], 1);
  await ledger.archive(null, newest!.id);
  expect((await ledger.archiveEnd(null))!.place).toBe(MANY);
});
