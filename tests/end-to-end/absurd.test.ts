// Seeds that no archiver means, each as large as a seed may be: every one is rejected or repaired, and named, and the
// sound one among them is published.
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { children, parseXml } from '../mill/xml.ts';
import { runFeedmill } from '../support/process.ts';
import { seedText } from '../support/seeds.ts';
import { createSite, type TestSite } from './site.ts';

/** The default of `seedBytesMax`. */
const BYTES_MAX = 2_097_152;
/** Of the heap: what has no bounds dies of it. */
const MEGABYTES = 512;
/** How much more of the processor's time an absurd seed may take than a plain one. What has no bounds takes thousands of times as much. */
const TIMES_MAX = 20;

const HEADER = '<!--1773144000000-->\n[标题](https://sound.example/1.html)\n------\n\n';
const ROOM = BYTES_MAX - 500;

function fill(text: string, start = '', end = ''): string {
  const room = ROOM - Buffer.byteLength(start) - Buffer.byteLength(end);
  return start + text.repeat(Math.floor(room / Buffer.byteLength(text))) + end;
}

function numbered(write: (i: number) => string, bytesMax = ROOM): string {
  const parts: string[] = [];
  for (let i = 0, size = 0; size < bytesMax - 100; i += 1) {
    const part = write(i);
    size += part.length;
    parts.push(part);
  }
  return parts.join('');
}

/** What a file holds → as what it is rejected. */
const REJECTED: Readonly<Record<string, readonly [reason: string, content: string | Buffer]>> = {
  nothing: ['empty', ''],
  'white space': ['empty', ' \n'.repeat(BYTES_MAX / 2)],
  zeros: ['not-text', Buffer.alloc(BYTES_MAX)],
  noise: ['not-text', Buffer.from(Uint8Array.from({ length: BYTES_MAX }, (_, i) => (i * i * 31 + i) % 251))],
  'a NUL byte in an article': ['not-text', `${HEADER}<p>x\0y`],
  'a title of 1 MB': ['header-missing', `[${'字'.repeat(350_000)}](https://title.example/)\n------\n\n<p>x`],
  'an address of 1 MB': ['header-missing', `[x](https://a.example/${'x'.repeat(1e6)})\n------\n\n<p>x`],
  'an address of 9 KB': ['url-invalid', `[x](https://a.example/${'x'.repeat(9_000)})\n------\n\n<p>x`],
  'a host of 70 labels': ['url-invalid', `[x](https://${'long.'.repeat(70)}example/)\n------\n\n<p>x`],
  'one line of brackets': ['header-missing', '['.repeat(BYTES_MAX)],
  'a million lines': ['header-missing', `[${')\n'.repeat(BYTES_MAX / 2 - 1)}`],
  'a date of 2 MB': ['header-missing', `<!--${'1'.repeat(BYTES_MAX - 20)}-->\n`],
  'a rule of 2 MB': ['body-missing', `[x](https://a.example/)\n${'-'.repeat(BYTES_MAX - 40)}`],
  '50 MB': ['too-large', `${HEADER}<p>${'x'.repeat(52_000_000)}`],
};

/** What a body is → what is said of it: where nothing is, the article is whole. */
const ARTICLES: Readonly<Record<string, readonly [repair: string | null, body: string | Buffer]>> = {
  'a line of 2 MB': ['its summary stands for it', fill('字')],
  'nested elements': ['512 elements deep', fill('<div>')],
  'nested elements and ends of others': ['512 elements deep', fill('</x></x><div><div>')],
  'nested lists': ['512 elements deep', fill('<ul><li>')],
  'nested tables': ['512 elements deep', fill('<table><tr><td>')],
  'nested templates': ['512 elements deep', fill('<template>')],
  'nested drawings': ['512 elements deep', fill('<svg>')],
  'ends in 500 open elements': ['too many tags too deep', fill('</y>', '<x>'.repeat(500))],
  attributes: ['1000 attributes', `<p${numbered((i) => ` a${i}`)}`],
  'attributes, their values set off by spaces': [
    '1000 attributes',
    `<!-- " --><p${numbered((i) => ` a${i} = " > "`)}`,
  ],
  'the same attribute again and again': [null, fill(' a', '<p', '>x')],
  'tiny elements': ['60000 children', fill('<i>x</i>')],
  'empty paragraphs': ['60000 children', fill('<p></p>')],
  comments: [null, fill('<!---->', '', 'x')],
  'a link in a link': ['512 elements deep', fill('<a href=y><b>x')],
  'paragraphs in emphasis': ['100000 elements', fill('<b><p>x')],
  'emphasis that ends elsewhere': ['100000 elements', fill('<i><b><p>x</i></b>')],
  'emphasis left open': ['512 elements deep', numbered((i) => `<b id=${i}>`, 8_000) + '<p>x'.repeat(500_000)],
  'loose text in tables': ['60000 children', fill('x<tr>', '<table>')],
  'loose lines in tables': ['in tables', fill('<br>', '<table>')],
  'loose emphasis in tables': ['512 elements deep', fill('<b>x', '<table>')],
  'a choice': ['60000 children', fill('<option>x', '<select>')],
  frames: [null, fill('<frame>', '<p>x<frameset>')],
  'plain text without end': [null, fill('<p>x', '<p>x<plaintext>')],
  references: [null, fill('&amp;').slice(0, 900_000)],
  'quotation marks': ['its summary stands for it', fill('"')],
  'a picture in its own address': [null, fill('A', 'x<img src="data:image/png;base64,', '">')],
  'UTF-16': [null, Buffer.from(`\uFEFF${HEADER}<p>东风`, 'utf16le')],
  GBK: [
    null,
    Buffer.concat([
      Buffer.from('[a](https://sound.example/1.html)\n\n<p>'),
      Buffer.from('b6abb7e7b4b5a1a3'.repeat(20_000), 'hex'),
    ]),
  ],
  'half a character': [null, Buffer.concat([Buffer.from(`${HEADER}<p>x`), Buffer.from([0xe4, 0xb8])])],
};

interface Usage {
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
}

async function built(site: TestSite): Promise<{ status: number | null; log: string[]; seconds: number }> {
  const tell = `process.on('exit', () => process.stderr.write(JSON.stringify(process.resourceUsage())))`;
  const { status, stdout, stderr } = await runFeedmill(['build', ...site.flags], {
    env: {
      NODE_OPTIONS: `--max-old-space-size=${MEGABYTES} --import=data:text/javascript,${encodeURIComponent(tell)}`,
    },
  });
  const { userCPUTime, systemCPUTime } = JSON.parse(stderr) as Usage;
  return { status, log: stdout.split('\n'), seconds: (userCPUTime + systemCPUTime) / 1e6 };
}

/** The same article, as one of an outlet of its own. */
function ofOutlet(content: string | Buffer, number: number): Buffer {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(HEADER + content);
  const wide = bytes[0] === 0xff;
  const at = bytes.indexOf(wide ? Buffer.from('sound', 'utf16le') : 'sound');
  const name = Buffer.from(`s${String(number).padStart(4, '0')}`, wide ? 'utf16le' : 'utf8');
  return Buffer.concat([bytes.subarray(0, at), name, bytes.subarray(at + name.length)]);
}

describe('seeds that are no articles', () => {
  const names = Object.keys(REJECTED);

  it('are rejected one by one, each under its name with a reason, and the sound one is not', async () => {
    const site = await createSite({ 'sound.txt': seedText() });
    for (const [name, [, content]] of Object.entries(REJECTED)) {
      writeFileSync(join(site.seeds, `${name}.txt`), content);
    }
    writeFileSync(join(site.seeds, 'sparse.txt'), '');
    truncateSync(join(site.seeds, 'sparse.txt'), 1_073_741_824);
    const { status, stdout } = await runFeedmill(['check', ...site.flags], {
      env: { NODE_OPTIONS: `--max-old-space-size=${MEGABYTES}` },
    });
    expect(status).toBe(1);
    const told = new Map(
      [...stdout.matchAll(/^(?<name>.+)\.txt:\d+: (?<reason>[\w-]+): /gm)].map(({ groups }) => [
        groups!['name'],
        groups!['reason'],
      ]),
    );
    const expected = Object.entries(REJECTED).map(([name, [reason]]) => [name, reason] as const);
    expect(told).toEqual(new Map([...expected, ['sparse', 'too-large']]));
    expect(stdout).toContain(`1 articles in 1 distinct addresses, ${names.length + 1} rejected`);

    const { log, seconds } = await built(site);
    expect(log.join('\n')).toContain('"msg":"1 article of 1 outlet published"');
    expect(seconds).toBeLessThan(TIMES_MAX * (await secondsOfPlain()));
  }, 120_000);
});

/** Of a plain article that is as large as one may be, with all that a run does. */
async function secondsOfPlain(): Promise<number> {
  const plain = seedText({ body: fill('<p>东风吹过山谷，磨坊的轮子转了起来。</p>') });
  const { seconds } = await built(await createSite({ 'plain.txt': plain }));
  return seconds;
}

describe('absurd articles', () => {
  const entries = Object.entries(ARTICLES);

  it('are published as far as they go, what was repaired is told, and none stops the others', async () => {
    const site = await createSite({ 'sound.txt': seedText() });
    for (const [i, [name, [, body]]] of entries.entries()) {
      writeFileSync(join(site.seeds, `${name}.txt`), ofOutlet(body, i));
    }
    const { status, log, seconds } = await built(site);
    expect(status).toBe(0);
    const lines = log.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, string>);
    const repaired = Map.groupBy(
      lines.filter(({ msg }) => msg === 'article repaired'),
      ({ seed }) => seed,
    );
    const told = entries.map(([name, [repair]], i) => {
      const outlet = `s${String(i).padStart(4, '0')}.example`;
      const feed = readFileSync(join(site.data, 'public', 'outlets', `${outlet}.atom`), 'utf8');
      const repairs = (repaired.get(`${name}.txt`) ?? []).map(({ what }) => what).join('; ');
      const asMeant = repair === null ? repairs === '' : repairs.includes(repair);
      return { name, repairs: asMeant ? repair : repairs, entries: children(parseXml(feed), 'entry').length };
    });
    expect(told).toEqual(entries.map(([name, [repair]]) => ({ name, repairs: repair, entries: 1 })));
    expect(readFileSync(join(site.data, 'public', 'outlets', 'voa.atom'), 'utf8')).toContain('正文');
    expect(seconds / entries.length).toBeLessThan(TIMES_MAX * (await secondsOfPlain()));
  }, 300_000);
});
