// A strict XML 1.0 parser with namespaces: what it takes, every feed reader's does.
import { SaxesParser } from 'saxes';

export const ATOM = 'http://www.w3.org/2005/Atom';

export interface Element {
  readonly name: string;
  readonly namespace: string;
  /** By qualified name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** The text in it, that of its children included. */
  readonly text: string;
}

/** @throws Error if `document` is not well-formed, or not to the letter */
export function parseXml(document: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const top = { children: [] as Element[], text: '' };
  const open: { children: Element[]; text: string }[] = [top];
  const addText = (text: string): void => {
    for (const element of open) element.text += text;
  };
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', ({ local, uri, attributes }) => {
    const values = Object.entries(attributes).map(([name, { value }]) => [name, value] as const);
    const element = {
      name: local,
      namespace: uri,
      attributes: Object.fromEntries(values),
      children: [],
      text: '',
    };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  parser.write(document).close();
  return top.children[0]!;
}

/** The only child of this name. */
export function child(element: Element, name: string): Element {
  const found = children(element, name);
  if (found.length !== 1) throw new Error(`${found.length} of ${name} in ${element.name}`);
  return found[0]!;
}

export function children(element: Element, name: string): Element[] {
  return element.children.filter((each) => each.name === name && each.namespace === ATOM);
}
