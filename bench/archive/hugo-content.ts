// Seeds → the content of a Hugo site: an article is front matter and its body, in the section of its outlet.
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSeed } from '../../src/mill/parse.ts';
import { loadRules } from '../../src/recipes.ts';

const OUTLETS = join(import.meta.dirname, '../../config/outlets');

/** Lists have articles in them, and no article has a page: only feeds are to be made. */
const NO_PAGES = '---\ncascade:\n  - _target: { kind: page }\n    _build: { render: never }\n---\n';

/** Every seed of `seeds` that can be read, in `content`. */
export function writeHugoContent(seeds: string, content: string): void {
  const { outlets } = loadRules(OUTLETS, 'keep');
  const sections = new Set<string>();
  mkdirSync(content, { recursive: true });
  writeFileSync(join(content, '_index.md'), NO_PAGES);
  for (const name of readdirSync(seeds)) {
    const parsed = parseSeed(readFileSync(join(seeds, name), 'utf8'));
    if (parsed.kind === 'rejected') continue;
    const section = outlets.ofUrl(parsed.header.url).id.replaceAll('.', '-');
    if (!sections.has(section)) mkdirSync(join(content, section), { recursive: true });
    sections.add(section);
    writeFileSync(join(content, section, name.replace(/\.\w+$/, '.html')), hugoPage(parsed));
  }
  closeSync(openSync(`${content}.complete`, 'w'));
}

/** JSON is YAML, too. */
export function hugoPage({ header, body }: Pick<Parsed, 'header' | 'body'>): string {
  const date = new Date(header.time ?? 0).toISOString();
  const matter = { title: header.title, date, address: header.url };
  const lines = Object.entries(matter).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n${body}`;
}
type Parsed = Extract<ReturnType<typeof parseSeed>, { kind: 'article' }>;
