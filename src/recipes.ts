// The folder of recipes → the outlets, and the fingerprints of the rules that articles are read by.
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImagePolicy, Outlet, Recipe } from './article.ts';
import { ConfigError, readRecipe } from './config.ts';
import { createOutlets, type Outlets } from './mill/outlet.ts';

export interface Rules {
  readonly recipes: readonly Recipe[];
  readonly outlets: Outlets;
  /** Differs whenever a header might be taken for another article than before. */
  readonly identity: string;
  /** Differs whenever an outlet's articles might be cleaned otherwise than before. */
  content(outlet: Outlet): string;
}

/** @throws ConfigError */
export function loadRules(folder: string, images: ImagePolicy): Rules {
  const recipes = loadRecipes(folder);
  const program = programFingerprint();
  const contents = new Map<Outlet, string>();
  return {
    recipes,
    outlets: outletsOf(recipes, folder),
    identity: digest(
      program,
      recipes.map(({ id, hosts, trackingParameters, aliases }) => [id, hosts, trackingParameters, aliases]),
    ),
    content(outlet) {
      let fingerprint = contents.get(outlet);
      if (fingerprint === undefined) {
        fingerprint = digest(program, [images, outlet]);
        contents.set(outlet, fingerprint);
      }
      return fingerprint;
    },
  };
}

/**
 * What `loadRules` leaves out, because it takes an HTML parser and that takes time to load: whether
 * the recipes' selectors are selectors.
 *
 * @throws ConfigError
 */
export async function verifyRules({ recipes }: Rules): Promise<void> {
  const { selectorError } = await import('./mill/clean.ts');
  for (const { id, remove } of recipes) {
    for (const selector of remove) {
      const error = selectorError(selector);
      if (error !== null) {
        throw new ConfigError(
          `recipe ${id}: remove: ${JSON.stringify(selector)} is no CSS selector: ${error}`,
        );
      }
    }
  }
}

function loadRecipes(folder: string): Recipe[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw new ConfigError(`outlets: ${folder}: ${(cause as Error).message}`, { cause });
  }
  return names
    .filter((name) => /^[^.].*\.ya?ml$/.test(name))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return readRecipe(name.replace(/\.ya?ml$/, ''), { path, text: readFileSync(path, 'utf8') });
    });
}

function outletsOf(recipes: readonly Recipe[], folder: string): Outlets {
  try {
    return createOutlets(recipes);
  } catch (cause) {
    throw new ConfigError(`outlets: ${folder}: ${(cause as Error).message}`, { cause });
  }
}

/** Of the code that reads articles: its own text, so that no change to it can be forgotten. */
function programFingerprint(): string {
  const folder = join(import.meta.dirname, 'mill');
  const files = readdirSync(folder).sort();
  return digest(
    '',
    files.map((name) => readFileSync(join(folder, name), 'utf8')),
  );
}

function digest(program: string, value: unknown): string {
  return hash('sha256', program + JSON.stringify(value), 'base64url').slice(0, 16);
}
