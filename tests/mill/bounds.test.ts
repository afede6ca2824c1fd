// A body is written by anybody: one that is made to cost much must not stop the others. Each is cleaned in
// a process of its own, which may be ended and may run out of memory.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'vitest';

const MILL = join(import.meta.dirname, '..', '..', 'src', 'mill');
const MEGABYTES = 512;
/** Of processor time: what else the machine does meanwhile does not count. */
const SECONDS = 2;

/** The end of what is left of a body, which is given as the program that writes it. */
async function endOf(body: string): Promise<string> {
  const program = `
    import { clean } from '${MILL}/clean.ts';
    import { createOutlets } from '${MILL}/outlet.ts';
    const hosts = ['mill.example'];
    const remove = ['div:has(> div > [data-noise])', 'body > div:first-child:has(> i:only-child)'];
    const outlets = createOutlets([{ id: 'mill', hosts, remove, trackingParameters: [], aliases: [] }]);
    const header = { title: 'a', url: 'https://mill.example/', time: 0 };
    const numbered = (count, write) => Array.from({ length: count }, (_, i) => write(i)).join('');
    const { html } = clean(header, ${body}, outlets.ofUrl(header.url), { images: 'keep' });
    console.log(html.replaceAll(/<[^>]*>/g, '').slice(-4));
  `;
  const options = [`--max-old-space-size=${MEGABYTES}`, '--input-type=module', '--eval', program];
  const limited = `ulimit -c 0; ulimit -t ${SECONDS}; exec "$0" "$@"`;
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, ...options]);
    return stdout.trim();
  } catch (error) {
    const { signal, stderr } = error as { signal: string | null; stderr: string };
    return `ended by ${signal}: ${/^\w*Error.*|^FATAL.*/m.exec(stderr)?.[0]}`;
  }
}

test.concurrent.for([
  ['50,000 paragraphs', `'<p></p>'.repeat(50_000)`],
  ['20,000 nested elements', `'<span>'.repeat(20_000)`],
  ['12,000 nested blocks', `'<div>'.repeat(12_000)`],
  ['100,000 nested blocks', `'<div>'.repeat(100_000)`],
  ['60,000 nested blocks, and as many ends of others', `'</x></x><div><div>'.repeat(30_000)`],
  ['60,000 nested blocks, and as many ends in comments', `'<!--</div></div>--><div><div>'.repeat(30_000)`],
  ['50,000 nested parts of a drawing', `'<svg>' + '<td>'.repeat(50_000) + '</x>'.repeat(50_000) + '</svg>'`],
  ['100,000 attributes', `'<p' + numbered(1e5, (i) => ' a' + i) + '>'`],
  ['100,000 attributes without a space', `'<p ' + numbered(1e5, (i) => 'a' + i + '=""') + '>'`],
  ['100,000 attributes behind a quoted bracket', `'<p a=">"' + numbered(1e5, (i) => ' a' + i) + '>'`],
  [
    '2000 elements left open in 2000 paragraphs',
    `'<p>' + numbered(2000, (i) => '<b id=' + i + '>') + '<p>x'.repeat(2000)`,
  ],
  [
    '32 elements left open in 50,000 paragraphs',
    `'<p>' + numbered(32, (i) => '<b id=' + i + '>') + '<p>x'.repeat(50_000)`,
  ],
] as const)(
  `a body of %s is cleaned in ${SECONDS} seconds and ${MEGABYTES} megabytes`,
  async ([, body], { expect }) => {
    expect(await endOf(`${body} + 'last'`)).toBe('last');
  },
);
