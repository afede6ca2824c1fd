// Every document that is published keeps the rules of its format; and every rule is seen to be broken.
import { describe, expect, test } from 'vitest';
import { parseXml } from '../mill/xml.ts';
import { ATOM_RULES } from './atom-rules.ts';
import { CORPORA, published, type Published, publishedWithHistory } from './corpus.ts';
import { DOCTORED, ORDINARY } from './doctored.ts';
import { breachesOf } from './finding.ts';
import { JSON_RULES } from './json-rules.ts';
import { OPML_RULES } from './list-rules.ts';
import { RSS_RULES } from './rss-rules.ts';
import { schemaErrors, xmlErrors } from './schema.ts';

/** What is wrong with a document, by the rules of the format that its name says. */
function wrongWith({ path, body, url }: Published): string[] {
  const broken = path.endsWith('.json') ? [] : xmlErrors(body);
  if (broken.length > 0) return broken;
  const text = body.toString();
  switch (path.slice(path.lastIndexOf('.'))) {
    case '.atom':
      return [...schemaErrors(body), ...breachesOf(ATOM_RULES, { feed: parseXml(text), url })];
    case '.rss':
      return breachesOf(RSS_RULES, { rss: parseXml(text), url });
    case '.json':
      return breachesOf(JSON_RULES, { feed: JSON.parse(text) as Record<string, unknown>, url });
    default:
      return breachesOf(OPML_RULES, parseXml(text));
  }
}

test.for(Object.entries(CORPORA))('every document made of %s is valid', async ([, seeds]) => {
  const documents = await published(seeds());
  const merged = documents.map(({ path }) => path).filter((path) => !path.includes('/'));
  expect(merged.sort()).toEqual(['feed.atom', 'feed.json', 'feed.rss', 'feeds.opml']);
  expect(documents.flatMap((each) => wrongWith(each).map((breach) => `${each.path}: ${breach}`))).toEqual([]);
});

test('every fixture is examined', async () => {
  const seeds = CORPORA['all fixtures']!();
  const documents = await published(seeds);
  const feed = documents.find(({ path }) => path === 'feed.json')!;
  const { items } = JSON.parse(feed.body.toString()) as { items: readonly unknown[] };
  expect(items.length).toBe(Object.keys(seeds).length);
});

test('feeds with archives, tombstones and hubs are valid, and so is every document behind them', async () => {
  const documents = await publishedWithHistory();
  for (const document of documents) expect([document.path, wrongWith(document)]).toEqual([document.path, []]);
  const texts = documents.map(({ body }) => body.toString());
  for (const extension of ['<at:deleted-entry ', '<fh:archive/>', 'rel="hub"', '"hubs":', '"next_url":'])
    expect([extension, texts.some((text) => text.includes(extension))]).toEqual([extension, true]);
  expect(documents.filter(({ path }) => /(?:^|\/)archive\//.test(path)).length).toBeGreaterThan(9);
});

describe('what is not valid is found:', () => {
  let ordinary: Promise<readonly Published[]> | undefined;

  test.for(DOCTORED)('in %s: %s %s', async ([path, breach, found, instead]) => {
    ordinary ??= published(ORDINARY);
    const document = (await ordinary).find((each) => each.path === path)!;
    expect(wrongWith(document)).toEqual([]);
    const text = document.body.toString();
    expect(text).toMatch(found);
    const body = Buffer.from(text.replace(found, instead));
    expect(wrongWith({ ...document, body }).join('\n')).toContain(breach);
  });

  test('each rule is broken', () => {
    const rules = [ATOM_RULES, RSS_RULES, JSON_RULES, OPML_RULES].flatMap((each) =>
      each.map(({ name }) => name),
    );
    const broken = DOCTORED.map(([, breach]) => breach);
    expect(rules.filter((name) => !broken.some((each) => name.startsWith(each)))).toEqual([]);
  });
});
