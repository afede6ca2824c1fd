// Every key that can be configured: its type, its limits, its default and what it means. The one
// source of the defaults, of `config/feedmill.schema.json` and of what `config` prints.
import * as v from 'valibot';
import { absoluteUrl, count, key, text } from './config-parts.ts';
import { WEBSUB_SCHEMA } from './websub/settings.ts';

/** HOST:PORT, [IPv6]:PORT or unix:PATH. */
export const LISTEN =
  /^(?:unix:(?<socket>.+)|(?:\[(?<ipv6>[\da-fA-F:.]+)\]|(?<host>[^:\s[\]]+)):(?<port>\d{1,5}))$/;

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
  debounceMs: key(count(0, 60_000), 0, 'How long to collect notices of files before looking at them. ms'),
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
      tombstoneDays: key(
        count(0, 36_500),
        30,
        'How long a feed says of a withdrawn article that it is gone (RFC 6721). days',
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
  access: key(
    v.nullable(text),
    null,
    'A file of tokens, a name and a token a line, that close everything but /healthz to whoever has none. null: open.',
  ),
  websub: key(WEBSUB_SCHEMA, {}, 'Who is told of changes instead of asking for them (WebSub).'),
  outlets: key(text, 'config/outlets', 'The folder of recipes, one YAML file an outlet.'),
  logLevel: key(
    v.picklist(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    'info',
    'The least severe messages to log.',
  ),
});

export type Settings = v.InferOutput<typeof CONFIG_SCHEMA>;
