// Every key that can be configured: its type, its limits, its default and what it means. The one
// source of the defaults, of `config/feedmill.schema.json` and of what `config` prints.
import * as v from 'valibot';

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const count = (min: number, max: number): v.GenericSchema<number> =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );
const absoluteUrl = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^/?#\s]+[^?#\s]*$/, 'must be an http(s) address without query'),
);

/** HOST:PORT, [IPv6]:PORT or unix:PATH. */
export const LISTEN =
  /^(?:unix:(?<socket>.+)|(?:\[(?<ipv6>[\da-fA-F:.]+)\]|(?<host>[^:\s[\]]+)):(?<port>\d{1,5}))$/;

/** An optional key with its default and its description. */
function key<const S extends v.GenericSchema>(schema: S, fallback: v.InferInput<S>, description: string) {
  return v.optional(v.pipe(schema, v.description(description)), fallback);
}

export const CONFIG_SCHEMA = v.strictObject({
  seeds: key(text, './seeds', 'The directory of article files. Only ever read.'),
  data: key(text, './data', 'Where feedmill keeps its ledger and, in public/, what it publishes.'),
  listen: key(
    v.pipe(v.string(), v.regex(LISTEN, 'must be HOST:PORT or unix:PATH')),
    '127.0.0.1:8080',
    'Where to serve: HOST:PORT (port 0 takes a free one) or unix:PATH.',
  ),
  baseUrl: key(
    v.nullable(absoluteUrl),
    null,
    'The address under which subscribers reach the feeds. null: http:// and what it listens on.',
  ),
  siteId: key(
    v.nullable(text),
    null,
    'What the permanent ids of the feeds are derived from. null: the base URL of the first start, which is then kept in the data directory.',
  ),
  title: key(text, 'feedmill', 'The title of the merged feed.'),
  language: key(
    v.pipe(v.string(), v.regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag')),
    'zh-Hans',
    'The language of the merged feed (BCP 47). Outlets and entries have their own.',
  ),
  schedule: key(
    text,
    '* * * * *',
    'When to look at the whole directory (cron, an optional first field for seconds). New files are noticed at once all the same.',
  ),
  settleMs: key(
    count(100, 600_000),
    2_000,
    'A file changed more recently than this may still be being written: it is looked at again. ms',
  ),
  debounceMs: key(count(0, 60_000), 10, 'How long to collect notices of files before looking at them. ms'),
  seedBytesMax: key(count(1_024, 67_108_864), 2_097_152, 'Seeds larger than this are rejected. bytes'),
  extensions: key(
    v.pipe(v.array(v.pipe(v.string(), v.regex(/^\.[^/]+$/, 'must start with a dot'))), v.minLength(1)),
    ['.txt', '.md'],
    'Files whose names end otherwise are no seeds.',
  ),
  window: key(
    v.strictObject({
      entries: key(
        count(1, 10_000),
        100,
        'How many of the newest entries a feed shows at most. Some readers never read past 300.',
      ),
      bytes: key(
        count(10_000, 1_000_000_000),
        2_000_000,
        'How large a feed may become. An article of more than half of it is shown by its summary. bytes',
      ),
    }),
    {},
    'What a feed shows of its outlet.',
  ),
  withdrawal: key(
    v.strictObject({
      share: key(
        v.pipe(v.number(), v.minValue(0, 'must be at least 0'), v.maxValue(1, 'must be at most 1')),
        0.5,
        'If more than this share of all seeds …',
      ),
      count: key(
        count(0, 1_000_000_000),
        10,
        '… and more than this many disappear, nothing is withdrawn and an alarm is raised.',
      ),
    }),
    {},
    'When the absence of seeds is taken for an accident. share: 1 never does.',
  ),
  page: key(
    v.strictObject({
      rejected: key(v.boolean(), true, 'Whether the first page names seeds rejected lately.'),
    }),
    {},
    'What the pages for people show.',
  ),
  images: key(
    v.pipe(
      v.string(),
      v.check(
        (policy) => ['keep', 'direct'].includes(policy) || /^https?:\/\/.*\{url\}/.test(policy),
        'must be keep, direct, or an http(s) address with {url} in it',
      ),
    ),
    'keep',
    'Addresses of pictures: keep, direct (undo an image proxy), or a proxy such as https://proxy.example/?url={url}',
  ),
  outlets: key(text, 'config/outlets', 'The folder of recipes, one YAML file an outlet.'),
  logLevel: key(
    v.picklist(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    'info',
    'The least severe messages to log.',
  ),
});

export type Settings = v.InferOutput<typeof CONFIG_SCHEMA>;

const host = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, 'must be a host name in lower case, without scheme or path'),
);
const regularExpression = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.rawCheck(({ dataset, addIssue }) => {
    try {
      if (dataset.typed) RegExp(dataset.value, 'u');
    } catch (error) {
      addIssue({ message: `must be a regular expression: ${(error as Error).message}` });
    }
  }),
);

/** How many groups an expression captures. */
function groupsIn(pattern: string): number {
  try {
    return RegExp(`${pattern}|`, 'u').exec('')!.length - 1;
  } catch {
    return 1;
  }
}

export const RECIPE_SCHEMA = v.strictObject({
  name: v.pipe(text, v.description('The outlet’s name, in its own language.')),
  home: v.pipe(absoluteUrl, v.description('Its home page.')),
  language: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag such as zh-Hans'),
    v.description('The language of its articles (BCP 47).'),
  ),
  hosts: v.pipe(
    v.array(host),
    v.minLength(1, 'must name at least one host'),
    v.description('Hosts whose articles are this outlet’s; each stands for itself and what is below it.'),
  ),
  dates: key(
    v.array(
      v.strictObject({
        select: key(v.nullable(text), null, 'A CSS selector. null: the date is in the article’s address.'),
        attribute: key(
          v.nullable(text),
          null,
          'The attribute that holds the date. null: the text does. With ago: that names the day it must fall on.',
        ),
        form: v.pipe(
          text,
          v.description(
            'rfc1123, iso8601, ago (5 minutes ago), or a pattern of yyyy MM dd HH hh mm ss (UTS #35).',
          ),
        ),
        undatedOnly: key(v.boolean(), false, 'Ask only where the header of the seed has no time.'),
        zone: key(v.nullable(text), null, 'The time zone of a pattern: Europe/Paris, +08:00. null: UTC.'),
      }),
    ),
    [],
    'Where the publication time stands, the best place first. What told a date goes from the text.',
  ),
  bylines: key(
    v.array(
      v.strictObject({
        select: v.pipe(text, v.description('A CSS selector.')),
        match: key(
          v.nullable(
            v.pipe(
              regularExpression,
              v.check((pattern) => groupsIn(pattern) > 0, 'must have a group: the names in ( )'),
            ),
          ),
          null,
          'Its first group is the names. null: the whole text.',
        ),
      }),
    ),
    [],
    'Where the authors’ names stand, the best place first.',
  ),
  lead: key(v.array(text), [], 'CSS selectors of the lead picture or video, the best first.'),
  captions: key(v.array(text), [], 'CSS selectors of captions; each belongs to the picture before it.'),
  credits: key(v.array(text), [], 'CSS selectors of pictures’ credits, which go behind the captions.'),
  embeds: key(
    v.array(
      v.strictObject({
        select: v.pipe(text, v.description('A CSS selector.')),
        attribute: v.pipe(text, v.description('The attribute that holds the address of what is embedded.')),
      }),
    ),
    [],
    'Elements that only name what they embed; they become links.',
  ),
  remove: key(v.array(text), [], 'CSS selectors of what is not the article.'),
  unwrap: key(v.array(text), [], 'CSS selectors of what loses its tags and keeps its content.'),
  removeLinkLists: key(
    v.array(text),
    [],
    'CSS selectors of lists that go if each of their items is a link and nothing else.',
  ),
  removeText: key(
    v.array(regularExpression),
    [],
    'Regular expressions: a paragraph goes if one matches its text.',
  ),
  titleSuffixes: key(v.array(text), [], 'What the outlet writes behind its titles.'),
  icon: key(v.nullable(absoluteUrl), null, 'A small square picture of the outlet.'),
  logo: key(v.nullable(absoluteUrl), null, 'A picture of the outlet, twice as wide as high.'),
  rights: key(v.nullable(text), null, 'To whom its articles belong.'),
  categories: key(v.array(text), [], 'What all of its articles are about.'),
  trackingParameters: key(
    v.array(text),
    [],
    'Query parameters that do not tell articles apart, beyond the generally known ones.',
  ),
  aliases: key(
    v.array(v.strictObject({ match: regularExpression, replace: v.string() })),
    [],
    'Other addresses of one article (mobile, print): `match` in the canonical URL becomes `replace`.',
  ),
});
