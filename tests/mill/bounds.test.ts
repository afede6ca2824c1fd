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

/** What is left of a body, which is given as the program that writes it. */
async function textOf(body: string): Promise<string> {
  const program = `
    import { clean } from '${MILL}/clean.ts';
    import { createOutlets } from '${MILL}/outlet.ts';
    const hosts = ['mill.example'];
    const remove = ['div:has(> div > [data-noise])', 'body > div:first-child:has(> i:only-child)'];
    const outlets = createOutlets([{ id: 'mill', hosts, remove, trackingParameters: [], aliases: [] }]);
    const header = { title: 'a', url: 'https://mill.example/', time: 0 };
    console.log(clean(header, ${body}, outlets.ofUrl(header.url), { images: 'keep' }).summary);
  `;
  const node = [
    process.execPath,
    `--max-old-space-size=${MEGABYTES}`,
    '--input-type=module',
    '--eval',
    program,
  ];
  const limited = ['-c', `ulimit -c 0; ulimit -t ${SECONDS}; exec "$0" "$@"`, ...node];
  try {
    return (await promisify(execFile)('sh', limited)).stdout.trim();
  } catch (error) {
    const { signal, stderr } = error as { signal: string | null; stderr: string };
    return `ended by ${signal}: ${/^\w*Error.*|^FATAL.*/m.exec(stderr)?.[0]}`;
  }
}

test.concurrent.for([
  ['20,000 nested elements', `'<span>'.repeat(20_000) + 'deep'`, 'deep'],
  ['12,000 nested blocks', `'<div>'.repeat(12_000) + 'deep'`, 'deep'],
  ['100,000 nested blocks', `'<div>'.repeat(100_000) + 'deep'`, 'deep'],
  ['50,000 paragraphs', `'<p></p>'.repeat(50_000) + 'last'`, 'last'],
  [
    '100,000 attributes',
    `'<p ' + Array.from({ length: 1e5 }, (_, i) => 'a' + i).join(' ') + '>last'`,
    'last',
  ],
  [
    '2000 elements left open in 2000 paragraphs',
    `'<p>' + Array.from({ length: 2000 }, (_, i) => '<b id=' + i + '>').join('') + '<p>x'.repeat(2000)`,
    'x x x',
  ],
] as const)(
  `a body of %s is cleaned in ${SECONDS} seconds and ${MEGABYTES} megabytes`,
  async ([, body, text], { expect }) => {
    expect(await textOf(body)).toContain(text);
  },
);
