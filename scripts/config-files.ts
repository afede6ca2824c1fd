// The files that say what can be configured, made from the schema: the defaults written out with
// comments, and JSON Schemas for editors.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { stringify } from 'yaml';
import { CONFIG_SCHEMA } from '../src/config-schema.ts';
import { RECIPE_SCHEMA } from '../src/recipe-schema.ts';

const WIDTH = 100;

/** Path below `config/` → content. */
export function configFiles(): Record<string, string> {
  return {
    'feedmill.yaml': defaultsAsYaml(),
    'feedmill.schema.json': jsonSchema(CONFIG_SCHEMA, 'feedmill: configuration'),
    'outlet.schema.json': jsonSchema(RECIPE_SCHEMA, 'feedmill: recipe of an outlet'),
  };
}

function jsonSchema(schema: v.GenericSchema, title: string): string {
  // Checks that JSON Schema cannot say are made when the file is read.
  const converted = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' });
  return `${JSON.stringify({ title, ...converted }, null, 2)}\n`;
}

function defaultsAsYaml(): string {
  const head = [
    'yaml-language-server: $schema=feedmill.schema.json',
    'Every key with its default. Change it here, or name only what you change in a file of your own',
    'and start with --config FILE. `npm run -s feedmill -- config` prints what is in force.',
  ];
  return `${head.map((line) => `# ${line}`).join('\n')}\n\n${section(CONFIG_SCHEMA.entries, '')}`;
}

type Entry = v.OptionalSchema<v.GenericSchema, unknown>;

function section(entries: Record<string, unknown>, indent: string): string {
  return Object.entries(entries as Record<string, Entry>)
    .map(([key, { wrapped, default: fallback }]) => {
      const comment = wrap(v.getDescription(wrapped) ?? '', WIDTH - indent.length - 2);
      const inner = (wrapped as { entries?: Record<string, unknown> }).entries;
      const value = inner
        ? `\n${section(inner, `${indent}  `)}`
        : ` ${stringify(fallback, { collectionStyle: 'flow' })}`;
      return `${comment.map((line) => `${indent}# ${line}\n`).join('')}${indent}${key}:${value}`;
    })
    .join(indent === '' ? '\n' : '');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
