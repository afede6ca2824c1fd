// What the browser is told to do within a page. Each function is sent there as its source: it may use nothing
// but what stands in it, and the few parts of the DOM named here.

interface LiveElement {
  readonly localName: string;
  readonly namespaceURI: string | null;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly shadowRoot: unknown;
  readonly children: ArrayLike<LiveElement>;
  readonly parentElement: LiveElement | null;
  /** Of a link. */
  readonly protocol?: string;
  className: string;
  innerHTML: string;
  append: (child: LiveElement) => void;
  focus?: (options: { preventScroll: boolean }) => void;
  dispatchEvent: (event: object) => boolean;
  getBoundingClientRect: () => { left: number; top: number; width: number; height: number };
}
interface Picture extends LiveElement {
  readonly complete: boolean;
  addEventListener: (event: string, listener: () => void) => void;
}
declare const document: {
  readonly head: LiveElement;
  readonly body: LiveElement;
  readonly images: Iterable<Picture>;
  createElement: (name: string) => LiveElement;
  querySelectorAll: (selector: string) => Iterable<LiveElement>;
  elementFromPoint: (x: number, y: number) => LiveElement | null;
};
declare const window: {
  readonly __ran?: boolean;
  scrollTo: (x: number, y: number) => void;
  addEventListener: (event: string, listener: (event: ClickEvent) => void, capture: boolean) => void;
};
interface ClickEvent {
  composedPath: () => LiveElement[];
  preventDefault: () => void;
}
declare const getComputedStyle: (element: LiveElement) => { position: string; backgroundImage: string };
declare const requestAnimationFrame: (then: () => void) => void;
declare const MouseEvent: new (type: string, options: object) => object;

/** As a reader does that has loaded a feed. */
export function write(bodies: readonly string[]): void {
  for (const body of bodies) {
    const entry = document.createElement('div');
    entry.className = 'entry';
    document.body.append(entry);
    entry.innerHTML = body;
  }
}

/** As a reader does that keeps what it has shown: what the browser writes may be read as something else. */
export function writeAgain(): void {
  for (const entry of document.querySelectorAll('body > div.entry')) {
    const written = entry.innerHTML;
    entry.innerHTML = written;
  }
}

/** Until pictures have come or failed, and what follows from that has happened. */
export async function settle(): Promise<void> {
  const pending = [...document.images].filter((image) => !image.complete);
  const waits = pending.map(
    async (image) =>
      new Promise<void>((resolve) => {
        image.addEventListener('load', resolve);
        image.addEventListener('error', resolve);
        setTimeout(resolve, 1000);
      }),
  );
  await Promise.all(waits);
  await new Promise<void>((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve, 30));
  });
}

/** What a person may do with each element, all at once. Links that may be followed are not. */
export async function interact(): Promise<void> {
  const stay = (event: ClickEvent): void => {
    const link = event.composedPath().find((element) => element.localName === 'a');
    if (/^(?:https?|mailto):$/.test(link?.protocol ?? '')) event.preventDefault();
  };
  window.addEventListener('click', stay, true);
  const events =
    'pointerover pointerenter mouseover mouseenter mousemove pointerdown mousedown focus focusin pointerup ' +
    'mouseup click dblclick auxclick contextmenu wheel scroll keydown keypress keyup beforeinput input change ' +
    'select submit reset invalid copy cut paste dragstart drag dragover drop dragend touchstart touchend ' +
    'beforetoggle toggle command beforematch animationstart animationend transitionrun transitionend load ' +
    'error loadstart canplay play ended begin end repeat start bounce finish mouseout mouseleave blur focusout';
  for (const element of document.querySelectorAll('body *')) {
    element.focus?.({ preventScroll: true });
    for (const type of events.split(' ')) {
      element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, composed: true }));
    }
  }
  await new Promise<void>((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve, 30));
  });
}

/** What is in the page that must not be, said a third time: by the browser that shows it. */
export function inspect(bodies: number): string[] {
  const elements =
    /^(?:applet|area|base|button|command|dialog|embed|fencedframe|fieldset|form|frame|frameset|iframe|input|isindex|keygen|layer|link|map|marquee|math|meta|noscript|object|option|param|plaintext|portal|script|select|slot|source|style|svg|template|textarea|title|track|.*[-:].*)$/;
  const attributes =
    /^(?:on.*|.*:.*|data-.*|aria-.*|popover.*|command.*|form.*|http-equiv|style|class|id|name|is|slot|part|nonce|role|src(?:doc|set)|imagesrcset|lowsrc|dynsrc|data|action|background|cite|code|codebase|target|ping|download|rel|usemap|ismap|manifest|profile|content|autoplay|autofocus|tabindex|accesskey|contenteditable|draggable|attributionsrc|crossorigin)$/;
  const found: string[] = [];
  if (window.__ran !== undefined) found.push('a script ran');
  if (document.head.children.length !== 2) found.push(`the head is ${document.head.innerHTML}`);

  const [nav, ...entries] = Array.from(document.body.children);
  const stray = entries.filter(({ localName, className }) => localName !== 'div' || className !== 'entry');
  if (nav?.localName !== 'nav' || entries.length !== bodies || stray.length > 0) {
    found.push(`left its place: ${entries.length} elements for ${bodies} bodies`);
  }
  window.scrollTo(0, 0);
  const bar = nav?.getBoundingClientRect() ?? { left: 0, top: 0, width: 0, height: 0 };
  const above = document.elementFromPoint(bar.left + bar.width / 2, bar.top + bar.height / 2);
  if (above !== nav) found.push(`<${above?.localName}> covers the reader`);

  for (const element of document.querySelectorAll('body *')) {
    const { localName, namespaceURI, protocol, parentElement } = element;
    if (parentElement === document.body && (element === nav || element.className === 'entry')) continue;
    if (elements.test(localName) || namespaceURI !== 'http://www.w3.org/1999/xhtml')
      found.push(`<${localName}>`);
    for (const { name, value } of element.attributes) {
      if (attributes.test(name)) found.push(`<${localName} ${name}="${value.slice(0, 100)}">`);
      if (/^(?:src|href|poster)$/.test(name) && !/^(?:https?:\/\/[^/]|mailto:)/.test(value)) {
        found.push(`<${localName} ${name}="${value.slice(0, 100)}">`);
      }
    }
    if (localName === 'a' && !/^(?:https?|mailto):$/.test(protocol ?? ''))
      found.push(`a link to ${protocol}`);
    if (element.shadowRoot !== null) found.push(`<${localName}> with a shadow tree`);
    const { position, backgroundImage } = getComputedStyle(element);
    if (position !== 'static') found.push(`<${localName}> is ${position}`);
    if (backgroundImage !== 'none') found.push(`<${localName}> has the background ${backgroundImage}`);
  }
  return found;
}
