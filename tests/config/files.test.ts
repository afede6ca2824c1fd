// The files in `config/`: the defaults written out, the JSON Schemas, and the recipes.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configFiles } from '../../scripts/config-files.ts';
import { CONFIG_SCHEMA } from '../../src/config-schema.ts';
import { ConfigError, readConfig, readRecipe } from '../../src/config.ts';
import { loadRules } from '../../src/recipes.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { PROJECT } from '../support/process.ts';
import { recipe as recipeOf } from '../support/recipe.ts';

const CONFIG = join(PROJECT, 'config');
const OUTLETS = join(CONFIG, 'outlets');
const RECIPES = readdirSync(OUTLETS).filter((name) => name.endsWith('.yaml'));

function recipe(name: string): ReturnType<typeof readRecipe> {
  const path = join(OUTLETS, name);
  return readRecipe(name.replace(/\.yaml$/, ''), { path, text: readFileSync(path, 'utf8') });
}

describe('config/feedmill.yaml', () => {
  const text = readFileSync(join(CONFIG, 'feedmill.yaml'), 'utf8');

  it('holds every key with its default', () => {
    expect(parse(text)).toEqual(v.parse(CONFIG_SCHEMA, {}));
  });

  it('changes nothing when it is read', () => {
    const sources = { workingDirectory: '/w', projectDirectory: '/p', environment: {}, flags: {} };
    const { origins: _written, ...written } = readConfig({
      ...sources,
      file: { path: 'f', text, own: true },
    });
    const { origins: _default, ...byDefault } = readConfig({ ...sources, file: null });
    expect(written).toEqual(byDefault);
  });

  it('says what each key means', () => {
    const lines = text.split('\n');
    const keys = lines.flatMap((line, index) => (/^ *\w+:/.test(line) ? [index] : []));
    expect(keys.length).toBeGreaterThan(20);
    for (const index of keys) expect(lines[index - 1]).toMatch(/^ *# \S/);
  });
});

describe('a generated file', () => {
  it.each(Object.entries(configFiles()))('config/%s is what the schema makes of it', (path, content) => {
    expect(readFileSync(join(CONFIG, path), 'utf8')).toBe(content);
  });
});

describe('the recipes in config/outlets', () => {
  it('are all there, and no file beside them', () => {
    expect(RECIPES).toEqual(expect.arrayContaining(['bbc.yaml', 'rfi.yaml', 'voa.yaml']));
    const others = readdirSync(OUTLETS).filter((name) => !RECIPES.includes(name));
    expect(others.filter((name) => name !== 'README.md')).toEqual([]);
  });

  it.each(RECIPES)('%s loads', (name) => {
    const { id, hosts } = recipe(name);
    expect(`${id}.yaml`).toBe(name);
    expect(hosts.length).toBeGreaterThan(0);
  });

  it.each(RECIPES)('%s claims the host of its home page, and articles there are its own', (name) => {
    const { id, home } = recipe(name);
    const { outlets } = loadRules(OUTLETS, 'keep');
    expect(outlets.ofUrl(home).id).toBe(id);
    expect(outlets.byId(id).recipe).toEqual(recipe(name));
  });

  it('claim no host twice, nor one below another’s', () => {
    const claims = RECIPES.flatMap((name) => recipe(name).hosts.map((host) => ({ name, host })));
    const overlaps = claims.flatMap((one) =>
      claims.filter((other) => one !== other && `.${one.host}`.endsWith(`.${other.host}`)),
    );
    expect(overlaps).toEqual([]);
  });
});

describe('a recipe', () => {
  const GOOD = 'name: A\nhome: https://a.example/\nlanguage: zh\nhosts: [a.example]\n';
  const mistakeIn = (text: string, id = 'a'): string => {
    try {
      readRecipe(id, { path: 'a.yaml', text });
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    throw new Error('no mistake was found');
  };

  it('needs no more than a name, a home, a language and a host', () => {
    expect(readRecipe('a', { path: 'a.yaml', text: GOOD })).toEqual(
      recipeOf({ id: 'a', name: 'A', home: 'https://a.example/', language: 'zh', hosts: ['a.example'] }),
    );
  });

  it.each([
    ['a missing key', GOOD.replace(/^home.*\n/m, ''), 'home: missing (from a.yaml)'],
    ['a misspelt key', `${GOOD}removes: []\n`, 'removes: no such key (from a.yaml:5); did you mean remove?'],
    [
      'a misspelt key in a list',
      `${GOOD}aliases:\n  - match: a\n    replce: b\n`,
      'aliases.0.replce: no such key (from a.yaml); did you mean replace?',
    ],
    [
      'a host in capitals',
      GOOD.replace('[a.', '[A.'),
      'hosts.0: "A.example" (from a.yaml): must be a host name',
    ],
    [
      'a host with a path',
      GOOD.replace('example]', 'example/x]'),
      'hosts.0: "a.example/x" (from a.yaml): must',
    ],
    ['no host', GOOD.replace('[a.example]', '[]'), 'hosts: [] (from a.yaml:4): must name at least one host'],
    [
      'a pattern that is none',
      `${GOOD}aliases: [{ match: "(", replace: "" }]\n`,
      'aliases.0.match: "(" (from a.yaml): must be a regular expression',
    ],
  ])('with %s is refused by name', (_, text, expected) => {
    expect(mistakeIn(text)).toContain(expected);
  });

  it('whose file name cannot be an outlet’s id is refused', () => {
    expect(mistakeIn(GOOD, 'A B')).toMatch(/^a\.yaml: .*a-z, 0-9 and -/);
  });

  it('that claims another’s host is refused, naming both', async () => {
    const folder = temporaryDirectory();
    await writeFile(join(folder, 'one.yaml'), GOOD);
    await writeFile(join(folder, 'two.yml'), GOOD);
    expect(() => loadRules(folder, 'keep')).toThrow(/a\.example is claimed by both one and two/);
    expect(() => loadRules(folder, 'keep')).toThrow(ConfigError);
  });

  it('changes how articles are read: its identity and its content have fingerprints of their own', async () => {
    const folder = temporaryDirectory();
    const rules = async (text: string): Promise<[string, string]> => {
      await writeFile(join(folder, 'a.yaml'), text);
      const read = loadRules(folder, 'keep');
      return [read.identity, read.content(read.outlets.byId('a'))];
    };
    const [identity, content] = await rules(GOOD);
    expect(await rules(GOOD)).toEqual([identity, content]);
    const cleaned = await rules(`${GOOD}remove: [p]\n`);
    expect([cleaned[0] === identity, cleaned[1] === content]).toEqual([true, false]);
    const identified = await rules(`${GOOD}trackingParameters: [from]\n`);
    expect(identified[0]).not.toBe(identity);
  });

  it('folder that is missing is a mistake that names it', () => {
    expect(() => loadRules('/none/outlets', 'keep')).toThrow(/^outlets: \/none\/outlets: ENOENT/);
  });
});
