// The templates and what goes with them, read once when the program starts. Owns `eta`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta/core';
import { ASSETS, type Document } from '../article.ts';

const FOLDER = import.meta.dirname;
const TEMPLATE = /\.eta$/;

/** Escapes whatever a template writes but for what other templates have made (`<%~`). */
const eta = new Eta({ autoEscape: true });
for (const name of readdirSync(FOLDER).filter((each) => TEMPLATE.test(each))) {
  eta.loadTemplate(`@${name.replace(TEMPLATE, '')}`, readFileSync(join(FOLDER, name), 'utf8'));
}

/** Styles, a script and a picture, which the pages name by these paths. */
export const ASSET_DOCUMENTS: readonly Document[] = ASSETS.map((path) => {
  return { path, body: readFileSync(join(FOLDER, path)) };
});

export function renderTemplate(name: 'first' | 'outlet', data: object): string {
  return eta.render(`@${name}`, data);
}
