// (files, environment, flags) → Config or ConfigError. Pure: what it is given is all it knows.
import { closest } from 'fastest-levenshtein';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { type Document as YamlDocument, LineCounter, parseDocument, isNode } from 'yaml';
import type { Recipe } from './article.ts';
import { CONFIG_SCHEMA, LISTEN, type Settings } from './config-schema.ts';
import { RECIPE_SCHEMA } from './recipe-schema.ts';

/** An operator's mistake: names the key, its value and where it came from. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface ConfigSources {
  /** Absolute: what relative paths in flags, environment and `--config` files are relative to. */
  readonly workingDirectory: string;
  /** Absolute: what the defaults, and the project's own file that writes them out, are relative to. */
  readonly projectDirectory: string;
  readonly file: (TextFile & { readonly own: boolean }) | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Partial<Record<FlagKey, string>>>;
}

export interface Config extends Settings {
  /** Where each key's value came from, in words; keys of nested values are dotted. */
  readonly origins: ReadonlyMap<string, string>;
}

/** The keys that a flag and an environment variable can set. */
export const FLAGS = {
  seeds: { flag: 'seeds', variable: 'FEEDMILL_SEEDS', value: 'DIR' },
  data: { flag: 'data', variable: 'FEEDMILL_DATA', value: 'DIR' },
  listen: { flag: 'listen', variable: 'FEEDMILL_LISTEN', value: 'HOST:PORT | unix:PATH' },
  baseUrl: { flag: 'base-url', variable: 'FEEDMILL_BASE_URL', value: 'URL' },
  logLevel: { flag: 'log-level', variable: 'FEEDMILL_LOG_LEVEL', value: 'LEVEL' },
} as const;
export type FlagKey = keyof typeof FLAGS;
/** Names the file itself, so it is no key of it. */
export const CONFIG_VARIABLE = 'FEEDMILL_CONFIG';

const PATHS = ['seeds', 'data', 'outlets', 'access'] as const;

/** Flags beat the environment beats the file beats the defaults. @throws ConfigError */
export function readConfig(sources: ConfigSources): Config {
  const { file, environment, flags, workingDirectory, projectDirectory } = sources;
  rejectUnknownVariables(environment);
  const origins = new Map<string, string>();
  const parsed = file ? parseYaml(file, (path, at) => origins.set(path, at)) : {};
  const given: Record<string, unknown> = { ...parsed };
  const bases = new Map<string, string>();
  for (const key of Object.keys(parsed)) bases.set(key, file?.own ? projectDirectory : workingDirectory);
  for (const [key, { flag, variable }] of Object.entries(FLAGS) as [FlagKey, (typeof FLAGS)[FlagKey]][]) {
    const value = flags[key] ?? environment[variable];
    if (value === undefined) continue;
    given[key] = value;
    origins.set(key, flags[key] === undefined ? variable : `--${flag}`);
    bases.set(key, workingDirectory);
  }
  const settings = validate(CONFIG_SCHEMA, given, (path) => origins.get(path) ?? file?.path ?? 'default');
  const located: Record<string, unknown> = { ...settings };
  const locate = (key: string, path: string): string => resolve(bases.get(key) ?? projectDirectory, path);
  for (const key of PATHS) located[key] = settings[key] && locate(key, settings[key]);
  located['listen'] = settings.listen.replace(
    /^unix:(.+)$/,
    (_, path: string) => `unix:${locate('listen', path)}`,
  );
  checkListen(located['listen'] as string, origins.get('listen') ?? 'default');
  checkAccess(settings, origins);
  for (const key of leaves(settings)) if (!origins.has(key)) origins.set(key, 'default');
  return { ...(located as Settings), origins };
}

/** What is in use for as long as the process lives. */
const FIXED = ['listen', 'data'] as const;

/** @throws ConfigError if something is to change that cannot while the process lives */
export function requireFixed(before: Config, next: Config): void {
  for (const key of FIXED) {
    if (next[key] === before[key]) continue;
    throw new ConfigError(
      `${key}: ${next[key]} (from ${next.origins.get(key)}): it is ${before[key]} until feedmill is started again`,
    );
  }
}

/** One outlet's file → its recipe; the file's name is the outlet's id. @throws ConfigError */
export function readRecipe(id: string, file: TextFile): Recipe {
  if (!/^[a-z0-9-]+$/.test(id)) {
    throw new ConfigError(`${file.path}: a recipe's file name is its outlet's id: a-z, 0-9 and - only`);
  }
  const origins = new Map<string, string>();
  const given = parseYaml(file, (path, at) => origins.set(path, at));
  return { id, ...validate(RECIPE_SCHEMA, given, (path) => origins.get(path) ?? file.path) };
}

/** The base URL without a slash at its end, derived from where it listens if none is configured. */
export function baseUrlOf(config: Pick<Config, 'baseUrl' | 'listen'>, port: number | null = null): string {
  // As it is sent: a name or a path in other letters than ASCII would be refused by whoever writes headers.
  if (config.baseUrl !== null) return new URL(config.baseUrl).href.replace(/\/+$/, '');
  const { host, ipv6, port: configured } = LISTEN.exec(config.listen)!.groups!;
  if (host === undefined && ipv6 === undefined) return 'http://localhost';
  // An unspecified address is listened on, never connected to.
  const name =
    ipv6 === undefined ? host!.replace(/^0\.0\.0\.0$/, '127.0.0.1') : `[${ipv6.replace(/^::$/, '::1')}]`;
  return `http://${name}:${port ?? configured}`;
}

/** @param listen as {@link LISTEN} allows it */
export function listenAddress(listen: string): { socket: string } | { host: string; port: number } {
  const { socket, host, ipv6, port } = LISTEN.exec(listen)!.groups!;
  return socket === undefined ? { host: (host ?? ipv6)!, port: Number(port) } : { socket };
}

function checkListen(listen: string, origin: string): void {
  const address = listenAddress(listen);
  if ('port' in address && address.port > 65_535) {
    throw new ConfigError(`listen: ${listen} (from ${origin}): a port is at most 65535`);
  }
  if ('socket' in address && Buffer.byteLength(address.socket) > 107) {
    throw new ConfigError(`listen: ${listen} (from ${origin}): a socket's path is at most 107 bytes`);
  }
}

/** What a hub sends out, or tells others to fetch, no token closes. */
function checkAccess({ access, websub }: Settings, origins: ReadonlyMap<string, string>): void {
  if (access === null || (!websub.hub && websub.hubs.length === 0)) return;
  const origin = origins.get(websub.hub ? 'websub.hub' : 'websub.hubs');
  throw new ConfigError(
    `websub: (from ${origin}): private feeds (access) cannot have hubs, which hand out what tokens close`,
  );
}

function rejectUnknownVariables(environment: ConfigSources['environment']): void {
  const known = [CONFIG_VARIABLE, ...Object.values(FLAGS).map(({ variable }) => variable)];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('FEEDMILL_') || known.includes(name)) continue;
    throw new ConfigError(`${name}: no such environment variable; did you mean ${closest(name, known)}?`);
  }
}

/** @param locate is told each key's path and where it stands */
function parseYaml(file: TextFile, locate: (path: string, at: string) => void): Record<string, unknown> {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw new ConfigError(`${file.path}: ${problem.message}`, { cause: problem });
  const value = valueOf(document, file.path);
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(`${file.path}: expected keys and values, such as "seeds: ./seeds"`);
  }
  for (const path of leaves(value)) {
    locate(path, `${file.path}:${lineOf(document, path.split('.'), lines)}`);
  }
  return value as Record<string, unknown>;
}

/** @throws ConfigError if the document refers to what it does not define */
function valueOf(document: YamlDocument, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new ConfigError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

function lineOf(document: YamlDocument, path: readonly string[], lines: LineCounter): number {
  const node = document.getIn(path, true);
  const start = isNode(node) ? node.range?.[0] : undefined;
  return start === undefined ? 1 : lines.linePos(start).line;
}

/** Dotted paths of all values that are not objects. */
function leaves(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? leaves(inner, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}

function validate<const S extends v.GenericSchema>(
  schema: S,
  given: unknown,
  originOf: (path: string) => string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const messages = result.issues.map((issue) => {
    const path = issue.path?.map(({ key }) => String(key)) ?? [];
    const dotted = path.join('.');
    const from = `(from ${originOf(dotted)})`;
    if (issue.type === 'strict_object' && issue.expected === 'never') {
      const siblings = keysOf(schema, path.slice(0, -1));
      return `${dotted}: no such key ${from}; did you mean ${closest(path.at(-1)!, siblings)}?`;
    }
    if (issue.input === undefined) return `${dotted}: missing ${from}`;
    return `${dotted}: ${JSON.stringify(issue.input)} ${from}: ${issue.message}`;
  });
  throw new ConfigError(messages.join('\n'));
}

/** The keys that the object at `path` of a schema may have. */
function keysOf(schema: v.GenericSchema, path: readonly string[]): string[] {
  let at = schema as {
    entries?: Record<string, unknown>;
    wrapped?: unknown;
    item?: unknown;
    pipe?: unknown[];
  };
  const unwrap = (): void => {
    while (at.wrapped !== undefined || at.item !== undefined || (at.pipe && at.entries === undefined)) {
      at = (at.wrapped ?? at.item ?? at.pipe![0]) as typeof at;
    }
  };
  unwrap();
  for (const key of path) {
    if (/^\d+$/.test(key)) continue;
    at = at.entries?.[key] as typeof at;
    unwrap();
  }
  return Object.keys(at.entries ?? {});
}
