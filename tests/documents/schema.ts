// The RELAX NG grammar of RFC 4287, Appendix B, and a validator for it that is not ours: libxml2.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RelaxNGValidator, XmlDocument, XmlLibError } from 'libxml2-wasm';

const GRAMMAR = readFileSync(join(import.meta.dirname, 'atom.rng'));

/** What libxml2 finds wrong with an Atom document by the grammar; nothing if it is valid. */
export function schemaErrors(document: Buffer): string[] {
  return errorsOf(() => {
    using grammar = XmlDocument.fromBuffer(GRAMMAR);
    using validator = RelaxNGValidator.fromDoc(grammar);
    using parsed = XmlDocument.fromBuffer(document);
    validator.validate(parsed);
  });
}

/** What is wrong with a document as XML. */
export function xmlErrors(document: Buffer): string[] {
  return errorsOf(() => XmlDocument.fromBuffer(document).dispose());
}

function errorsOf(action: () => void): string[] {
  try {
    action();
    return [];
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return error.details.map(({ message, line }) => `line ${line}: ${message.trim()}`);
  }
}
