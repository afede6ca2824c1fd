// The pages for people, shown by a browser as the daemon serves them.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSite } from '../end-to-end/site.ts';
import { Daemon } from '../support/process.ts';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';
import { ADVICE, CHROMIUM, type RunningChromium, startChromium } from './chromium.ts';

const WHERE = CHROMIUM === undefined ? ADVICE : 'in a browser';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'];
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };
const PAGES = ['/', '/outlets/voa/'];
const LOCALES = ['zh-CN', 'en-GB'];
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40"/></svg>';

/** Of everything that looks different: pictures that come and that do not, scripts, long words, odd names. */
const SEEDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`${i}.txt`, numberedSeed(i)])),
  'picture.txt': seedText({
    time: NOON + 90_000_000,
    title: '有图片的文章',
    url: 'https://www.voachinese.com/a/picture/900.html',
    body: '<p>正文</p><p><img src="https://pictures.example/there.jpg" width="600" height="400"></p>',
  }),
  'no-picture.txt': seedText({
    time: NOON + 80_000_000,
    title: '图片丢失的文章',
    url: 'https://www.voachinese.com/a/picture/901.html',
    body: '<p>正文</p><p><img src="https://pictures.example/gone.jpg" width="600" height="400"></p>',
  }),
  'arabic.txt': seedText({
    time: NOON + 70_000_000,
    title: 'هذا عنوان عربي طويل لمقال إخباري عن شيء مهم جدا في العالم',
    url: 'https://arabic.example/1',
    body: '<p>هذا نص عربي طويل لمقال إخباري عن شيء مهم جدا في العالم اليوم</p>',
  }),
  'hostile.txt': seedText({
    time: NOON + 60_000_000,
    title: `<script>document.title='run'</script><img src=x onerror="document.title='run'">"'`,
    url: 'https://hostile.example/1',
    body: '<p>正文</p>',
  }),
  'long.txt': seedText({
    time: NOON + 50_000_000,
    title: 'Donaudampfschifffahrtsgesellschaft'.repeat(12),
    url: 'https://long-name-of-an-outlet-that-does-not-end.example/1',
  }),
  'broken.txt': 'no header <b>at all</b>\n',
};

let chromium: RunningChromium;

async function startDaemon(): Promise<string> {
  const site = await createSite(SEEDS);
  const daemon = await Daemon.start(site.flags);
  const url = await daemon.url();
  await daemon.logged(({ articles }) => articles === 30);
  return url;
}

interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser asked for elsewhere. */
  readonly abroad: readonly string[];
  /** What the page's policy forbade, and what went wrong in its script. */
  readonly troubles: readonly string[];
}

/** Shows a page of the daemon at `url`; pictures of articles come from nowhere else. */
async function visit<T>(
  url: string,
  options: BrowserContextOptions,
  look: (visit: Visit) => Promise<T>,
): Promise<T> {
  const context = await chromium.browser.newContext({
    viewport: DESKTOP,
    serviceWorkers: 'block',
    ...options,
  });
  const abroad: string[] = [];
  const troubles: string[] = [];
  try {
    await context.route(
      (asked) => asked.origin !== new URL(url).origin,
      async (route) => {
        abroad.push(`${route.request().resourceType()} ${route.request().url()}`);
        if (route.request().url().endsWith('there.jpg')) {
          return route.fulfill({ contentType: 'image/svg+xml', body: PICTURE });
        }
        return route.abort();
      },
    );
    const page = await context.newPage();
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (!/Failed to load resource/.test(message.text())) troubles.push(message.text());
    });
    await page.goto(url);
    return await look({ page, context, abroad, troubles });
  } finally {
    await context.close();
  }
}

/** What axe finds, each with the elements it finds it in. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(async (values) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    return axe.run({ runOnly: { type: 'tag', values } });
  }, RULES);
  if (results.passes.length < 20) throw new Error(`axe looked at nothing: ${results.passes.length} rules`);
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Whether a page is wider than what shows it. */
async function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

describe.skipIf(CHROMIUM === undefined && !process.env['CI']).for([WHERE])('%s', () => {
  beforeAll(async () => {
    chromium = await startChromium();
  });
  afterAll(async () => {
    await chromium?.stop();
  });

  test(
    'axe finds nothing amiss, in light and dark, on a phone and a desk, in both languages',
    { timeout: 120_000 },
    async () => {
      const url = await startDaemon();
      const found: string[] = [];
      for (const path of PAGES) {
        for (const locale of LOCALES) {
          for (const colorScheme of ['light', 'dark'] as const) {
            for (const viewport of [PHONE, DESKTOP]) {
              // The policy of the page, which another test looks at, would not let axe in.
              await visit(
                url + path,
                { locale, colorScheme, viewport, bypassCSP: true },
                async ({ page }) => {
                  const where = `${path} ${locale} ${colorScheme} ${viewport.width}`;
                  found.push(...(await violations(page)).map((each) => `${where}: ${each}`));
                  if ((await overflow(page)) > 0) found.push(`${where}: wider than the screen`);
                },
              );
            }
          }
        }
      }
      expect(found).toEqual([]);
    },
  );

  test('nothing is forbidden by the policy, nothing runs that was written into a title, and only pictures come from elsewhere', async () => {
    const url = await startDaemon();
    for (const path of PAGES) {
      await visit(url + path, { locale: 'zh-CN' }, async ({ page, abroad, troubles }) => {
        await page.locator('.picture img').nth(1).scrollIntoViewIfNeeded();
        await expect
          .poll(() => abroad.toSorted())
          .toEqual(['image https://pictures.example/gone.jpg', 'image https://pictures.example/there.jpg']);
        expect(troubles).toEqual([]);
        expect(await page.title()).not.toBe('run');
      });
    }
  });

  test('the policy holds: a script and a style that get into the page all the same do nothing', async () => {
    const url = await startDaemon();
    await visit(url, {}, async ({ page, troubles }) => {
      await page.evaluate(`{
        const script = document.createElement('script');
        script.textContent = "document.title = 'run'";
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<p id="styled" style="color: rgb(1, 2, 3)">x</p>');
      }`);
      await expect.poll(() => troubles.length).toBeGreaterThanOrEqual(2);
      expect(troubles.join(' ')).toMatch(/Content Security Policy/);
      expect(await page.title()).not.toBe('run');
      const colour = await page.evaluate("getComputedStyle(document.querySelector('#styled')).color");
      expect(colour).not.toBe('rgb(1, 2, 3)');
    });
  });

  test('a button copies the feed’s address, and says so', async () => {
    const url = await startDaemon();
    await visit(
      url,
      { locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'] },
      async ({ page }) => {
        await page.getByRole('button', { name: /^Copy.*the RSS address of feedmill/ }).click();
        await expect.poll(async () => page.getByRole('status').textContent()).toBe('Copied');
        expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${url}/feed.rss`);
      },
    );
  });

  test('a button copies where the browser keeps the clipboard from pages, too', async () => {
    const url = await startDaemon();
    await visit(
      url,
      { locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'] },
      async ({ page, context }) => {
        // As where a page did not come over TLS.
        await context.addInitScript(
          `Object.defineProperty(navigator.clipboard, 'writeText', { value: undefined })`,
        );
        await page.reload();
        await page.getByRole('button', { name: /^Copy.*the JSON address of feedmill/ }).click();
        await expect.poll(async () => page.getByRole('status').textContent()).toBe('Copied');
        expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${url}/feed.json`);
        const focused = await page.evaluate("document.activeElement.getAttribute('data-copy')");
        expect(focused).toBe(`${url}/feed.json`);
      },
    );
  });

  test('whoever reads with a token has it in every address of a feed that the page gives', async () => {
    const token = 'reader.0123456789abcdef';
    const site = await createSite(SEEDS);
    const tokens = join(site.directory, 'tokens');
    await writeFile(tokens, `reader ${token}\n`);
    const config = join(site.directory, 'private.yaml');
    await writeFile(config, `settleMs: 100\naccess: ${JSON.stringify(tokens)}\n`);
    const daemon = await Daemon.start([...site.flags, '--config', config]);
    const url = `${await daemon.url()}/token/${token}`;
    await daemon.logged(({ articles }) => articles === 30);
    for (const path of PAGES) {
      await visit(`${url}${path}`, { locale: 'en-GB' }, async ({ page, troubles }) => {
        const addresses = await page.evaluate<string[]>(
          `[...document.querySelectorAll('[data-copy]')].map((each) => each.dataset.copy)
            .concat([...document.querySelectorAll('code')].map((each) => each.textContent).filter((text) => /^http/.test(text)))
            .concat([...document.querySelectorAll('a[href^="feed:"]')].map((each) => each.getAttribute('href').slice(5)))`,
        );
        expect(addresses.length).toBeGreaterThan(8);
        for (const address of addresses) expect(address).toMatch(/\.(?:atom|rss|json)$/);
        for (const address of addresses) expect(address.startsWith(`${url}/`)).toBe(true);
        expect(troubles).toEqual([]);
      });
    }
  });

  test('without a script nothing is missing but the buttons', async () => {
    const url = await startDaemon();
    const seen = async (
      javaScriptEnabled: boolean,
    ): Promise<{ text: string; buttons: number; time: string }> =>
      visit(url, { locale: 'en-GB', javaScriptEnabled, timezoneId: 'Asia/Shanghai' }, async ({ page }) => ({
        // What the visitor reads, without the buttons and the times.
        text: await page.evaluate(`{
          const copy = document.querySelector('main').cloneNode(true);
          for (const element of copy.querySelectorAll('button, time')) element.remove();
          copy.textContent.replace(/\\s+/g, ' ');
        }`),
        buttons: await page.getByRole('button').count(),
        time: (await page.locator('.headlines time').first().textContent())!,
      }));
    const [without, withScript] = [await seen(false), await seen(true)];
    expect(without.text).toBe(withScript.text);
    expect(without.text).toContain(`${url}/feed.atom`);
    expect([without.buttons, without.time]).toEqual([0, '2026-03-11 13:00 UTC']);
    expect(withScript.buttons).toBeGreaterThan(3);
    expect(withScript.time).toMatch(/Mar 11, 2026.*9:00/);
  });

  test('a keyboard gets past the head of the page, and everywhere', async () => {
    const url = await startDaemon();
    await visit(url, { locale: 'en-GB' }, async ({ page }) => {
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('content');
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').textContent()).toMatch(/^Atom/);
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      expect(outline).toBe('solid');
    });
  });

  test('the language switch leads to the other language, and links keep to it', async () => {
    const url = await startDaemon();
    await visit(url, { locale: 'zh-CN' }, async ({ page }) => {
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
      await page.getByRole('link', { name: 'English' }).click();
      await page.waitForURL(`${url}/index.en.html`);
      await page.locator('.outlets h3 a').filter({ hasText: '美国之音' }).click();
      await page.waitForURL(`${url}/outlets/voa/index.en.html`);
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      await page.getByRole('link', { name: '中文' }).click();
      await page.waitForURL(`${url}/outlets/voa/index.html`);
    });
  });

  test.for(['/feed.atom', '/feed.rss', '/outlets/voa.atom', '/outlets/voa.rss'])(
    '%s is readable for a person who opens it',
    async (path) => {
      const url = await startDaemon();
      await visit(url + path, {}, async ({ page, troubles, abroad }) => {
        const shown: { hint: string; elements: string[] } = await page.evaluate(`({
        hint: getComputedStyle(document.documentElement, '::before').content,
        elements: [...document.querySelectorAll('*')]
          .filter((element) => element.getClientRects().length > 0)
          .map(({ nodeName }) => nodeName),
      })`);
        expect(shown.hint).toContain('This is a feed');
        expect(shown.elements).toContain('title');
        for (const hidden of [
          'id',
          'guid',
          'content',
          'content:encoded',
          'enclosure',
          'generator',
          'ttl',
          'source',
        ]) {
          expect(shown.elements).not.toContain(hidden);
        }
        expect(shown.elements).toContain(path.endsWith('.rss') ? 'pubDate' : 'published');
        expect(troubles).toEqual([]);
        expect(abroad).toEqual([]);
      });
    },
  );
});
