// The rules of the house that a tool can check and no other tool does.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../support/process.ts';

interface Import {
  readonly from: string;
  /** What is imported, as written; '*' for everything, '' for nothing by name. */
  readonly names: string;
  /** Gone when the types are. */
  readonly typeOnly: boolean;
}

const SOURCES = filesBelow('src');
const TESTS = filesBelow('tests');
const LINES_MAX = 250;

function filesBelow(folder: string): string[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`)
    .sort();
}

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}

/** Code without its comments. Not a parser: it knows what the project's code looks like. */
function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function importsOf(path: string): Import[] {
  const text = withoutComments(read(path));
  const declared = text.matchAll(
    /^(?:(?:import|export)\s+(type\s)?\s*([\w*{][^'";=]*?)\s*from|import)\s+'([^']+)'/gm,
  );
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'/g);
  return [
    ...[...declared].map(([, type, names, from]) => {
      const items = /\{(.*)\}/s
        .exec(names!)?.[1]!
        .split(',')
        .filter((name) => name.trim() !== '');
      const allTypes = items !== undefined && items.every((name) => name.trim().startsWith('type '));
      return { from: from!, names: names ?? '', typeOnly: type !== undefined || allTypes };
    }),
    ...[...dynamic].map(([, from]) => ({ from: from!, names: '*', typeOnly: false })),
  ];
}

/** Where a relative import leads, from the project's root. */
function target(path: string, { from }: Import): string {
  return from.startsWith('.') ? posix.join(dirname(path), from) : from;
}

/** `file → import` for each import that `allowed` does not allow. */
function strays(paths: readonly string[], allowed: (target: string) => boolean): string[] {
  return paths.flatMap((path) =>
    importsOf(path)
      .map((each) => target(path, each))
      .filter((to) => !allowed(to))
      .map((to) => `${path} → ${to}`),
  );
}

const within = (folder: string): string[] => SOURCES.filter((path) => path.startsWith(`${folder}/`));
const isPackage = (to: string): boolean => !to.startsWith('src/') && !to.startsWith('node:');

describe('this test', () => {
  it('finds the imports that there are', () => {
    const found = importsOf('src/main.ts').map((each) => target('src/main.ts', each));
    expect(found).toEqual(
      expect.arrayContaining(['node:fs', 'src/arguments.ts', 'src/service.ts', 'src/check.ts']),
    );
    const log = importsOf('src/log.ts');
    expect(log).toContainEqual({
      from: 'pino',
      names: '{ type DestinationStream, type Logger, type LoggerOptions, pino }',
      typeOnly: false,
    });
    const sqlite = importsOf('src/ledger/sqlite.ts').find(({ from }) => from === 'node:sqlite');
    expect(sqlite?.typeOnly).toBe(true);
    expect(SOURCES.length).toBeGreaterThan(30);
  });
});

describe('every source file', () => {
  it('is named in ARCHITECTURE.md, and no other is', () => {
    const named = read('ARCHITECTURE.md').match(/\bsrc\/[\w/-]+\.ts\b/g) ?? [];
    expect([...new Set(named)].sort()).toEqual(SOURCES);
  });

  it('has one job, for which 250 lines are enough', () => {
    const long = SOURCES.map((path) => [path, read(path).trimEnd().split('\n').length] as const);
    expect(long.filter(([, lines]) => lines > LINES_MAX)).toEqual([]);
  });

  it('requires only what takes long to import', () => {
    const required = SOURCES.flatMap((path) =>
      [...withoutComments(read(path)).matchAll(/\brequire\(['"](.+?)['"]\)/g)].map(
        ([, name]) => `${path}: ${name}`,
      ),
    );
    expect(required.sort()).toEqual([
      'src/mill/outlet.ts: tldts',
      'src/node-http.ts: node:http',
      'src/websub/callback-address.ts: tldts',
    ]);
  });

  it('leaves the process to src/main.ts', () => {
    const global = new RegExp(
      [
        /(?<![\w.'"`-])(?:globalThis\.)?process\s*(?:\?\.|\.\w|\[)/,
        /[=(,]\s*process\s*[;,)]/,
        /['"](?:node:)?process['"]/,
      ]
        .map(({ source }) => source)
        .join('|'),
    );
    expect(global.test(withoutComments(read('src/main.ts')))).toBe(true);
    const others = SOURCES.filter((path) => global.test(withoutComments(read(path))));
    expect(others).toEqual(['src/main.ts']);
  });
});

describe('imports', () => {
  it('of src/mill lead to src/article.ts, to each other, and to packages', () => {
    const pure = new Set(['src/article.ts', 'node:buffer', 'node:crypto', 'node:module', 'node:url']);
    const stray = strays(within('src/mill'), (to) => {
      return pure.has(to) || to.startsWith('src/mill/') || isPackage(to);
    });
    expect(stray).toEqual([]);
  });

  it('of src/pages lead to src/article.ts, to plain text, to each other, and to packages', () => {
    // Templates are files; what reads them once does nothing else with the file system.
    const pure = new Set(['src/article.ts', 'src/mill/text.ts']);
    const stray = strays(within('src/pages'), (to) => {
      return pure.has(to) || to.startsWith('src/pages/') || isPackage(to);
    });
    expect(stray).toEqual(['src/pages/templates.ts → node:fs', 'src/pages/templates.ts → node:path']);
  });

  it('of src/ledger lead to src/article.ts, to each other, and out of the project', () => {
    const stray = strays(within('src/ledger'), (to) => {
      return to === 'src/article.ts' || to.startsWith('src/ledger/') || !to.startsWith('src/');
    });
    expect(stray).toEqual([]);
  });

  it('of src/intake never lead to src/output, nor the other way', () => {
    expect(strays(within('src/intake'), (to) => !to.startsWith('src/output/'))).toEqual([]);
    expect(strays(within('src/output'), (to) => !to.startsWith('src/intake/'))).toEqual([]);
  });

  it('of src/websub never lead to src/intake or src/mill, and few lead there', () => {
    const own = strays(within('src/websub'), (to) => !/^src\/(?:intake|mill)\//.test(to));
    expect(own).toEqual([]);
    const joints = new Set(['src/works.ts', 'src/site.ts', 'src/config-schema.ts']);
    const others = SOURCES.filter((path) => !path.startsWith('src/websub/') && !joints.has(path));
    expect(strays(others, (to) => !to.startsWith('src/websub/'))).toEqual([]);
  });

  it('of src/article.ts are none', () => {
    expect(importsOf('src/article.ts')).toEqual([]);
  });

  it.each([
    ['feed', /./],
    ['node-cron', /./],
    ['cheerio/slim', /./],
    ['pino', /./],
    ['eta/core', /./],
    ['node:sqlite', /\bDatabaseSync\b/],
    ['ipaddr.js', /./],
    ['node:https', /./],
  ])('of %s, as a value, stand in one file', (name, names) => {
    const owners = SOURCES.filter((path) =>
      importsOf(path).some((each) => each.from === name && !each.typeOnly && names.test(each.names)),
    );
    expect(owners).toHaveLength(1);
  });
});

describe('tests', () => {
  it('are all run, none of them alone', () => {
    const switched = /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:only|skip|todo)\b/;
    expect(TESTS.length).toBeGreaterThan(5);
    expect(TESTS.filter((path) => switched.test(withoutComments(read(path))))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  interface Locked {
    readonly integrity?: string;
    readonly resolved?: string;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
    readonly dependencies?: Readonly<Record<string, string>>;
  }
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };

  /** As Node looks for it: in the package's own folder, then in each one above. */
  function isLocked(name: string, at: string): boolean {
    for (let folder = at; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
      if (`${folder}${folder && '/'}node_modules/${name}` in packages) return true;
      if (folder === '') return false;
    }
  }

  it('says of every package what it is made of, and of none that it comes from elsewhere', () => {
    const installed = Object.entries(packages).filter(([at]) => at !== '');
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual(
      [],
    );
    const registry = /^https:\/\/registry\.npmjs\.org\/[\w@/.-]+\.tgz$/;
    expect(
      installed.filter(([, { resolved }]) => resolved !== undefined && !registry.test(resolved)),
    ).toEqual([]);
  });

  it('has every package that a locked one names, for other machines too', () => {
    const named = Object.entries(packages).flatMap(([at, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => ({ at, name })),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ at, name }) => !isLocked(name, at))).toEqual([]);
  });
});
