// One way to break each rule: in which document, what stands there, what is put instead.
import { NOON, seedText } from '../support/seeds.ts';

/** Two articles of two outlets, with pictures whose types are known. */
export const ORDINARY: Readonly<Record<string, string>> = {
  '1.txt': ordinarySeed(1),
  '2.txt': ordinarySeed(2),
};

function ordinarySeed(number: number): string {
  return seedText({
    time: NOON + number * 60_000,
    title: `Title ${number}`,
    url: `https://mill-${number}.example/a/${number}`,
    body: `<p><img src="https://mill-${number}.example/${number}.jpg" width="900" height="600"></p><p>Text ${number}</p>`,
  });
}

/** What is put instead may name what was found, as `String.replace` has it. */
export type Doctored = readonly [path: string, breach: string, found: RegExp, instead: string];

const SCHEMA: readonly Doctored[] = [
  ['feed.atom', "Type dateTime doesn't allow value", /<updated>/, '<updated>about '],
  ['feed.atom', 'Expecting an element id', /<id>.*?<\/id>/, ''],
  ['feed.atom', 'Invalid attribute colour for element entry', /<entry /, '<entry colour="red" '],
  ['feed.atom', 'Element feed has extra content', /<\/feed>/, '<title>again</title></feed>'],
  ['feed.atom', 'Invalid attribute size for element link', /<link /, '<link size="1" '],
  [
    'feed.atom',
    'Invalid attribute type for element content',
    /<content type="html">/,
    '<content type="text/">',
  ],
  ['feed.atom', 'Opening and ending tag mismatch', /<title>/, '<title><b>'],
];

const ATOM: readonly Doctored[] = [
  ['feed.atom', 'ids are absolute IRIs', /<id>urn:uuid:/, '<id>'],
  ['feed.atom', 'no two entries share an id', /<entry .*?<\/entry>/s, '$&$&'],
  ['feed.atom', 'an entry has an author, or', /<author>.*?<\/author>/s, ''],
  ['feed.atom', 'an author has a name', /<name>.*?<\/name>/, '<name> </name>'],
  [
    'feed.atom',
    'an entry has content or an alternate link',
    /(<entry .*?)<link rel="alternate"[^>]*>(.*?)<content .*?<\/content>/s,
    '$1$2',
  ],
  ['feed.atom', 'one self link', /(<link rel="self"[^>]*)feed\.atom"/, '$1feed.xml"'],
  ['outlets/mill-1.example.atom', 'one self link', /<link rel="self"[^>]*>/, ''],
  ['feed.atom', 'a feed and each entry have one alternate link', /<link rel="alternate"[^>]*>/, '$&$&'],
  ['feed.atom', 'every link is absolute', /href="https:\/\/mill\.example\/"/, 'href="/"'],
  ['feed.atom', 'dates are of RFC 3339', /<updated>2026-03-10T/, '<updated>2026-02-30T'],
  ['feed.atom', 'dates are of RFC 3339', /<published>(.*?)T(.*?)Z/, '<published>$1t$2z'],
  ['feed.atom', 'the feed is as new as its newest entry', /<updated>2026/, '<updated>2025'],
  ['feed.atom', 'titles are not blank', /<title>Title 1</, '<title> <'],
  ['feed.atom', 'titles are not blank', /<title>Title 1</, '<title type="html">Title 1<'],
  ['feed.atom', 'SecurityRisk: <script>', /<p>Text/, '<script>1</script><p>Text'],
  ['feed.atom', 'SecurityRisk: <iframe>', /<p>Text/, '<iframe src="https://a.example/"></iframe><p>Text'],
  ['feed.atom', 'SecurityRisk: href="javascript:1"', /<p>Text/, '<a href="javascript:1">a</a><p>Text'],
  ['feed.atom', 'SecurityRiskAttr: onclick', /<p>Text/, '<p onclick="x()">Text'],
  ['feed.atom', 'DangerousStyleAttr: color:red', /<p>Text/, '<p style="color:red">Text'],
  ['feed.atom', 'ContainsRelRef: <a href="/a">', /<p>Text/, '<a href="/a">a</a><p>Text'],
  [
    'feed.atom',
    'ContainsRelRef: <img srcset="b.jpg">',
    /<img /,
    '<img srcset="https://a.example/a.jpg 1x, b.jpg 2x" ',
  ],
  ['feed.atom', 'content is safe and leads somewhere', /<p>Text/, '<object></object><p>Text'],
  ['feed.atom', 'an entry that comes from elsewhere', /(<source [^>]*>.*?)<updated>.*?<\/updated>/s, '$1'],
  ['feed.atom', 'languages are said', /<entry xml:lang="[^"]*"/, '<entry xml:lang=""'],
  ['feed.atom', 'namespaces are known', /<entry /, '<own xmlns="https://own.example/"/><entry '],
];

const RSS: readonly Doctored[] = [
  ['feed.rss', 'it is RSS 2.0 with one channel', /version="2\.0"/, 'version="0.92"'],
  ['feed.rss', 'the channel has what it must', /<description>feedmill</, '<description><'],
  ['feed.rss', 'the channel has what it must', /<lastBuildDate>.*?<\/lastBuildDate>/, '$&$&'],
  ['feed.rss', 'the channel says how long it keeps', /<ttl>\d+/, '<ttl>soon'],
  ['feed.rss', 'the channel names its language', /<language>.*?<\/language>/, ''],
  ['feed.rss', 'one self link', /<atom:link [^>]*rel="self"[^>]*>/, ''],
  ['outlets/mill-1.example.rss', 'one self link', /mill-1\.example\.rss" rel="self"/, 'feed.rss" rel="self"'],
  ['feed.rss', 'dates are of RFC 822', /<pubDate>Tue, /, '<pubDate>Wed, '],
  ['feed.rss', 'dates are of RFC 822', /<lastBuildDate>.*?</, '<lastBuildDate>2026-03-10T12:00:00Z<'],
  ['feed.rss', 'atom:updated is of RFC 3339', /<atom:updated>/, '<atom:updated>about '],
  ['feed.rss', 'an item has a guid', / isPermaLink="false"/, ''],
  ['feed.rss', 'an item has a guid', /<item>.*?<\/item>/s, '$&$&'],
  [
    'feed.rss',
    'an item has a title, or a description',
    /(<item>.*?)<title>.*?<\/title>(.*?)<description>.*?<\/description>/s,
    '$1$2',
  ],
  ['feed.rss', 'an item has one title, link and date', /(<item>.*?)<link>.*?<\/link>/s, '$1'],
  ['feed.rss', 'links are addresses of the web', /<link>https:\/\/mill-1\.example/, '<link>'],
  ['feed.rss', 'an author is a dc:creator', /<dc:creator>(.*?)<\/dc:creator>/, '<author>$1</author>'],
  ['feed.rss', 'an enclosure has address, length and type', / length="0"/, ''],
  ['feed.rss', 'an item has one enclosure at most', /<enclosure [^>]*>/, '$&$&'],
  ['feed.rss', 'an item has its whole content once', /<content:encoded>.*?<\/content:encoded>/s, '$&$&'],
  ['feed.rss', 'content and description are safe', /<p>Text/, '<style>p{}</style><p>Text'],
  ['feed.rss', 'an item that comes from elsewhere', /<source url="[^"]*"/, '<source url="feed.rss"'],
  ['feed.rss', 'the core has no element of our own', /<item>/, '<item><updated>x</updated>'],
  ['feed.rss', 'namespaces are known', /<item>/, '<item><own xmlns="https://own.example/"/>'],
];

const JSON_FEED: readonly Doctored[] = [
  ['feed.json', 'version, title and items are there', /version\/1\.1/, 'version/1'],
  ['feed.json', 'feed_url is where the document is', /feed\.json"/, 'feed.xml"'],
  ['feed.json', 'an id is a string', /"id":"[^"]*"/, '"id":1'],
  ['outlets/mill-1.example.json', 'an id is a string', /(\{"id".*)\n/, '$1,$1\n'],
  ['feed.json', 'an item has content_html or content_text', /"content_html"/, '"_content":{},"content"'],
  ['feed.json', 'addresses are addresses of the web', /"url":"https:\/\/mill-1\.example/, '"url":"'],
  ['feed.json', 'dates are of RFC 3339', /"date_published":"2026-03-10T/, '"date_published":"2026-03-10 '],
  ['feed.json', 'authors are a list of objects', /"authors":\[/, '"author":{"name":"a"},"authors":['],
  ['feed.json', 'authors are a list of objects', /"authors":\[\{"name":"[^"]+"\}\]/, '"authors":[{}]'],
  ['feed.json', 'languages are tags of RFC 5646', /"language":"[^"]*"/, '"language":"zh_Hans"'],
  ['feed.json', 'titles and summaries are strings', /"summary":"[^"]*"/, '"summary":null'],
  ['feed.json', 'no field is of our own but extensions', /"items":/, '"published":"","items":'],
  ['feed.json', 'no field is of our own but extensions', /"_feedmill":\{.*?\}\}/, '"_feedmill":"x"'],
  ['feed.json', 'content is safe and leads somewhere', /<p>Text/, '<script></script><p>Text'],
];

const OPML: readonly Doctored[] = [
  ['feeds.opml', 'it is OPML 2.0', /version="2\.0"/, 'version="1.0"'],
  ['feeds.opml', 'it is OPML 2.0', /<outline .*<\/body>/s, '</body>'],
  ['feeds.opml', 'it has a title', /<title>.*?<\/title>/, ''],
  ['feeds.opml', 'every outline has a text', / text="[^"]*"/, ''],
  ['feeds.opml', 'a subscription is of type rss', / xmlUrl="[^"]*"/, ''],
  ['feeds.opml', 'a subscription is of type rss', / type="rss"/, ' type="link"'],
  ['feeds.opml', 'a page, where one is named', / htmlUrl="[^"]*"/, ' htmlUrl="/"'],
  ['feeds.opml', 'no feed is listed twice', /<outline [^>]*>/, '$&$&'],
];

export const DOCTORED: readonly Doctored[] = [...SCHEMA, ...ATOM, ...RSS, ...JSON_FEED, ...OPML];
