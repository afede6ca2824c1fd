// The README and its Chinese twin say the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/arguments.ts';
import { PROJECT } from '../support/process.ts';

const read = (name: string): string => readFileSync(join(PROJECT, name), 'utf8');
const ENGLISH = read('README.md');
const CHINESE = read('README.zh.md');

/** How deep each heading is, in their order. */
function headings(text: string): number[] {
  return [...text.matchAll(/^(#+) /gm)].map(([, marks]) => marks!.length);
}

/** Indented blocks: commands and samples. */
function blocks(text: string): string[] {
  return [...text.matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm)].map(([block]) => block.trim());
}

/** What is code in a line of text or of a table, section by section, in whatever order a language puts it. */
function codeOf(text: string): string[][] {
  return text
    .split(/^## /m)
    .map((section) => [...section.matchAll(/`[^`\n]+`/g)].map(([code]) => code).sort());
}

function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, address]) => address!)
    .filter((address) => !address.startsWith('README'));
}

describe('the README in Chinese', () => {
  it('has the same headings', () => {
    expect(headings(ENGLISH).length).toBeGreaterThan(8);
    expect(headings(CHINESE)).toEqual(headings(ENGLISH));
  });

  it('has the same commands and samples', () => {
    expect(blocks(ENGLISH).length).toBeGreaterThan(5);
    expect(blocks(CHINESE)).toEqual(blocks(ENGLISH));
  });

  it('names the same keys, flags, paths and values in each section', () => {
    expect(codeOf(CHINESE)).toEqual(codeOf(ENGLISH));
  });

  it('leads to the same places', () => {
    expect(linksOf(CHINESE)).toEqual(linksOf(ENGLISH));
  });

  it('and the one in English lead to each other', () => {
    expect(ENGLISH).toContain('](README.zh.md)');
    expect(CHINESE).toContain('](README.md)');
  });
});

it('the README names every command', () => {
  for (const command of Object.keys(COMMANDS))
    expect(ENGLISH).toMatch(new RegExp(`^ {4}npm run -s feedmill -- \\[?${command}\\b`, 'm'));
});
