// What all that is published was made from, and by what. A start that finds both as they were composes nothing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Config } from './config.ts';
import { digest, programIn } from './fingerprint.ts';
import type { Rules } from './recipes.ts';
import type { Site } from './site.ts';

const IMPRINT = v.object({
  /** The state of the ledger. See `Ledger.revision`. */
  ledger: v.string(),
  /** See {@link makersOf}. */
  makers: v.string(),
  /** Feeds tell of what was withdrawn after this. ms */
  toldSince: v.number(),
  /** Of outlets, what only composing them tells. See {@link Heads}. */
  languages: v.record(v.string(), v.string()),
});

export type Imprint = v.InferOutput<typeof IMPRINT>;

/** `null` if it is none, or of an earlier form. */
export function readImprint(kept: unknown): Imprint | null {
  const result = v.safeParse(IMPRINT, kept);
  return result.success ? result.output : null;
}

/**
 * Differs whenever the same articles might make other documents: with the program, what it is installed and runs with, and all that
 * is configured but for what certainly shapes no document.
 */
export function makersOf(
  { origins: _origins, listen: _listen, logLevel: _logLevel, ...settings }: Config,
  rules: Rules,
  site: Site,
  runtime: string,
): string {
  return digest([(programNow ??= program()), rules.identity, rules.recipes, settings, site, runtime]);
}

/** Of the program that runs: it may have been replaced on disk since it was loaded. */
let programNow: string | null = null;

const PROJECT = join(import.meta.dirname, '..');
/** The second says what is installed, the first what is to be. */
const INSTALLED = ['package-lock.json', 'node_modules/.package-lock.json'];

function program(): string {
  const installed = INSTALLED.map((name) => join(PROJECT, name)).filter(existsSync);
  // What is in `mill/` is in the rules' fingerprints.
  const sources = programIn('.').filter(([path]) => !path.startsWith('mill/'));
  return digest([sources, installed.map((file) => readFileSync(file, 'utf8'))]);
}
