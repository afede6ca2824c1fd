// `config`: the effective configuration as YAML, with where each value came from.
import { type Document, parseDocument, stringify, visit } from 'yaml';
import type { Config } from './config.ts';

export function printConfig({ origins, ...settings }: Config): string {
  const document: Document = parseDocument(stringify(settings));
  visit(document, {
    Pair(_, pair, ancestors) {
      const names = [...ancestors, pair].flatMap((node) =>
        node !== null && 'key' in node ? [String((node as { key: unknown }).key)] : [],
      );
      const origin = origins.get(names.join('.'));
      const { value } = pair as { value: { comment?: string | null; flow?: boolean } | null };
      if (origin === undefined || value === null) return;
      value.comment = ` ${origin}`;
      value.flow = true;
    },
  });
  return document.toString();
}
