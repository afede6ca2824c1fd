// Every key of a recipe: its type, its limits, its default and what it means.
import * as v from 'valibot';
import { absoluteUrl, key, text } from './config-parts.ts';

const host = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, 'must be a host name in lower case, without scheme or path'),
);
const regularExpression = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.rawCheck(({ dataset, addIssue }) => {
    try {
      if (dataset.typed) RegExp(dataset.value, 'u');
    } catch (error) {
      addIssue({ message: `must be a regular expression: ${(error as Error).message}` });
    }
  }),
);

/** How many groups an expression captures. */
function groupsIn(pattern: string): number {
  try {
    return RegExp(`${pattern}|`, 'u').exec('')!.length - 1;
  } catch {
    return 1;
  }
}

export const RECIPE_SCHEMA = v.strictObject({
  name: v.pipe(text, v.description('The outlet’s name, in its own language.')),
  home: v.pipe(absoluteUrl, v.description('Its home page.')),
  language: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag such as zh-Hans'),
    v.description('The language of its articles (BCP 47).'),
  ),
  hosts: v.pipe(
    v.array(host),
    v.minLength(1, 'must name at least one host'),
    v.description('Hosts whose articles are this outlet’s; each stands for itself and what is below it.'),
  ),
  dates: key(
    v.array(
      v.strictObject({
        select: key(v.nullable(text), null, 'A CSS selector. null: the date is in the article’s address.'),
        attribute: key(
          v.nullable(text),
          null,
          'The attribute that holds the date. null: the text does. With ago: that names the day it must fall on.',
        ),
        form: v.pipe(
          text,
          v.description(
            'rfc1123, iso8601, ago (5 minutes ago), or a pattern of yyyy MM dd HH hh mm ss (UTS #35).',
          ),
        ),
        undatedOnly: key(v.boolean(), false, 'Ask only where the header of the seed has no time.'),
        zone: key(v.nullable(text), null, 'The time zone of a pattern: Europe/Paris, +08:00. null: UTC.'),
      }),
    ),
    [],
    'Where the publication time stands, the best place first. What told a date goes from the text.',
  ),
  bylines: key(
    v.array(
      v.strictObject({
        select: v.pipe(text, v.description('A CSS selector.')),
        match: key(
          v.nullable(
            v.pipe(
              regularExpression,
              v.check((pattern) => groupsIn(pattern) > 0, 'must have a group: the names in ( )'),
            ),
          ),
          null,
          'Its first group is the names. null: the whole text.',
        ),
      }),
    ),
    [],
    'Where the authors’ names stand, the best place first.',
  ),
  lead: key(v.array(text), [], 'CSS selectors of the lead picture or video, the best first.'),
  captions: key(v.array(text), [], 'CSS selectors of captions; each belongs to the picture before it.'),
  credits: key(v.array(text), [], 'CSS selectors of pictures’ credits, which go behind the captions.'),
  embeds: key(
    v.array(
      v.strictObject({
        select: v.pipe(text, v.description('A CSS selector.')),
        attribute: v.pipe(text, v.description('The attribute that holds the address of what is embedded.')),
      }),
    ),
    [],
    'Elements that only name what they embed; they become links.',
  ),
  remove: key(v.array(text), [], 'CSS selectors of what is not the article.'),
  unwrap: key(v.array(text), [], 'CSS selectors of what loses its tags and keeps its content.'),
  removeLinkLists: key(
    v.array(text),
    [],
    'CSS selectors of lists that go if each of their items is a link and nothing else.',
  ),
  removeText: key(
    v.array(regularExpression),
    [],
    'Regular expressions: a paragraph goes if one matches its text.',
  ),
  titleSuffixes: key(v.array(text), [], 'What the outlet writes behind its titles.'),
  icon: key(v.nullable(absoluteUrl), null, 'A small square picture of the outlet.'),
  logo: key(v.nullable(absoluteUrl), null, 'A picture of the outlet, twice as wide as high.'),
  rights: key(v.nullable(text), null, 'To whom its articles belong.'),
  categories: key(v.array(text), [], 'What all of its articles are about.'),
  trackingParameters: key(
    v.array(text),
    [],
    'Query parameters that do not tell articles apart, beyond the generally known ones.',
  ),
  aliases: key(
    v.array(v.strictObject({ match: regularExpression, replace: v.string() })),
    [],
    'Other addresses of one article (mobile, print): `match` in the canonical URL becomes `replace`.',
  ),
});
