// The commands as a shell meets them: what they print, where, and with which status they end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../support/directories.ts';
import { Daemon, PROJECT, runFeedmill } from '../support/process.ts';
import { numberedSeed, seedText } from '../support/seeds.ts';
import { titles } from './atom.ts';
import { createSite } from './site.ts';

const COMMANDS = ['run', 'build', 'check', 'config', 'status', 'backup', 'restore'];

describe('build', () => {
  it('publishes the project’s own seeds and says how many, as JSON', async () => {
    const data = temporaryDirectory();
    const { status, stdout, stderr } = await runFeedmill(['build', '--data', data]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const seeds = readdirSync(join(PROJECT, 'seeds')).filter((name) => name.endsWith('.txt'));
    const feed = readFileSync(join(data, 'public', 'feed.atom'), 'utf8');
    expect(titles(feed)).toHaveLength(seeds.length);
    const outlets = readdirSync(join(data, 'public', 'outlets')).filter((name) => name.endsWith('.atom'));
    expect(outlets).toEqual(expect.arrayContaining(['bbc.atom', 'rfi.atom', 'voa.atom']));
    const lines = stdout.trimEnd().split('\n');
    const summary = JSON.parse(lines.at(-1)!) as object;
    expect(summary).toMatchObject({ articles: seeds.length, outlets: outlets.length, directory: data });
  });

  it('publishes the same bytes when it is run again', async () => {
    const site = await createSite({ '1.txt': numberedSeed(1), '2.txt': numberedSeed(2) });
    const files = ['feed.atom', 'index.html', 'outlets/voa.atom'];
    const published = (): Buffer[] => files.map((path) => readFileSync(join(site.data, 'public', path)));
    await runFeedmill(['build', ...site.flags]);
    const before = published();
    const { status, stdout } = await runFeedmill(['build', ...site.flags, '--log-level', 'debug']);
    expect(status).toBe(0);
    expect(published()).toEqual(before);
    expect(stdout).toContain('"documents":0');
  });

  it('publishes the good seeds beside a bad one, which it names', async () => {
    const site = await createSite({ 'good.txt': numberedSeed(1), 'bad.txt': 'no header\n' });
    const { status, stdout } = await runFeedmill(['build', ...site.flags]);
    expect(status).toBe(0);
    expect(titles(readFileSync(join(site.data, 'public', 'feed.atom'), 'utf8'))).toEqual(['第 1 篇']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ level: 40, seed: 'bad.txt', line: 1, reason: 'header-missing' }),
    );
  });
});

describe('check', () => {
  it('finds nothing wrong with the project’s own seeds', async () => {
    const { status, stdout, stderr } = await runFeedmill(['check']);
    const count = readdirSync(join(PROJECT, 'seeds')).filter((name) => name.endsWith('.txt')).length;
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `${count} seeds: ${count} articles in ${count} distinct addresses, 0 rejected, 0 warnings, 0 files ignored\n`,
      stderr: '',
    });
  });

  const BAD = {
    'empty.txt': ['', 0, 'empty', 'write the article into the file'],
    'no-link.txt': ['<!--1773144000000-->\nA title\n', 2, 'header-missing', 'start the file with'],
    'no-url.txt': [seedText({ url: 'ftp://example.org/1' }), 2, 'url-invalid', 'give the full address'],
    'no-body.txt': [seedText().split('\n', 3).join('\n'), 3, 'body-missing', 'put the text of the article'],
    'binary.txt': [Buffer.from('<!--1-->\n\0'), 2, 'not-text', 'save the file as UTF-8'],
    'huge.txt': [`${numberedSeed(1)}${'x'.repeat(5000)}`, 0, 'too-large', 'raise seedBytesMax'],
  } as const;

  it.each(Object.entries(BAD))(
    'says of %s where, why and what to do',
    async (name, [content, line, reason, remedy]) => {
      const site = await createSite({ [name]: content, 'good.txt': numberedSeed(2) }, { seedBytesMax: 5000 });
      const { status, stdout, stderr } = await runFeedmill(['check', ...site.flags]);
      const [where, what, summary, ...rest] = stdout.split('\n');
      expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
      expect(where).toContain(`${name}:${line || 1}: ${reason}: `);
      expect(what).toContain(remedy);
      expect(summary).toBe(
        '2 seeds: 1 articles in 1 distinct addresses, 1 rejected, 0 warnings, 0 files ignored',
      );
      expect(rest).toEqual(['']);
    },
  );

  it('warns of dates that cannot be meant and of two files with one article, and rejects neither', async () => {
    const site = await createSite({
      'a.txt': numberedSeed(1),
      'b.txt': numberedSeed(1),
      'ahead.txt': seedText({ time: Date.UTC(2999, 0, 1), url: 'https://example.org/2' }),
      'seconds.txt': seedText({ time: 1_773_144_000, url: 'https://example.org/3' }),
      'undated.txt': seedText({ time: 'NaN', url: 'https://example.org/4' }),
      'notes.pdf': '',
    });
    const { status, stdout } = await runFeedmill(['check', ...site.flags]);
    expect(status).toBe(0);
    expect(stdout).toContain('b.txt:1: warning: the same article as a.txt');
    expect(stdout).toContain('ahead.txt:1: warning: the date 2999-01-01T00:00:00.000Z lies ahead');
    expect(stdout).toMatch(/seconds\.txt:1: warning: .* in seconds/);
    expect(stdout).toContain('undated.txt:1: warning: no date');
    expect(stdout).toContain('notes.pdf: ignored: its name does not end in .txt or .md');
    expect(stdout).toContain(
      '5 seeds: 5 articles in 4 distinct addresses, 0 rejected, 4 warnings, 1 files ignored\n',
    );
  });

  it('shows what a name holds, and lets it neither forge a line nor move the cursor', async () => {
    const site = await createSite({
      'a\n3 seeds: fine.txt': 'x',
      'b\u001B]0;title\u0007\u009B2J.txt': 'x',
      'c\u202Etxt.\u2066\u200F.txt': 'x',
      'd\u001B[2J.pdf': 'x',
      'e\n1 seeds: fine.txt': numberedSeed(1),
    });
    const { stdout } = await runFeedmill(['check', ...site.flags]);
    expect(stdout.split('\n').filter((line) => !line.startsWith('    → '))).toEqual([
      expect.stringMatching(/^a\uFFFD3 seeds: fine\.txt:1: header-missing: /),
      expect.stringMatching(/^b\uFFFD\]0;title\uFFFD\uFFFD2J\.txt:1: header-missing: /),
      expect.stringMatching(/^c\uFFFDtxt\.\uFFFD\uFFFD\.txt:1: header-missing: /),
      expect.stringMatching(/^d\uFFFD\[2J\.pdf: ignored: /),
      expect.stringMatching(/^4 seeds: /),
      '',
    ]);
    const named = join(site.seeds, 'e\n1 seeds: fine.txt');
    const explained = await runFeedmill(['check', '--explain', named, ...site.flags]);
    expect(explained.stdout.split('\n', 1)).toEqual([`${named.replace('\n', '\uFFFD')}:`]);
    const gone = await runFeedmill(['check', `${named}\n`, ...site.flags]);
    expect(gone.stdout).toMatch(/^.*:1: unreadable: .*\n {4}→ .*\n1 seeds: .*\n$/);
  });

  it('looks at the files that it is given and at no others', async () => {
    const site = await createSite({ 'good.txt': numberedSeed(1), 'bad.txt': 'x', 'worse.txt': 'y' });
    const good = await runFeedmill(['check', join(site.seeds, 'good.txt'), ...site.flags]);
    expect(good.status).toBe(0);
    expect(good.stdout).toMatch(/^1 seeds: 1 articles/);
    const both = await runFeedmill(['check', 'good.txt', 'bad.txt', 'missing.txt'], { cwd: site.seeds });
    expect(both.status).toBe(1);
    expect(both.stdout).toContain('bad.txt:1: header-missing: ');
    expect(both.stdout).toContain('missing.txt:1: unreadable: ');
    expect(both.stdout).not.toContain('worse.txt');
    expect(both.stdout).toContain('3 seeds: 1 articles in 1 distinct addresses, 2 rejected');
  });

  it('says of a link that stays in the directory the same whether it is named or found', async () => {
    const site = await createSite({ 'target.txt': numberedSeed(1) });
    await symlink('target.txt', join(site.seeds, 'link.txt'));
    await link(join(site.seeds, 'target.txt'), join(site.seeds, 'twin.txt'));
    const found = await runFeedmill(['check', ...site.flags]);
    expect(found.stdout).toMatch(/3 articles in 1 distinct addresses, 0 rejected/);
    const named = await runFeedmill(['check', join(site.seeds, 'link.txt'), ...site.flags]);
    expect({ status: named.status, stdout: named.stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^1 seeds: 1 articles in 1 distinct addresses, 0 rejected/),
    });
  });

  it('looks at files also where there is no seeds directory', async () => {
    const site = await createSite({ 'good.txt': numberedSeed(1) });
    const flags = ['--seeds', join(site.directory, 'none')];
    const { status, stderr } = await runFeedmill(['check', join(site.seeds, 'good.txt'), ...flags]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('ends quietly when nobody reads what it prints', async () => {
    const seeds = Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`${n}.txt`, 'no header']));
    const site = await createSite(seeds);
    const child = spawn(process.execPath, ['src/main.ts', 'check', ...site.flags], {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.stdout.destroy();
    const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect({ signal, stderr }).toEqual({ signal: null, stderr: '' });
    expect([0, 1]).toContain(status);
  });
});

describe('check --explain', () => {
  const BODY =
    '<div><i>Tue, 10 Mar 2026 11:00:00 GMT</i></div><img src="https://images.weserv.nl?url=mill.example/1.jpg">' +
    '<div><small>风车</small></div><p>正文，说的是风车，还有水车，和看守水闸的人。</p><a href="/a/2.html"></a>';

  it('says what becomes of a seed, by which rule', async () => {
    const site = await createSite({ 'a.txt': seedText({ body: BODY }) });
    const file = join(site.seeds, 'a.txt');
    const { status, stdout } = await runFeedmill(['check', '--explain', file]);
    expect(status).toBe(0);
    const said = (name: string): string[] =>
      stdout
        .split('\n')
        .filter((line) => line.startsWith(`  ${name} `))
        .map((line) => line.slice(13));
    expect(stdout.startsWith(`${file}:\n`)).toBe(true);
    expect(said('canonical')).toEqual(['https://www.voachinese.com/a/x/1.html']);
    expect(said('key')).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(said('outlet')).toEqual(['voa (美国之音), by its recipe']);
    expect(said('header')).toEqual(['2026-03-10T12:00:00.000Z']);
    expect(said('published')).toEqual([
      '2026-03-10T11:00:00.000Z: "Tue, 10 Mar 2026 11:00:00 GMT", by dates: ' +
        'body > div:first-child:has(> i:only-child), rfc1123',
    ]);
    expect(said('removed')).toEqual([
      '1 × date line: Tue, 10 Mar 2026 11:00:00 GMT',
      '1 × remove: a[href^="/a/"]:empty: <a href="/a/2.html">',
    ]);
    expect(said('no effect')).toEqual([
      'lead: body > div:first-child + video',
      'lead: body > img',
      'lead: body > video',
      'captions: video + div > small',
      'captions: audio + div > small',
      'removeText: ^[=＝]{3,}$',
      'titleSuffixes:  - 美国之音',
      'titleSuffixes:  | 美国之音',
    ]);
    expect(said('picture')).toEqual(['https://images.weserv.nl/?url=mill.example/1.jpg (image/jpeg)']);
    expect(said('text')).toEqual(['48 characters, 24 removed, 0 added, 24 in the entry']);
    expect(said('warning')).toEqual([]);
    expect(stdout).toContain(
      '<figcaption>风车</figcaption></figure>\n  <p>正文，说的是风车，还有水车，和看守水闸的人。</p>\n',
    );
  });

  it('shows the text of an article, and lets it turn no line around', async () => {
    const body = '<p>red \u001B[31m, turned \u202Earound</p><pre>a\tb</pre>';
    const site = await createSite({ 'a.txt': seedText({ body }) });
    const { stdout } = await runFeedmill(['check', '--explain', join(site.seeds, 'a.txt')]);
    expect(stdout).toContain(', turned \uFFFDaround</p>');
    expect(stdout).toContain('<pre>a\tb</pre>');
    expect(stdout.replaceAll(/[\t\n]/g, '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('warns of what a reader would miss', async () => {
    const site = await createSite({
      'a.txt': seedText({ body: '<div><i>Wed, 11 Mar 2026 11:00:00 GMT</i></div>' }),
    });
    const { stdout } = await runFeedmill(['check', '--explain', join(site.seeds, 'a.txt')]);
    expect(stdout.match(/^ {2}warning .*$/gm)).toEqual([
      '  warning    nothing is left of the body',
      '  warning    no rule finds a date to trust; the time of archiving is used',
      '  warning    no picture',
    ]);
    expect(stdout).toContain(
      '  published  2026-03-10T12:00:00.000Z: the time at which it was archived\n' +
        '             not by dates: body > div:first-child:has(> i:only-child), rfc1123: ' +
        '"Wed, 11 Mar 2026 11:00:00 GMT" is 2026-03-11T11:00:00.000Z, 23.0 h after the header’s time',
    );
  });

  it.each([[['check', '--explain']], [['build', '--explain']], [['config', '--explain', 'a.txt']]])(
    'needs files to check: %s',
    async (words) => {
      expect(await runFeedmill(words)).toMatchObject({ status: 64, stdout: '' });
    },
  );
});

describe('a seeds directory', () => {
  it.each(['check', 'build'])(
    'that is missing ends %s with status 78, named with its origin',
    async (command) => {
      const site = await createSite();
      const missing = join(site.directory, 'none');
      const env = { FEEDMILL_SEEDS: missing, FEEDMILL_DATA: site.data };
      const { status, stdout, stderr } = await runFeedmill([command], { env });
      expect({ status, stdout, stderr }).toEqual({
        status: 78,
        stdout: '',
        stderr: `feedmill: seeds: ${missing} (from FEEDMILL_SEEDS): no such directory\n`,
      });
    },
  );

  it('is only ever read', async () => {
    const site = await createSite({ '1.txt': numberedSeed(1), 'sub/2.txt': numberedSeed(2), 'bad.txt': 'x' });
    await mkdir(join(site.seeds, 'empty'));
    const before = everything(site.seeds);
    await runFeedmill(['check', ...site.flags]);
    await runFeedmill(['build', ...site.flags]);
    const daemon = await Daemon.start(site.flags);
    await daemon.url();
    await daemon.stop();
    expect(everything(site.seeds)).toEqual(before);
  });
});

describe('config', () => {
  it('prints each value with where it came from: a flag beats the environment beats the file', async () => {
    const directory = temporaryDirectory();
    await writeFile(
      join(directory, 'my.yaml'),
      'data: ./file-data\nlisten: 127.0.0.1:1\nbaseUrl: https://file.example\nwindow:\n  entries: 7\n',
    );
    const { status, stdout, stderr } = await runFeedmill(
      ['config', '--config', 'my.yaml', '--listen', '127.0.0.1:3'],
      {
        cwd: directory,
        env: { FEEDMILL_LISTEN: '127.0.0.1:2', FEEDMILL_BASE_URL: 'https://environment.example' },
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'listen: 127.0.0.1:3 # --listen',
        'baseUrl: https://environment.example # FEEDMILL_BASE_URL',
        `data: ${join(directory, 'file-data')} # my.yaml:1`,
        '  entries: 7 # my.yaml:5',
        '  bytes: 2000000 # default',
        `seeds: ${join(PROJECT, 'seeds')} # default`,
      ]),
    );
  });

  it('prints what it would read itself, from a file named by the environment too', async () => {
    const directory = temporaryDirectory();
    await writeFile(
      join(directory, 'odd.yaml'),
      'title: "a: b # c"\nextensions: [.txt, ".日 报"]\nsiteId: "123"\n',
    );
    const first = await runFeedmill(['config', '--config', join(directory, 'odd.yaml')]);
    expect(parse(first.stdout)).toMatchObject({
      title: 'a: b # c',
      extensions: ['.txt', '.日 报'],
      siteId: '123',
    });
    await writeFile(join(directory, 'again.yaml'), first.stdout);
    const env = { FEEDMILL_CONFIG: join(directory, 'again.yaml') };
    const second = await runFeedmill(['config'], { env });
    expect(second.status).toBe(0);
    expect(parse(second.stdout)).toEqual(parse(first.stdout));
  });
});

describe('help and version', () => {
  it.each(COMMANDS)('are there for %s, whatever else is said', async (command) => {
    const help = await runFeedmill([command, '--help', '--seeds', '/none']);
    expect({ status: help.status, stderr: help.stderr }).toEqual({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(new RegExp(`^usage: feedmill ${command} `));
    expect(help.stdout).toContain('--log-level LEVEL');
    const version = await runFeedmill([command, '--version']);
    const { version: ours } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(version).toEqual({ status: 0, stdout: `feedmill ${ours}\n`, stderr: '' });
  });

  it.each([['--help'], ['-h']])('%s alone names every command and every variable', async (flag) => {
    const { status, stdout } = await runFeedmill([flag]);
    expect(status).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} +\\w`, 'm'));
    for (const name of ['CONFIG', 'SEEDS', 'DATA', 'LISTEN', 'BASE_URL', 'LOG_LEVEL']) {
      expect(stdout).toMatch(new RegExp(`--\\S+ .*FEEDMILL_${name}$`, 'm'));
    }
  });
});

describe('a mistake on the command line ends with status 64:', () => {
  it.each([
    [['chek'], 'chek: no such command; did you mean check?'],
    [['build', '--sedes', 'x'], '--sedes: no such flag; did you mean --seeds?'],
    [['--base-ulr=https://example.org'], '--base-ulr: no such flag; did you mean --base-url?'],
    [['run', '--seeds'], '--seeds: a value is missing'],
    [['run', '--seeds', '--data', 'x'], '--seeds: a value is missing'],
    [['build', 'seeds'], 'build takes no files: seeds'],
    [['backup'], 'backup takes one file: backup FILE'],
    [['restore', 'one', 'other'], 'restore takes one file: restore FILE'],
  ])('%j', async (args, message) => {
    const { status, stdout, stderr } = await runFeedmill(args);
    expect({ status, stdout, stderr }).toEqual({
      status: 64,
      stdout: '',
      stderr: `feedmill: ${message}\nTry: feedmill --help\n`,
    });
  });
});

describe('a mistake in the configuration ends with status 78:', () => {
  it.each([
    ['an unknown variable', { env: { FEEDMILL_SEDS: 'x' } }, ['FEEDMILL_SEDS', 'FEEDMILL_SEEDS?']],
    ['an unknown key', { yaml: 'title: a\nsedes: x\n' }, ['sedes: no such key', 'bad.yaml:2', 'seeds?']],
    [
      'an unknown nested key',
      { yaml: 'window:\n  entires: 5\n' },
      ['window.entires: no such key', 'bad.yaml:2', 'entries?'],
    ],
    ['a value out of range', { yaml: 'window:\n  entries: 0\n' }, ['window.entries: 0', 'bad.yaml:2', '1']],
    ['a value of another type', { yaml: 'settleMs: soon\n' }, ['settleMs: "soon"', 'bad.yaml:1']],
    ['a bad flag', { args: ['--log-level', 'loud'] }, ['logLevel: "loud"', '--log-level', '"info"']],
    [
      'a bad variable',
      { env: { FEEDMILL_BASE_URL: 'feeds.example' } },
      ['baseUrl: "feeds.example"', 'FEEDMILL_BASE_URL', 'http(s)'],
    ],
    [
      'a port that is none',
      { args: ['--listen', '[::1]:65536'] },
      ['listen: [::1]:65536', '--listen', '65535'],
    ],
    ['a schedule that is none', { yaml: '\nschedule: daily\n' }, ['schedule: "daily"', 'bad.yaml:2']],
    ['YAML that is none', { yaml: 'seeds: [\n' }, ['bad.yaml', 'line 2']],
    ['YAML that names what it does not define', { yaml: 'title: *bold*\n' }, ['bad.yaml', 'bold']],
    ['a list instead of keys', { yaml: '- seeds\n' }, ['bad.yaml', 'keys and values']],
    ['a file that is missing', { args: ['--config', '/none/my.yaml'] }, ['--config', '/none/my.yaml']],
    [
      'a file that is missing, named by the environment',
      { env: { FEEDMILL_CONFIG: '/none/my.yaml' } },
      ['FEEDMILL_CONFIG', '/none/my.yaml'],
    ],
  ] as readonly (readonly [string, Mistake, readonly string[]])[])('%s', async (_, mistake, expected) => {
    const { yaml, env = {}, args = [] } = mistake;
    const directory = temporaryDirectory();
    if (yaml !== undefined) await writeFile(join(directory, 'bad.yaml'), yaml);
    const flags = yaml === undefined ? [] : ['--config', 'bad.yaml'];
    const ended = await runFeedmill(['config', ...flags, ...args], { cwd: directory, env });
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status: 78, stdout: '' });
    for (const part of expected) expect(ended.stderr).toContain(part);
    expect(ended.stderr).not.toMatch(/^ +at /m);
  });
});

interface Mistake {
  readonly yaml?: string;
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
}

/** Path → everything that would tell of a change, of each thing below `directory` and itself. */
function everything(directory: string): Record<string, string> {
  const paths = ['.', ...(readdirSync(directory, { recursive: true }) as string[])];
  return Object.fromEntries(
    paths.map((path) => {
      const { ino, mode, size, mtimeNs, ctimeNs } = lstatSync(join(directory, path), { bigint: true });
      return [path, [ino, mode, size, mtimeNs, ctimeNs].join(' ')];
    }),
  );
}
