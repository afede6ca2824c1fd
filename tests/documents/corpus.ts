// What there is to publish: directories of seeds whose every document is examined.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { PROJECT, runFeedmill } from '../support/process.ts';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';

/** Where the documents say that they are. */
export const BASE = 'https://mill.example';

export interface Published {
  readonly path: string;
  readonly body: Buffer;
  readonly url: string;
}

/** Publishes `seeds` as the command `build` does. */
export async function published(seeds: Readonly<Record<string, string>>): Promise<Published[]> {
  // A feed shows all of them.
  const site = await createSite(seeds, { window: { entries: 1_000, bytes: 50_000_000 }, baseUrl: BASE });
  const { status, stderr } = await runFeedmill(['build', ...site.flags]);
  if (status !== 0) throw new Error(`build ended with ${status}: ${stderr}`);
  return documentsOf(site);
}

/** Publishes more than a feed shows, with its archive and hubs, then withdraws some: two of the feed's, one behind it. */
export async function publishedWithHistory(): Promise<Published[]> {
  const numbers = Array.from({ length: 75 }, (_, i) => i);
  const files = numbers.map((i) => [`${i}.txt`, numberedSeed(i, i % 3 === 0 ? 'www.bbc.com' : undefined)]);
  const websub = { hub: true, hubs: ['https://hub.example/?a=1&b=2'] };
  const settings = { window: { entries: 10 }, baseUrl: BASE, websub };
  const site = await createSite(Object.fromEntries(files) as Record<string, string>, settings);
  for (const gone of [[], [3, 70, 72]]) {
    for (const number of gone) rmSync(join(site.seeds, `${number}.txt`));
    const { status, stderr } = await runFeedmill(['build', '--archive', ...site.flags]);
    if (status !== 0) throw new Error(`build ended with ${status}: ${stderr}`);
  }
  return documentsOf(site);
}

function documentsOf({ data }: TestSite): Published[] {
  const directory = join(data, 'public');
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:atom|rss|json|opml)$/.test(path))
    .map((path) => ({ path, body: readFileSync(join(directory, path)), url: `${BASE}/${path}` }));
}

function sampleSeeds(): Record<string, string> {
  const folder = join(PROJECT, 'seeds');
  const names = readdirSync(folder);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Every fixture at an address of its own, for many of them are of the same one. */
function fixtureSeeds(): Record<string, string> {
  const folder = join(PROJECT, 'tests/fixtures/articles');
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('seed.txt'))
    .sort();
  return Object.fromEntries(
    paths.map((path, i) => {
      const text = readFileSync(join(folder, path), 'utf8');
      const apart = text.replace(/\]\(([^\s)?#]+)(\?)?/, (_, url: string, query?: string) => {
        return `](${url}?fixture=${i}${query === undefined ? '' : '&'}`;
      });
      return [path.replaceAll('/', '-'), apart];
    }),
  );
}

/** Titles that would break a document, or a reader, if they were not what they are: text. */
export const HOSTILE_TITLES: readonly string[] = [
  '<script>alert(1)</script> & <b>bold</b>',
  ']]> ends a section, &amp;lt; does not, &#x202e; turns round',
  '"double" \'single\' `back` --> <!-- <![CDATA[ ]]>',
  '中文标题：《引号》、（括号）……——',
  '👩‍👩‍👧‍👦 🇨🇭 𠮷野家 é é ﷽',
  'العنوان من اليمين (a) إلى اليسار',
  'כותרת עם English באמצע',
  '[square] (round) {curly} \\ / % $ ~',
  `long ${'长'.repeat(500)}`,
];

export function hostileSeeds(): Record<string, string> {
  return Object.fromEntries(
    HOSTILE_TITLES.map((title, i) => [
      `${i}.txt`,
      seedText({
        time: NOON + i * 60_000,
        title,
        url: `https://mill-${i % 3}.example/a?i=${i}&b=%3C'(x)`,
        body: `<p>${title}</p><p><a href="/relative?a=1&b=2">a</a><img src="p.jpg"><script>x</script></p>`,
      }),
    ]),
  );
}

export const CORPORA: Readonly<Record<string, () => Record<string, string>>> = {
  'the sample seeds': sampleSeeds,
  'all fixtures': fixtureSeeds,
  'hostile titles': hostileSeeds,
  'one seed': () => ({ '1.txt': seedText() }),
  'one seed without a text': () => ({ '1.txt': seedText({ body: ' ' }) }),
  'no seed': () => ({}),
};
