// The file of tokens → who may read private feeds.
import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from './config.ts';
import { Access, type Token } from './output/access.ts';

/** Characters. So long that trying them out is hopeless. */
const SECRET_LENGTH_MIN = 20;
const EXPECTED = 'expected a name, a space, and a token';
const LINE = /^(?<name>\S+)\s+(?<secret>[\w.~-]+)$/;

/** Who may read; `null`: everybody. @throws ConfigError */
export function accessOf({ access }: Pick<Config, 'access'>): Access | null {
  return access === null ? null : new Access(readTokens(access));
}

/**
 * One token a line: a name, white space, and the token. Lines that start with `#`, and empty ones, say nothing.
 *
 * @throws ConfigError
 */
export function readTokens(file: string): Token[] {
  const tokens = new Map<string, Token>();
  for (const [i, line] of textOf(file).split('\n').entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const { name, secret } = LINE.exec(text)?.groups ?? {};
    // Nothing of the line is told: whichever word it is, it may be a token.
    const fail = (why: string): never => {
      throw new ConfigError(`access: ${file}:${i + 1}: ${why}`);
    };
    if (name === undefined || secret === undefined) {
      return fail(`${EXPECTED} of A-Z a-z 0-9 . _ ~ -`);
    }
    if (secret.length < SECRET_LENGTH_MIN) {
      fail(`a token must have at least ${SECRET_LENGTH_MIN} characters: openssl rand -hex 16`);
    }
    if (tokens.has(name)) fail('there is already a token under this name');
    tokens.set(name, { name, secret });
  }
  if (tokens.size === 0) throw new ConfigError(`access: ${file}: there is no token in it; ${EXPECTED}`);
  return [...tokens.values()];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new ConfigError(`access: ${file}: ${why}; it must be a file that feedmill may read`, { cause });
  }
}
