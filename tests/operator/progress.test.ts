// What an operator sees while a look lasts, and after it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type Found, walk } from '../../src/intake/walk.ts';
import { Progress, ProgressDisplay, type Terminal } from '../../src/progress.ts';
import { createSite, type TestSite } from '../end-to-end/site.ts';
import { renameInto, temporaryDirectory, writeFiles } from '../support/directories.ts';
import { Daemon, type LogLine, PROJECT, runFeedmill, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';

const OFTEN = { quietMs: 0, redrawMs: 1, logMs: 1 };

/** How far a look at everything may have come. */
function halfway(): Progress {
  return Object.assign(new Progress(), { files: 45_120, added: 44_870, share: 0.45 });
}

class Screen implements Terminal {
  columns = 200;
  written = '';
  write(text: string | Uint8Array): boolean {
    this.written += String(text);
    return true;
  }

  /** What is in the only line that there is. */
  get shown(): string {
    return this.written.split('\r').at(-1)!.includes('\u001B[K')
      ? ''
      : this.written.split('\u001B[K\r').at(-2)!;
  }
}

function display(screen: Screen | null, intervals = OFTEN): { display: ProgressDisplay; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line) as LogLine) });
  return { display: new ProgressDisplay(log, screen, intervals), lines };
}

describe('on a terminal', () => {
  it('one line says how far a pass has come, is drawn anew, and is gone when the pass is', async () => {
    const screen = new Screen();
    const { display: shown, lines } = display(screen);
    const progress = halfway();
    {
      using _ = shown.show(progress);
      const line = await until(() => screen.shown || undefined);
      expect(line).toMatch(/^looked at 45,120 files, 44,870 new articles, [\d,]+\/s, 45%, \d+ m?s left$/);
      progress.feeds = { done: 3, of: 10 };
      await until(() => screen.shown.endsWith('3 of 10 feeds composed') || undefined);
    }
    expect(screen.shown).toBe('');
    expect(screen.written).not.toContain('\n');
    expect(lines).toEqual([]);
  });

  it('the line makes room for others, and comes back', async () => {
    const screen = new Screen();
    const { display: shown } = display(screen);
    using _ = shown.show(halfway());
    await until(() => screen.shown || undefined);
    shown.wipe();
    expect(screen.shown).toBe('');
    await until(() => screen.shown || undefined);
  });

  it('the line is never longer than the terminal is wide', async () => {
    const screen = new Screen();
    screen.columns = 30;
    const { display: shown } = display(screen);
    using _ = shown.show(halfway());
    expect(await until(() => screen.shown || undefined)).toBe('looked at 45,120 files, 44,87');
  });

  it('nothing is shown of a short pass', async () => {
    const screen = new Screen();
    const { display: shown } = display(screen, { ...OFTEN, quietMs: 60_000 });
    using _ = shown.show(halfway());
    const other = new Screen();
    using _other = display(other).display.show(halfway());
    await until(() => other.shown || undefined);
    shown.wipe();
    expect(screen.written).toBe('');
  });
});

it('without a terminal a line of the log says how far a long pass has come', async () => {
  const { display: shown, lines } = display(null);
  using _ = shown.show(halfway());
  const line = await until(() => lines[0]);
  expect(line).toMatchObject({
    level: 30,
    progress: { files: 45_120, added: 44_870, share: 0.45 },
    msg: expect.stringContaining('looked at 45,120 files, 44,870 new articles'),
  });
});

describe('a look at everything', () => {
  it('says how much of the directory it has walked, folder by folder', async () => {
    const root = temporaryDirectory();
    await writeFiles(root, { 'a/1.txt': '', 'a/2.txt': '', 'b.txt': '', 'c/d/3.txt': '', 'c/d/4.txt': '' });
    const progress = new Progress();
    const path = (found: Found): string => (found.kind === 'file' ? found.file.path : found.kind);
    const seen = [...walk({ root, extensions: ['.txt'], progress })].length;
    expect(seen).toBe(5);
    const shares: [string, number][] = [];
    for (const found of walk({ root, extensions: ['.txt'], progress })) {
      shares.push([path(found), Math.round(progress.share * 600)]);
    }
    expect(shares).toEqual([
      ['a/1.txt', 0],
      ['a/2.txt', 100],
      ['b.txt', 200],
      ['c/d/3.txt', 400],
      ['c/d/4.txt', 500],
    ]);
  });
});

describe('the line of a pass', () => {
  it('says in words what its fields say, and is at level debug if nothing happened', async () => {
    const site = await createSite({ '1.txt': numberedSeed(1) }, { schedule: '* * * * * *' });
    const daemon = await Daemon.start(site.flags);
    await daemon.url();
    await renameInto(site.seeds, '2.txt', numberedSeed(2));
    const line = await daemon.logged(({ articles, added }) => articles === 2 && added === 1);
    expect(line).toMatchObject({ level: 30, changed: 0, withdrawn: 0, rejected: 0 });
    const { documents, durationMs } = line as unknown as Record<string, number>;
    expect(line.msg).toMatch(`1 added; 2 articles, ${documents} documents published; `);
    expect(line.msg).toContain(durationMs! < 1000 ? `${durationMs} ms` : ' s');
    const idle = await daemon.logged(({ pass, added }) => pass === 'everything' && added === 0);
    expect(idle).toMatchObject({ level: 20, documents: 0 });
    expect(idle.msg).toMatch(/^no article changed; \d articles?; /);
  });
});

/** Long enough to be seen on any machine. */
const MANY = 30_000;

async function manySeeds(): Promise<TestSite> {
  const site = await createSite();
  for (let number = 0; number < MANY; number += 1) {
    const folder = join(site.seeds, String(number % 10));
    if (number < 10) mkdirSync(folder);
    writeFileSync(join(folder, `${number}.txt`), numberedSeed(number));
  }
  return site;
}

/** What a real terminal is sent, by standard output and standard error together. */
async function onTerminal(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const command = [process.execPath, ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out, [status]] = await Promise.all([child.stdout.toArray(), once(child, 'close')]);
  expect(status).toBe(0);
  return out.join('');
}

/** What stands on it in the end, line by line: what comes after a return overwrites what was there. */
function standing(written: string): string[] {
  return written.split('\n').map((line) => {
    let stands = '';
    for (const drawn of line.split('\r')) {
      let cursor = 0;
      for (const [i, coloured] of drawn.split(WIPE).entries()) {
        const text = stripVTControlCharacters(coloured);
        if (i > 0) stands = stands.slice(0, cursor);
        stands = stands.slice(0, cursor) + text + stands.slice(cursor + text.length);
        cursor += text.length;
      }
    }
    return stands;
  });
}
const WIPE = '\u001B[K';

describe('a line of the log', () => {
  it('that comes while progress is shown stands alone on a real terminal', async () => {
    const from = (path: string): string => JSON.stringify(join(PROJECT, 'src', path));
    const program = join(temporaryDirectory(), 'program.ts');
    writeFileSync(
      program,
      `import { createLog } from ${from('log.ts')};
      import { Progress, ProgressDisplay } from ${from('progress.ts')};
      const log = await createLog('info', { isTTY: process.stdout.isTTY, isJournal: false }, () => display.wipe());
      const display = new ProgressDisplay(log, process.stderr, { quietMs: 0, redrawMs: 1, logMs: 1 });
      using _ = display.show(new Progress());
      for (const word of ['one', 'two']) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        log.info({ articles: 3, seed: 'a.txt' }, word);
      }`,
    );
    const written = await onTerminal([program]);
    expect(written.match(/looked at/g)!.length).toBeGreaterThan(1);
    expect(standing(written).filter((line) => line !== '')).toEqual([
      expect.stringMatching(/^\[[\d:]+\] INFO: one$/),
      '    seed: "a.txt"',
      expect.stringMatching(/^\[[\d:]+\] INFO: two$/),
      '    seed: "a.txt"',
    ]);
  });
});

describe('a line of the log on a real terminal', () => {
  it('shows what a name holds, and lets it not move the cursor', async () => {
    const name = 'a\u001B[2J\u009B31m\u009D0;title\u009C\u202Etxt\u2066.txt';
    const site = await createSite({ [name]: 'no header' });
    const main = join(PROJECT, 'src', 'main.ts');
    const written = await onTerminal([main, 'build', ...site.flags]);
    expect(stripVTControlCharacters(written)).toContain(
      '    seed: "a\\u001b[2J\uFFFD31m\uFFFD0;title\uFFFD\uFFFDtxt\uFFFD.txt"',
    );
    expect(written).not.toMatch(/[\u0080-\u009F]|\p{Bidi_Control}/u);
  });

  it('is one, whatever it quotes', async () => {
    const program = join(temporaryDirectory(), 'program.ts');
    writeFileSync(
      program,
      `import { createLog } from ${JSON.stringify(join(PROJECT, 'src', 'log.ts'))};
      const log = await createLog('info', { isTTY: true, isJournal: false });
      log.info('cannot list a\\n[00:00:00] INFO: forged');`,
    );
    const written = stripVTControlCharacters(await onTerminal([program]));
    expect(written).toMatch(/^\[[\d:]+\] INFO: cannot list a\uFFFD\[00:00:00\] INFO: forged\r\n$/);
  });
});

describe('feedmill build on many seeds', () => {
  it('shows its progress on a real terminal, apart from the lines of the log', async () => {
    const site = await manySeeds();
    const main = join(PROJECT, 'src', 'main.ts');
    const written = await onTerminal([main, 'build', ...site.flags]);
    const drawn = [...written.matchAll(/looked at ([\d,]+) files?, ([\d,]+) new articles?, \S/g)];
    expect(drawn.length).toBeGreaterThan(1);
    for (const i of [1, 2]) {
      const counts = drawn.map((each) => Number(each[i]!.replaceAll(',', '')));
      expect(Math.max(...counts)).toBeGreaterThan(1000);
      expect(Math.max(...counts)).toBeLessThanOrEqual(MANY);
    }
    const lines = standing(written);
    expect(lines.join('\n')).not.toContain('looked at');
    const passes = lines.filter((line) => line.includes('documents published'));
    expect(passes.at(-1)).toMatch(
      /^\[[\d:]+\] INFO: [\d,]+ added; 30,000 articles, \d+ documents published; /,
    );
    expect(lines.filter((line) => /^ {4}(?:added|durationMs|pass)/.test(line))).toEqual([]);
    const data = ['--data', join(site.directory, 'dumb')];
    const dumb = await onTerminal([main, 'build', ...site.flags, ...data], { TERM: 'dumb' });
    expect(dumb).toContain('30,000 articles');
    expect(dumb).not.toContain(WIPE);
    expect(dumb).not.toContain('looked at');
  }, 120_000);

  it('writes nothing but lines of JSON where there is no terminal', async () => {
    const site = await createSite({ '1.txt': numberedSeed(1) });
    const { stdout, stderr } = await runFeedmill(['build', ...site.flags]);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001B');
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
  });
});
