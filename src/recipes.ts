// The folder of recipes → the outlets, and the fingerprints of the rules that articles are read by.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImagePolicy, Outlet, Recipe } from './article.ts';
import { ConfigError, readRecipe } from './config.ts';
import { digest, programIn } from './fingerprint.ts';
import { createOutlets, type Outlets } from './mill/outlet.ts';

export interface Rules {
  /** Where the recipes are. */
  readonly folder: string;
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
  const program = (programNow ??= digest(programIn('mill')));
  const contents = new Map<Outlet, string>();
  return {
    folder,
    recipes,
    outlets: outletsOf(recipes, folder),
    identity: digest([
      program,
      recipes.map(({ id, hosts, trackingParameters, aliases }) => [id, hosts, trackingParameters, aliases]),
    ]),
    content(outlet) {
      let fingerprint = contents.get(outlet);
      if (fingerprint === undefined) {
        fingerprint = digest([program, images, outlet]);
        contents.set(outlet, fingerprint);
      }
      return fingerprint;
    },
  };
}

/**
 * What `loadRules` leaves out, because it takes an HTML parser and time zones, and those take time to
 * load: whether the recipes' selectors are selectors, and their dates' forms forms.
 *
 * @throws ConfigError
 */
export async function verifyRules({ folder, recipes }: Rules): Promise<void> {
  const { selectorError } = await import('./mill/clean/dom.ts');
  const { formError } = await import('./mill/date-forms.ts');
  const errors: string[] = [];
  for (const recipe of recipes) {
    const file = join(folder, `${recipe.id}.yaml`);
    for (const [place, selector] of selectorsOf(recipe)) {
      const error = selectorError(selector);
      if (error === null) continue;
      errors.push(`${file}: ${place}: ${JSON.stringify(selector)} is no CSS selector: ${error.trim()}`);
    }
    for (const [i, date] of recipe.dates.entries()) {
      const error = formError(date);
      if (error !== null) errors.push(`${file}: dates.${i}: ${error}`);
    }
  }
  if (errors.length > 0) throw new ConfigError(errors.join('\n'));
}

/** Each with its place in the recipe. */
function selectorsOf(recipe: Recipe): [place: string, selector: string][] {
  const lists = ['remove', 'unwrap', 'removeLinkLists', 'lead', 'captions', 'credits'] as const;
  const rules = ['dates', 'bylines', 'embeds'] as const;
  return [
    ...lists.flatMap((key) => recipe[key].map((selector, i): [string, string] => [`${key}.${i}`, selector])),
    ...rules.flatMap((key) =>
      recipe[key].flatMap(({ select }, i): [string, string][] =>
        select === null ? [] : [[`${key}.${i}`, select]],
      ),
    ),
  ];
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

/** Of the code that reads articles, as it runs: it may have been replaced on disk since it was loaded. */
let programNow: string | null = null;
