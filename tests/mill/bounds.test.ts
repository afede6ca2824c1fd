// A body is written by anybody: one that is made to cost much must not stop the others. Each is cleaned in
// a process of its own, which may be ended and may run out of memory.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'vitest';
import { cleaned } from './html.ts';

const MILL = join(import.meta.dirname, '..', '..', 'src', 'mill');
const SUPPORT = join(import.meta.dirname, '..', 'support');
const MEGABYTES = 512;
/** Of processor time, of which a busy machine takes more for the same. What has no bounds takes minutes. */
const SECONDS = 5;

/** The end of what is left of a body, which is given as the program that writes it. */
async function endOf(body: string): Promise<string> {
  const program = `
    import { clean } from '${MILL}/clean/clean.ts';
    import { createOutlets } from '${MILL}/outlet.ts';
    import { recipe } from '${SUPPORT}/recipe.ts';
    const remove = ['div:has(> div > [data-noise])', 'body > div:first-child:has(> i:only-child)'];
    const outlets = createOutlets([recipe({ remove })]);
    const header = { title: 'a', url: 'https://mill.example/', time: 0 };
    const numbered = (count, write) => Array.from({ length: count }, (_, i) => write(i)).join('');
    const { html } = clean(header, ${body}, outlets.ofUrl(header.url), { images: 'keep', archived: 0 });
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
    '100,000 attributes behind an end of a tag set off by spaces',
    `'<p a = ">"' + numbered(1e5, (i) => ' a' + i) + '>'`,
  ],
  [
    '100,000 attributes behind a comment with a quotation mark',
    `'<!-- <a b="-->' + '<p' + numbered(1e5, (i) => ' a' + i) + '>'`,
  ],
  ['tags of 900 attributes each', `('<p' + numbered(900, (i) => ' a' + i) + '>').repeat(400)`],
  ['a drawing that holds a template', `'<svg><template>x</template></svg>'`],
  ['50,000 comments in a list', `'<ul><li>x</li>' + 'a<!---->'.repeat(50_000)`],
  ['50,000 pictures in several formats', `'<picture>' + '<img src=a>'.repeat(50_000)`],
  ['20,000 captions', `'<img src=1.jpg>' + '<p class=wp-caption-text>x</p>'.repeat(20_000)`],
  ['20,000 captions in a figure', `'<figure><img src=1.jpg>' + '<figcaption>x</figcaption>'.repeat(20_000)`],
  [
    '480 hidden elements around a long text',
    `'<div hidden>'.repeat(480) + 'x'.repeat(1_500_000) + '</div>'.repeat(480)`,
  ],
  [
    '480 lists around 20,000 elements',
    `'<ul>'.repeat(480) + '<b>x</b>'.repeat(20_000) + '</ul>'.repeat(480)`,
  ],
  ['an address of 60,000 escapes', `'<a href="/?' + '%C2%AE'.repeat(60_000) + '">x</a>'`],
  ['a paragraph of white space', `'<p>' + ' '.repeat(1_900_000) + '</p>'`],
  ['100 nested tables', `'<table><tr><td>'.repeat(100)`],
  ['200 nested figures', `'<figure>'.repeat(200) + '<img src=1.jpg>x'`],
  ['50,000 languages', `numbered(50_000, (i) => '<i lang=x' + i + '>x</i>')`],
  ['400,000 ends of elements that are not open, in 500 that are', `'<x>'.repeat(500) + '</y>'.repeat(4e5)`],
  ['60,000 elements in a table that must not be there', `'<table>' + '<br>'.repeat(60_000) + '</table>'`],
  ['50,000 nested templates', `'<template>'.repeat(50_000) + '</template>'.repeat(50_000)`],
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

test.for([
  [
    'a long title on each of 10,000 paragraphs',
    `<abbr title="${'a'.repeat(20_000)}">${'<p>x'.repeat(10_000)}`,
  ],
  ['a long address on each of 10,000 paragraphs', `<a href="/${'a'.repeat(8_000)}">${'<p>x'.repeat(10_000)}`],
  [
    'a language on each of 2,000 paragraphs',
    `<section lang="fr-x-${'abcdefgh-'.repeat(50)}a"><i>${'<p>x'.repeat(2_000)}`,
  ],
  [
    'eight kinds of emphasis on each of 20,000 paragraphs',
    `<b><i><u><s><em><strong><small><code>${'<p>x'.repeat(20_000)}`,
  ],
  [
    '1,000 pictures of one format',
    `<noscript><picture>${'<img src=1.jpg>'.repeat(1_000)}</picture></noscript>`,
  ],
] as const)('what is left of %s is no multiple of it', ([, html], { expect }) => {
  expect(cleaned(html).html.length).toBeLessThan(10 * html.length + 600_000);
});
