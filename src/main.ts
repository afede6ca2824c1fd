// The process: arguments, environment, signals, exit status. Nothing else touches `process`.
import { existsSync, fstatSync, readFileSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Invocation } from './arguments.ts';
import type { Config, ConfigSources } from './config.ts';

const PROJECT = resolve(import.meta.dirname, '..');

// Without it, half of a start is spent on taking types out of files that are the same as the last time. It holds what
// is loaded from here on, so nothing of ours is loaded before.
enableCompileCache(process.env['NODE_COMPILE_CACHE'] ?? join(PROJECT, 'node_modules/.cache/feedmill'));
const { readArguments, UsageError } = await import('./arguments.ts');
const { ConfigError, CONFIG_VARIABLE, readConfig } = await import('./config.ts');

// V8 would let the young generation grow to 48 MB, and what a first run over a large archive leaves
// behind pile up with it: over 100,000 seeds a peak of 257 MB instead of 350, in the same time.
setFlagsFromString('--semi-space-growth-factor=1');
// One that small is collected sooner by one thread than it is shared out among several: with them an answer took a tenth
// more of a processor.
setFlagsFromString('--no-parallel-scavenge');

/** Exit statuses, those of sysexits.h where it has one. */
const EXIT = {
  done: 0,
  rejected: 1,
  unwell: 1,
  usage: 64,
  defect: 70,
  failed: 74,
  configuration: 78,
} as const;

type Command = Extract<Invocation, { kind: 'command' }>;

/** The defaults written out; an operator may edit it in place. */
const OWN_CONFIG = join(PROJECT, 'config', 'feedmill.yaml');

async function main(): Promise<number> {
  const invocation = readArguments(process.argv.slice(2));
  if (invocation.kind === 'help') return print(invocation.text);
  const version = (JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string })
    .version;
  if (invocation.kind === 'version') return print(`feedmill ${version}\n`);
  const config = await configure(invocation);
  if (invocation.command === 'config') {
    const { printConfig } = await import('./config-print.ts');
    return print(printConfig(config));
  }
  if (invocation.command === 'status') {
    const { statusReport } = await import('./status.ts');
    const { well, text } = await statusReport(config, Date.now());
    print(text);
    return well ? EXIT.done : EXIT.unwell;
  }
  if (invocation.command === 'backup' || invocation.command === 'restore') {
    const { backUp, restore } = await import('./backup.ts');
    const name = invocation.files[0]!;
    const [file, backs] = [resolve(name), invocation.command === 'backup'];
    const articles = await (backs ? backUp(config, file) : restore(config, file));
    return print(`${articles} articles ${backs ? 'are in' : 'restored from'} ${name}\n`);
  }
  const { loadRules, verifyRules } = await import('./recipes.ts');
  const rules = loadRules(config.outlets, config.images);
  if (invocation.command !== 'run') {
    if (invocation.files.length === 0) requireSeeds(config);
    await verifyRules(rules);
  }
  if (invocation.command === 'check') {
    const { check } = await import('./check.ts');
    const explain = invocation.explain ? (await import('./explain.ts')).explainSeed : null;
    const rejected = check({
      config,
      outlets: rules.outlets,
      files: invocation.files,
      workingDirectory: process.cwd(),
      print: (line) => void process.stdout.write(`${line}\n`),
      now: Date.now(),
      explain,
    });
    return rejected > 0 ? EXIT.rejected : EXIT.done;
  }
  const { createLog } = await import('./log.ts');
  const { ProgressDisplay } = await import('./progress.ts');
  const log = await createLog(config.logLevel, { isTTY: process.stdout.isTTY, isJournal: isJournal() }, () =>
    display.wipe(),
  );
  const drawable = process.stderr.isTTY && process.env['TERM'] !== 'dumb';
  const display = new ProgressDisplay(log, drawable ? process.stderr : null);
  requireOwnData(config);
  const { lockDirectory } = await import('./ledger/open.ts');
  using _ = lockDirectory(config.data);
  const runtime = JSON.stringify(process.versions);
  const options = { config, rules, log, version, runtime, now: Date.now, show: display.show.bind(display) };
  if (invocation.command === 'build') {
    const { build } = await import('./build.ts');
    return (await build(options, invocation.archive)) ? EXIT.done : EXIT.failed;
  }
  const ready = Promise.withResolvers<() => Promise<void>>();
  const stop = stopSignal(async () => (await ready.promise)());
  const { inheritedSocket, ServiceManager } = await import('./systemd.ts');
  const { Service } = await import('./service.ts');
  using manager = new ServiceManager(process.env, process.pid, log);
  await using service = await Service.start({
    ...options,
    descriptor: inheritedSocket(process.env, process.pid),
  });
  ready.resolve(async () => {
    await manager.tell('RELOADING=1');
    await service.reload(async () => {
      const next = await configure(invocation);
      return { config: next, rules: loadRules(next.outlets, next.images) };
    });
    await manager.tell('READY=1', `STATUS=${service.summary}`);
  });
  manager.ready(service);
  log.info({ signal: await stop, status: service.health.status }, 'stopping');
  // Not waited for: nobody may be listening.
  void manager.tell('STOPPING=1');
  return EXIT.done;
}

/** @throws ConfigError */
async function configure(invocation: Command): Promise<Config> {
  const config = readConfig(sources(invocation));
  const { scheduleError } = await import('./intake/schedule.ts');
  const unscheduled = scheduleError(config.schedule);
  if (unscheduled === null) return config;
  const origin = config.origins.get('schedule');
  throw new ConfigError(`schedule: "${config.schedule}" (from ${origin}): ${unscheduled}`);
}

function sources({ configFile, flags }: Command): ConfigSources {
  const named = configFile ?? process.env[CONFIG_VARIABLE];
  const path = named === undefined ? OWN_CONFIG : resolve(named);
  const own = named === undefined;
  const shown = own ? relative(PROJECT, path) : named;
  let file: ConfigSources['file'] = null;
  if (!own || existsSync(path)) {
    try {
      file = { path: shown, text: readFileSync(path, 'utf8'), own };
    } catch (cause) {
      const origin = configFile === undefined ? CONFIG_VARIABLE : '--config';
      throw new ConfigError(`${origin}: ${(cause as Error).message}`, { cause });
    }
  }
  return {
    workingDirectory: process.cwd(),
    projectDirectory: PROJECT,
    file,
    environment: process.env,
    flags,
  };
}

/** A daemon waits for a directory that is not there yet; who runs a command once wants to be told. */
function requireSeeds({ seeds, origins }: Config): void {
  if (statSync(seeds, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new ConfigError(`seeds: ${seeds} (from ${origins.get('seeds')}): no such directory`);
}

/** Whether standard output is what systemd says the journal reads (systemd.exec(5)); a child of it may write elsewhere. */
function isJournal(): boolean {
  const { dev, ino } = fstatSync(1);
  return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`;
}

/** What root leaves in a directory of somebody else's, its owner could neither write to nor delete afterwards. */
function requireOwnData({ data, origins }: Config): void {
  const owner = statSync(data, { throwIfNoEntry: false })?.uid ?? 0;
  if (process.getuid?.() !== 0 || owner === 0) return;
  throw new ConfigError(
    `data: ${data} (from ${origins.get('data')}) belongs to user ${owner}, who could not change what root writes there: ` +
      'start the service that it is for, or run feedmill as that user',
  );
}

/** Resolves at the first request to stop; a second one ends the process at once. Rejects if `reload` does. */
function stopSignal(reload: () => Promise<void>): Promise<string> {
  // A terminal that is closed takes along what runs in it.
  const stops: NodeJS.Signals[] = process.stdout.isTTY
    ? ['SIGINT', 'SIGTERM', 'SIGHUP']
    : ['SIGINT', 'SIGTERM'];
  return new Promise((stop, fail) => {
    for (const signal of stops) process.once(signal, () => stop(signal));
    if (!stops.includes('SIGHUP')) process.on('SIGHUP', () => void reload().catch(fail));
  });
}

function print(text: string): number {
  process.stdout.write(text);
  return EXIT.done;
}

function statusOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  // By name: the modules that define these are loaded only where they are needed.
  const name = error instanceof Error ? error.name : '';
  if (['ConfigError', 'LedgerRefusedError', 'ListenError'].includes(name)) return EXIT.configuration;
  if (['LedgerUnreadableError', 'LedgerDiskError'].includes(name)) return EXIT.failed;
  if (typeof (error as NodeJS.ErrnoException).errno === 'number') return EXIT.failed;
  return EXIT.defect;
}

// Whoever reads the output may stop reading: `feedmill check | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

try {
  process.exitCode = await main();
} catch (error) {
  const status = statusOf(error);
  const { message, stack } = error as Error;
  process.stderr.write(`feedmill: ${status === EXIT.defect ? (stack ?? message) : message}\n`);
  if (status === EXIT.usage) process.stderr.write('Try: feedmill --help\n');
  process.exitCode = status;
}
