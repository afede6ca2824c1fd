// What comes from a seed, a request or a field of one, and would be a path if it could.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/article.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { parseUrl } from '../../src/mill/url.ts';
import { EXTENSIONS } from '../../src/output/codings.ts';
import { createSite } from '../end-to-end/site.ts';
import { Client } from '../output/client.ts';
import { recipe } from '../support/recipe.ts';
import { Daemon, runFeedmill } from '../support/process.ts';
import { seedText } from '../support/seeds.ts';

const LABEL = 'x'.repeat(63);
const HOSTS = [
  '..',
  '%2e%2e',
  'a..b',
  '...example',
  '.git.example',
  '-.-',
  'con',
  'nul.txt',
  'COM1',
  'a.example.',
  'archive',
  'index.html',
  'x.feedmill-tmp',
  '-voa.atom',
  '-voa.atom.gz',
  '-voa.json.br',
  'voa.rss.zst-',
  '[::1]',
  '[::ffff:1.2.3.4]',
  '127.1',
  'a_b.example',
  "a!$&'()*+,;=.example",
  '中国.中国',
  'xn--fiqs8s',
  'straße.example',
  `${LABEL}.${LABEL}.${LABEL}.com`,
  `${LABEL}.${LABEL}.${LABEL.slice(0, 50)}.github.io`,
];
const REFUSED = [
  'a%2fb',
  'a%5cb',
  'a%00b',
  'a\u202Eb',
  `${LABEL}x.com`,
  `${LABEL}.${LABEL}.${LABEL}.${LABEL}.com`,
];

/** Of a file name on any file system of note. bytes */
const NAME_MAX = 255;
const LONGEST = `.${FORMATS.at(-1)!}${EXTENSIONS.zstd}.feedmill-tmp`;

const outlets = createOutlets([recipe({ id: 'voa', hosts: ['voachinese.com'] })]);

function expectFileName(id: string): void {
  expect(id).toMatch(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/);
  expect(`.${id}${LONGEST}`.length).toBeLessThanOrEqual(NAME_MAX);
  // Folders have the names of outlets, and files those of their feeds: none is the other's.
  expect(id).not.toMatch(/^voa\.(?:atom|rss|json)(?:\.(?:gz|br|zst))?$/);
}

describe('a host', () => {
  it.each(HOSTS)('%s names a file that is no other’s, whatever it is', (host) => {
    const url = parseUrl(`https://${host}/../../a`);
    expect(url).not.toBeNull();
    expectFileName(outlets.ofUrl(url!).id);
  });

  it.each(REFUSED)('%s is refused', (host) => {
    expect(parseUrl(`https://${host}/`)).toBeNull();
  });

  it('of any characters is refused or names such a file', () => {
    const part = fc.constantFrom(
      '.',
      '..',
      '-',
      '_',
      '/',
      '\\',
      '%2e',
      '%2F',
      'voa',
      'atom',
      'gz',
      'A',
      '中',
      '[',
      ']',
      ':',
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 12 }), (parts) => {
        const url = parseUrl(`https://${parts.join('')}`);
        if (url === null) return;
        accepted += 1;
        expectFileName(outlets.ofUrl(url).id);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(300);
  });

  it('of any kind leads to files in the folder for them, and to none elsewhere', async () => {
    const seeds = Object.fromEntries(
      HOSTS.map((host, i) => [`${i}.txt`, seedText({ url: `https://${host}/../../../a/${i}.html` })]),
    );
    const site = await createSite({ ...seeds, 'sound.txt': seedText() });
    const { status, stdout } = await runFeedmill(['build', ...site.flags]);
    expect([status, stdout]).toEqual([0, expect.stringContaining(`${HOSTS.length + 1} articles`)]);
    expect(readdirSync(site.directory).sort()).toEqual(['config.yaml', 'data', 'seeds']);
    expect(readdirSync(site.data).filter((name) => !/^(?:ledger|lock|site-id)/.test(name))).toEqual([
      'public',
      'tags.json',
    ]);
    const published = readdirSync(join(site.data, 'public')).filter((name) => !/\.(?:gz|br|zst)$/.test(name));
    expect(
      published.filter((name) => !/^(?:feed|feeds|index|page|icon|archive|outlets)\b/.test(name)),
    ).toEqual([]);
    const named = readdirSync(join(site.data, 'public', 'outlets'));
    expect(named.filter((name) => !/^[a-z0-9][a-z0-9._-]*$/.test(name))).toEqual([]);
    expect(named).toContain('voa.atom.gz');
  });
});

describe('a request', () => {
  it('reaches nothing that is not published, however its path, fields or query are written', async () => {
    const site = await createSite({ 'a.txt': seedText() });
    const daemon = await Daemon.start(site.flags);
    const port = Number(new URL(await daemon.url()).port);
    const targets = [
      '/../ledger.sqlite',
      '/..%2fledger.sqlite',
      '/%2e%2e/ledger.sqlite',
      '/..\\ledger.sqlite',
      '/outlets/../../ledger.sqlite',
      '/outlets/voa.atom/../../../../seeds/a.txt',
      '//etc/passwd',
      '/etc/passwd',
      `/${site.seeds}/a.txt`,
      '/archive/1-../../../lock.atom',
      '/outlets/../archive/1-x.atom',
      '/token/../../lock',
      '/feed.atom.gz',
      '/feed.atom%00.gz',
      '/constructor',
      '/__proto__',
      'http://x/../ledger.sqlite',
      '/?/../../ledger.sqlite/nothing',
    ];
    for (const target of targets) {
      const client = await Client.connect(port);
      const field = '../'.repeat(20);
      client.send(
        `GET ${target} HTTP/1.1`,
        `Host: ${field}etc/passwd`,
        `X-Original-URL: /${field}etc/passwd`,
        `X-Sendfile: ${site.seeds}/a.txt`,
        `Accept-Language: ${field}`,
        `If-None-Match: "${field}"`,
        'Connection: close',
      );
      const answer = await client.all();
      expect([target, answer]).toEqual([
        target,
        expect.stringMatching(target.startsWith('/?') ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 404 /),
      ]);
      expect(answer).not.toMatch(/SQLite format|root:/);
    }
  });
});
