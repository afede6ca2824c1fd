// What is published, shown by a browser: hostile bodies run nothing, ask nobody and go nowhere.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleaned, forbidden } from '../mill/html.ts';
import { ADVICE, CHROMIUM, harmOf, type RunningChromium, startChromium } from './chromium.ts';
import { type Case, EVIL, IMG, RUN } from './hostile/case.ts';
import { FAMILIES } from './hostile/families.ts';

const WHERE = CHROMIUM === undefined ? ADVICE : 'in a browser';
/** So many share a page. */
const TOGETHER = 100;

let chromium: RunningChromium;

/** What is left of a body: nothing where the cleaner fails, which is another test's concern. */
function left(html: string): string {
  try {
    return cleaned(html).html;
  } catch {
    return '';
  }
}

/** What in what is left of a body is not on the list, or how the cleaner failed. */
function strays(html: string): string[] {
  try {
    return forbidden(cleaned(html).html);
  } catch (error) {
    return [`the cleaner failed: ${String(error)}`];
  }
}

/** What cases do that are shown together; those that do anything are shown in halves, until it has a name. */
async function harmful(cases: readonly Case[]): Promise<string[]> {
  const bodies = cases.map(([, html]) => left(html));
  const harm = await harmOf(chromium.browser, bodies);
  if (harm.length === 0) return [];
  if (cases.length === 1) return harm.map((each) => `${cases[0]![0]}: ${each}`);
  const middle = Math.ceil(cases.length / 2);
  const halves = [...(await harmful(cases.slice(0, middle))), ...(await harmful(cases.slice(middle)))];
  return halves.length > 0 ? halves : harm.map((each) => `${cases[0]![0]} and others together: ${each}`);
}

test('there are hundreds of hostile bodies, each with a name of its own', () => {
  const cases = Object.entries(FAMILIES).flatMap(([family, each]) => {
    return each.map(([name, html]) => [`${family}: ${name}`, html] as const);
  });
  expect(cases.length).toBeGreaterThan(400);
  expect(new Set(cases.map(([name]) => name)).size).toBe(cases.length);
  expect(new Set(cases.map(([, html]) => html)).size).toBe(cases.length);
});

test.for(Object.entries(FAMILIES))('what is left of %s is on the list', ([, cases]) => {
  expect(cases.flatMap(([name, html]) => strays(html).map((each) => `${name}: ${each}`))).toEqual([]);
});

// Where a browser is to be had for certain, none is a mistake.
describe.skipIf(CHROMIUM === undefined && !process.env['CI']).for([WHERE])('%s', () => {
  beforeAll(async () => {
    chromium = await startChromium();
  });
  afterAll(async () => chromium?.stop());

  test.concurrent.for([
    ['a script', `<script>${RUN}</script>`, 'served: a script ran'],
    ['a script in a handler', IMG, 'written: a script ran'],
    ['a script that asks', '<img src=x onerror=alert(1)>', 'written: opened a dialog: alert'],
    ['a script that fails', '<img src=x onerror="throw Error(1)">', /^written: a script failed:/m],
    ['a script that says so', '<img src=x onerror="console.log(1)">', 'written: a script wrote: 1'],
    ['a script of a click', `<p onclick=${RUN}>a</p>`, 'written twice: a script ran'],
    ['a script of a pointer', `<p onmouseover=${RUN}>a</p>`, 'served: a script ran'],
    ['a script of a focus', `<p tabindex=0 onfocus=${RUN}>a</p>`, 'served: a script ran'],
    ['a script of what opens', `<details ontoggle=${RUN}>a</details>`, 'served: a script ran'],
    [
      'a script in a drawing',
      `<svg><animate onbegin=${RUN} attributeName=x dur=1s></svg>`,
      'written: a script ran',
    ],
    ['a script in a link', `<a href="javascript:${RUN}">a</a>`, 'written: a script ran'],
    ['a link to a script', `<a href="javascript:0">a</a>`, 'served: a link to javascript:'],
    ['a link to data', `<a href="data:,x">a</a>`, 'served: a link to data:'],
    [
      'a script from elsewhere',
      `<script src="${EVIL}/x.js"></script>`,
      `served: requested ${EVIL}/x.js as script`,
    ],
    ['a style sheet', `<link rel=stylesheet href="${EVIL}/x">`, `written: requested ${EVIL}/x as stylesheet`],
    ['a frame', `<iframe src="${EVIL}/"></iframe>`, `written: requested ${EVIL}/ as document`],
    ['a frame of its own', '<iframe srcdoc=a></iframe>', 'written: opened a frame'],
    ['an object', `<object data="${EVIL}/"></object>`, `served: requested ${EVIL}/ as `],
    ['a request', `<img src=x onerror="fetch('${EVIL}/')">`, `written: requested ${EVIL}/ as fetch`],
    ['a socket', `<img src=x onerror="new WebSocket('wss://evil.example/')">`, /^written: requested wss:/m],
    [
      'a refresh',
      `<meta http-equiv=refresh content="0;url=${EVIL}/">`,
      `served: requested ${EVIL}/ as document`,
    ],
    [
      'a refresh of the same page',
      '<meta http-equiv=refresh content=0>',
      /^served: requested .*served as document/m,
    ],
    [
      'a script that goes elsewhere',
      `<img src=x onerror="location='${EVIL}/'">`,
      /^written: requested .* as document/m,
    ],
    ['a script that stays nearby', '<img src=x onerror="location.hash=1">', /^written: went to .*#1$/m],
    ['a script that opens a window', `<img src=x onerror="window.open('${EVIL}/')">`, /opened a window/],
    [
      'a form that sends itself',
      `<form action="${EVIL}/"><button>a</button></form>`,
      /^served: requested .*document/m,
    ],
    [
      'a font',
      `<style>@font-face{font-family:x;src:url(${EVIL}/x)}*{font-family:x}</style>a`,
      /^served: .* as font/m,
    ],
    ['a cover', '<p style="position:fixed;inset:0">a</p>', 'written: <p> covers the reader'],
    [
      'a cover that is moved',
      '<p style="margin-top:-99px;height:99px;position:relative">a</p>',
      /covers the reader/,
    ],
    ['an end that is not its own', '</div><p>a</p>', /^served: left its place/m],
    [
      'what is no script before it is written again',
      `<form><math><mtext></form><form><mglyph><style></math>${IMG}`,
      'written twice: a script ran',
    ],
  ] as const)('the harness sees what it must see: %s', async ([, html, expected]) => {
    const harm = await harmOf(chromium.browser, [html]);
    expect(harm.join('\n')).toMatch(expected);
  });

  test('the harness sees what lies still', async () => {
    const still = {
      '<p style="position:fixed">a</p>': '<p> is fixed',
      '<table background="/1.jpg"><td>a</table>': '<table> has the background',
      '<p id=body>a</p>': '<p id="body">',
      '<p class=modal>a</p>': '<p class="modal">',
      '<a href="/1" ping="/2">a</a>': '<a ping="/2">',
      '<input>': '<input>',
      '<math></math>': '<math>',
      '<x-y>a</x-y>': '<x-y>',
      '<video><track></video>': '<track>',
      '<meta name=referrer content=unsafe-url>': '<meta>',
    };
    const harm = (await harmOf(chromium.browser, Object.keys(still))).join('\n');
    for (const way of ['served', 'written', 'written twice']) {
      for (const expected of Object.values(still)) expect(harm).toContain(`${way}: ${expected}`);
    }
  });

  test('the harness sees nothing in an article', async () => {
    const article =
      '<h1>a</h1><p lang="en">b <a href="https://mill.example/">c</a><img src="https://mill.example/1.jpg"></p>' +
      '<video src="https://mill.example/1.mp4" controls></video><details><summary>d</summary>e</details>' +
      '<table><tr><td>f</table><ruby>g<rt>h</rt></ruby><ul><li>i</ul>';
    expect(await harmOf(chromium.browser, [article, article])).toEqual([]);
  });

  test.concurrent.for(Object.entries(FAMILIES))(
    'what is left of %s does nothing to a reader',
    // Each hole that there is takes a while to name.
    { timeout: 300_000 },
    async ([, cases]) => {
      const found: string[] = [];
      for (let i = 0; i < cases.length; i += TOGETHER) {
        found.push(...(await harmful(cases.slice(i, i + TOGETHER))));
      }
      expect(found).toEqual([]);
    },
  );
});
