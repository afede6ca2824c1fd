// A browser without a window or a network, and what a feed reader in it sees of what it shows.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page, type Route } from 'playwright-core';
import { inspect, interact, settle, write, writeAgain } from './page.ts';

/** Where a browser is, if there is one. */
export const CHROMIUM = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && path !== '' && existsSync(path));
export const ADVICE = 'Chromium is not installed: apt-get install chromium, or name one in CHROMIUM';

/** The page of a reader that shows a body as part of it; the one that writes it there by a script. */
const SERVED = 'https://reader.example/served';
const WRITING = 'https://reader.example/writing';
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==',
  'base64',
);

/** Far more than a page takes. */
const HANG_MS = 60_000;

export interface RunningChromium {
  readonly browser: Browser;
  /** Ends it, and leaves nothing of it. */
  readonly stop: () => Promise<void>;
}

export async function startChromium(): Promise<RunningChromium> {
  if (CHROMIUM === undefined) throw new Error(ADVICE);
  const home = mkdtempSync(join(tmpdir(), 'feedmill-test-'));
  const leave = (): void => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      // Root has no sandbox. What is not intercepted finds no host but this one.
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      ],
      env: { ...process.env, HOME: home, TMPDIR: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    });
    const stop = async (): Promise<void> => {
      await browser.close();
      leave();
    };
    return { browser, stop };
  } catch (error) {
    leave();
    throw error;
  }
}

/**
 * What `bodies` do to a reader that shows them one below the other: in the page as it is served, written
 * into a page that is there, and written once more from what the browser made of them. Nothing, it is hoped.
 */
export async function harmOf(browser: Browser, bodies: readonly string[]): Promise<string[]> {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const witness = new Witness(context, readerPage(bodies));
  try {
    await witness.listen();
    await witness.visit('served', SERVED, async (page) => witness.look(page, bodies.length));
    await witness.visit('written', WRITING, async (page) => {
      await page.evaluate(write, bodies);
      await witness.look(page, bodies.length);
      witness.way = 'written twice';
      await page.evaluate(writeAgain);
      await witness.look(page, bodies.length);
    });
  } finally {
    await context.close();
  }
  return [...witness.seen];
}

/** Hears all that a page may do to the outside, and looks at what it may do to itself. */
class Witness {
  readonly seen = new Set<string>();
  way = '';
  readonly #context: BrowserContext;
  readonly #served: string;
  /** Addresses that the reader itself goes to, each once. */
  readonly #expected = new Set<string>();

  constructor(context: BrowserContext, served: string) {
    this.#context = context;
    this.#served = served;
  }

  async listen(): Promise<void> {
    await this.#context.route('**/*', async (route) => this.#answer(route));
    await this.#context.routeWebSocket('**/*', (socket) =>
      this.#see(`requested ${socket.url()} as websocket`),
    );
  }

  async visit(way: string, url: string, show: (page: Page) => Promise<void>): Promise<void> {
    this.way = way;
    const page = await this.#context.newPage();
    this.#expected.add(url);
    page.on('dialog', async (dialog) => {
      this.#see(`opened a dialog: ${dialog.type()}`);
      await dialog.dismiss().catch(() => {});
    });
    page.on('popup', () => this.#see('opened a window'));
    page.on('download', () => this.#see('downloaded'));
    page.on('worker', () => this.#see('started a worker'));
    page.on('frameattached', () => this.#see('opened a frame'));
    page.on('framenavigated', (frame) => {
      if (frame.url() !== url) this.#see(`went to ${frame.url()}`);
    });
    page.on('pageerror', (error) => this.#see(`a script failed: ${error.message}`));
    page.on('console', (message) => {
      // The browser itself complains there of what it could not load.
      if (!['error', 'warning'].includes(message.type())) this.#see(`a script wrote: ${message.text()}`);
    });
    const hang = setTimeout(() => {
      this.#see('the page hangs');
      void page.close();
    }, HANG_MS);
    try {
      await page.goto(url);
      await show(page);
    } catch (error) {
      // A page that goes elsewhere takes what runs in it with it.
      this.#see(`the page was lost: ${(error as Error).message.split('\n')[0]}`);
    } finally {
      clearTimeout(hang);
      await page.close();
    }
  }

  /** Looks, does what a person may do, and looks again. */
  async look(page: Page, bodies: number): Promise<void> {
    for (const act of [settle, interact]) {
      await page.evaluate(act);
      for (const harm of await page.evaluate(inspect, bodies)) this.#see(harm);
    }
  }

  #see(what: string): void {
    this.seen.add(`${this.way}: ${what}`);
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const type = request.resourceType();
    const url = request.url();
    if (type === 'document' && this.#expected.delete(url)) {
      const body = url === SERVED ? this.#served : readerPage([]);
      return route.fulfill({ contentType: 'text/html; charset=utf-8', body });
    }
    if (/^https?:/.test(url) && type === 'image')
      return route.fulfill({ contentType: 'image/png', body: PIXEL });
    if (/^https?:/.test(url) && type === 'media') return route.fulfill({ status: 404 });
    this.#see(`requested ${url} as ${type}`);
    return route.abort();
  }
}

/** Its own bar first: whatever covers that covers what is not the article's. */
function readerPage(bodies: readonly string[]): string {
  const entries = bodies.map((body) => `<div class="entry">${body}</div>`).join('\n');
  return `<!doctype html><html><head><meta charset="utf-8"><title>Reader</title></head><body><nav>Reader</nav>${entries}</body></html>`;
}
