// Words on the command line → what to do. Pure.
import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';
import { CONFIG_VARIABLE, type FlagKey, FLAGS } from './config.ts';

/** The command line does not say what to do. Exit status 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const COMMANDS = {
  run: 'watch, publish and serve until stopped (the default)',
  build: 'one pass: scan, publish the files, exit',
  check: 'say what is wrong with each seed; exit 1 if any is rejected',
  config: 'print the effective configuration and where each value came from',
  status: 'say how it is: exit 1 unless it is running and all is well',
  backup: 'copy all that seeds cannot bring back into FILE, also while it runs',
  restore: 'fill a data directory that has no ledger from a backup',
} as const;
export type Command = keyof typeof COMMANDS;

/** What follows a command's name. */
const FILES: Partial<Record<Command, string>> = { check: ' [FILE…]', backup: ' FILE', restore: ' FILE' };

/** What changes a command: words without a value. */
const SWITCHES = {
  explain: {
    command: 'check',
    does: 'say what becomes of each FILE: identity, dates, what is removed by which rule, the entry',
  },
  archive: {
    command: 'build',
    does: 'write every document of the archives, too, for a web server that has no feedmill behind it',
  },
} as const;
const isSwitch = (name: string): name is keyof typeof SWITCHES => Object.hasOwn(SWITCHES, name);

export type Invocation =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly files: readonly string[];
      /** Of `check`: say what becomes of each file. */
      readonly explain: boolean;
      /** Of `build`: write the archives, too. */
      readonly archive: boolean;
      readonly configFile: string | undefined;
      readonly flags: Partial<Record<FlagKey, string>>;
    };

/** @throws UsageError */
export function readArguments(words: readonly string[]): Invocation {
  const options = Object.fromEntries(
    Object.values(FLAGS).map(({ flag }) => [flag, { type: 'string' as const }]),
  );
  const { tokens } = parseArgs({
    args: [...words],
    options: {
      ...options,
      config: { type: 'string' },
      explain: { type: 'boolean' },
      archive: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const flags: Record<string, string> = {};
  const rest: string[] = [];
  let help = false;
  let version = false;
  const switches = new Set<keyof typeof SWITCHES>();
  const names = [...Object.keys(options), ...Object.keys(SWITCHES), 'config', 'help', 'version'];
  for (const token of tokens) {
    if (token.kind === 'positional') rest.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') help = true;
    else if (token.name === 'version') version = true;
    else if (isSwitch(token.name)) switches.add(token.name);
    else if (!names.includes(token.name)) {
      throw new UsageError(`${token.rawName}: no such flag; did you mean --${closest(token.name, names)}?`);
    } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      throw new UsageError(`--${token.name}: a value is missing`);
    } else flags[token.name] = token.value;
  }
  const command = readCommand(rest[0], rest);
  if (help) return { kind: 'help', text: rest[0] === undefined ? helpText() : helpText(command) };
  if (version) return { kind: 'version' };
  const files = rest.slice(1);
  if (FILES[command] === undefined && files.length > 0) {
    throw new UsageError(`${command} takes no files: ${files.join(' ')}`);
  }
  if (FILES[command] === ' FILE' && files.length !== 1) {
    throw new UsageError(`${command} takes one file: ${command} FILE`);
  }
  const explain = switches.has('explain');
  if (explain && (command !== 'check' || files.length === 0)) {
    throw new UsageError('--explain goes with files to check: check --explain FILE…');
  }
  const archive = switches.has('archive');
  if (archive && command !== 'build') throw new UsageError('--archive goes with build: build --archive');
  const given = Object.entries(FLAGS).flatMap(([key, { flag }]) =>
    flags[flag] === undefined ? [] : [[key, flags[flag]]],
  );
  return {
    kind: 'command',
    command,
    files,
    explain,
    archive,
    configFile: flags['config'],
    flags: Object.fromEntries(given),
  };
}

function readCommand(word: string | undefined, words: readonly string[]): Command {
  if (word === undefined) return 'run';
  if (Object.hasOwn(COMMANDS, word)) return word as Command;
  throw new UsageError(
    `${words.join(' ')}: no such command; did you mean ${closest(word, Object.keys(COMMANDS))}?`,
  );
}

function helpText(command?: Command): string {
  const flags = Object.values(FLAGS).map(({ flag, value, variable }) => [`--${flag} ${value}`, variable]);
  flags.unshift(['--config FILE', CONFIG_VARIABLE]);
  const width = Math.max(...flags.map(([flag]) => flag!.length));
  const own = Object.entries(SWITCHES).filter((each) => each[1].command === command);
  const usage =
    command === undefined
      ? [
          'usage: feedmill [COMMAND] [FLAG…]',
          '',
          'commands:',
          ...Object.entries(COMMANDS).map(([name, does]) => `  ${name.padEnd(8)}${does}`),
        ]
      : [
          `usage: feedmill ${command}${own.map(([name]) => ` [--${name}]`).join('')}${FILES[command] ?? ''} [FLAG…]`,
          '',
          COMMANDS[command],
          ...own.flatMap(([name, { does }]) => ['', `  ${`--${name}`.padEnd(12)}${does}`]),
        ];
  return [
    ...usage,
    '',
    'flags, and the environment variables that do the same:',
    ...flags.map(([flag, variable]) => `  ${flag!.padEnd(width + 2)}${variable}`),
    `  ${'--help'.padEnd(width + 2)}say this; behind a command, what that command does`,
    `  ${'--version'.padEnd(width + 2)}print the version`,
    '',
    'Flags beat the environment, the environment beats the file. Every key of the file, with its',
    'default, is in config/feedmill.yaml.',
    '',
    'exit status: 0 done, 1 seeds rejected by check, or not all well by status, 64 usage, 70 a defect of',
    'feedmill, 74 input or output failed, a backup is damaged or build raised an alarm, 78 configuration,',
    'or what is there is in use or in the way',
    '',
  ].join('\n');
}
