// Recipes made for a test.
import type { Recipe } from '../../src/article.ts';

/** Of an outlet that asks for nothing, except `parts`. */
export function recipe(parts: Partial<Recipe> = {}): Recipe {
  return {
    id: 'mill',
    name: '磨坊志',
    home: 'https://mill.example/',
    language: 'zh-Hans',
    hosts: ['mill.example'],
    dates: [],
    bylines: [],
    lead: [],
    captions: [],
    credits: [],
    embeds: [],
    remove: [],
    unwrap: [],
    removeLinkLists: [],
    removeText: [],
    titleSuffixes: [],
    icon: null,
    logo: null,
    rights: null,
    categories: [],
    trackingParameters: [],
    aliases: [],
    ...parts,
  };
}
