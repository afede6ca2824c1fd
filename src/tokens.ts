// The file of tokens → who may read private feeds.
import { readFileSync } from 'node:fs';
import { ConfigError } from './config.ts';
import type { Token } from './output/access.ts';

/** Characters. So long that trying them out is hopeless. */
const SECRET_LENGTH_MIN = 20;
const LINE = /^(?<name>\S+)\s+(?<secret>[\w.~-]+)$/;

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
    // The line itself is not told: it may hold a token.
    const fail = (why: string): never => {
      throw new ConfigError(`access: ${file}:${i + 1}: ${why}`);
    };
    if (name === undefined || secret === undefined) {
      return fail('expected a name and a token of A-Z a-z 0-9 . _ ~ - with a space between them');
    }
    if (secret.length < SECRET_LENGTH_MIN) {
      fail(`the token of ${name} must have at least ${SECRET_LENGTH_MIN} characters: openssl rand -hex 16`);
    }
    if (tokens.has(name)) fail(`there is already a token of ${name}`);
    tokens.set(name, { name, secret });
  }
  return [...tokens.values()];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`access: ${(cause as Error).message}`, { cause });
  }
}
