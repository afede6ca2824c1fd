// Recipes change; ids never do.
import { renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';
import { Mill } from './mill.ts';

const PRINT = 'https://www.voachinese.com/print/1.html';
const PAGE = 'https://www.voachinese.com/a/1.html';
const PRINT_IS_PAGE = 'aliases: [{ match: "/print/", replace: "/a/" }]';

describe('a recipe that comes to know other addresses', () => {
  test('changes no id that has been published', async () => {
    const mill = new Mill();
    mill.writeAll({ 'a.txt': seedText({ url: PRINT }), 'b.txt': numberedSeed(2) });
    await mill.pass();
    const before = mill.bytes();
    await mill.stop();
    mill.useRecipes({ voa: PRINT_IS_PAGE });
    expect(await mill.pass()).toMatchObject({ added: 0, withdrawn: 0 });
    // All that moves is where the entry leads: to the article itself.
    expect(mill.bytes()).toBe(before.replace(PRINT, PAGE));
  });

  test('makes one article of two, under the id of the one that was right', async () => {
    const mill = new Mill();
    mill.writeAll({
      'a.txt': seedText({ url: PRINT, title: '打印版', time: NOON + 1 }),
      'b.txt': seedText({ url: PAGE, title: '网页版', time: NOON }),
    });
    await mill.pass();
    const page = mill.entries().find(({ title }) => title === '网页版')!;
    await mill.stop();
    mill.useRecipes({ voa: PRINT_IS_PAGE });
    await mill.pass();
    expect(mill.entry()).toMatchObject({ id: page.id, title: '打印版' });
  });

  test('goes on being right for what arrives later', async () => {
    const mill = new Mill();
    mill.write('a.txt', seedText({ url: PRINT }));
    await mill.pass();
    const { id } = mill.entry();
    await mill.stop();
    mill.useRecipes({ voa: PRINT_IS_PAGE });
    await mill.pass();
    mill.write('b.txt', seedText({ url: PAGE, time: NOON + 1 }));
    await mill.pass();
    expect(mill.entry().id).toBe(id);
  });

  test('is right for a seed, too, that was not there when the rules changed', async () => {
    const mill = new Mill({ yaml: 'withdrawal: { share: 0, count: 0 }\n' });
    mill.write('sub/a.txt', seedText({ url: PRINT }));
    await mill.pass();
    mill.takeAway('sub');
    await mill.pass();
    await mill.stop();
    mill.useRecipes({ voa: PRINT_IS_PAGE });
    await mill.pass();
    mill.putBack('sub');
    mill.write('b.txt', seedText({ url: PAGE, time: NOON + 1 }));
    await mill.pass();
    expect(mill.entries()).toHaveLength(1);
  });

  test('is right for seeds, too, that could not be listed when the rules changed', async () => {
    const mill = new Mill();
    mill.write('a.txt', seedText({ url: PRINT }));
    await mill.pass();
    await mill.stop();
    mill.useRecipes({ voa: PRINT_IS_PAGE });
    renameSync(mill.seeds, mill.away);
    await mill.pass();
    renameSync(mill.away, mill.seeds);
    mill.write('b.txt', seedText({ url: PAGE, time: NOON + 1 }));
    await mill.pass();
    expect(mill.entries()).toHaveLength(1);
  });

  test('is right for a seed, too, that had not settled when the rules changed', async () => {
    const mill = new Mill();
    mill.now = Date.now();
    mill.sighting = { appeared: true, written: false };
    await mill.pass();
    mill.write('a.txt', seedText({ url: PRINT }));
    expect(await mill.pass(['a.txt'])).toMatchObject({ added: 1 });
    await mill.stop();
    mill.sighting = null;
    mill.useRecipes({ voa: PRINT_IS_PAGE });
    mill.yaml = 'settleMs: 600000\n';
    await mill.pass();
    mill.now += 3_600_000;
    mill.write('b.txt', seedText({ url: PAGE, time: NOON + 1 }));
    await mill.pass();
    expect(mill.entries()).toHaveLength(1);
  });
});

describe('a recipe that comes to remove more', () => {
  test('renders anew what was published, and moves no date', async () => {
    const mill = new Mill();
    const seed = seedText({ body: '<p>正文</p><div class="promo">订阅我们</div>' });
    mill.useRecipes({ voa: '' });
    mill.writeAll({ 'a.txt': seed, 'b.txt': numberedSeed(2, 'www.bbc.com') });
    await mill.pass();
    const [before] = mill.entries('outlets/voa.atom');
    expect(before!.content).toContain('订阅我们');
    await mill.stop();
    mill.useRecipes({ voa: 'remove: [".promo"]' });
    mill.now += 60_000;
    expect(await mill.pass()).toMatchObject({ changed: 0 });
    expect(mill.entry('outlets/voa.atom')).toEqual({ ...before, content: '<p>正文</p>' });
    expect(mill.entries().map(({ content }) => content)).not.toContain(before!.content);
  });
});

describe('an outlet that gets a recipe', () => {
  async function withNewRecipe(): Promise<{ mill: Mill; id: string }> {
    const mill = new Mill();
    mill.useRecipes({ voa: null });
    mill.write('a.txt', numberedSeed(1));
    await mill.pass();
    const { id } = mill.entry('outlets/voachinese.com.atom');
    await mill.stop();
    mill.useRecipes({});
    await mill.pass();
    return { mill, id };
  }

  test('gets a feed of its own with the articles under their ids', async () => {
    const { mill, id } = await withNewRecipe();
    expect(mill.entry('outlets/voa.atom').id).toBe(id);
    expect(mill.entry().id).toBe(id);
    expect(mill.bytes()).toBe((await mill.freshDocuments())['feed.atom']);
  });

  test('publishes in its next process what it does in the first', async () => {
    const { mill } = await withNewRecipe();
    const before = mill.documents();
    await mill.stop();
    await mill.pass();
    expect(mill.documents()).toEqual(before);
  });
});

test('an article belongs to the outlet of the copy that counts, whichever came last', async () => {
  const moved = 'aliases: [{ match: "^https://www.bbc.com/", replace: "https://www.voachinese.com/" }]';
  const seeds = {
    'a.txt': seedText({ url: 'https://www.voachinese.com/a/1.html', time: NOON + 1 }),
    'b.txt': seedText({ url: 'https://www.bbc.com/a/1.html', time: NOON }),
  };
  const mill = new Mill();
  mill.useRecipes({ bbc: moved });
  for (const [path, text] of Object.entries(seeds)) {
    mill.write(path, text);
    await mill.pass();
  }
  expect(mill.titles('outlets/voa.atom')).toEqual(['标题']);
});

test('an outlet that loses its last article to another long after the rules have changed is gone everywhere', async () => {
  const mill = new Mill();
  mill.writeAll({ '1.txt': numberedSeed(1), '2.txt': numberedSeed(2, 'b.example') });
  await mill.pass();
  await mill.stop();
  mill.useRecipes({ voa: null });
  // Still being written, so that it is looked at by a later pass.
  mill.write('1.txt', numberedSeed(1));
  const later = mill.now;
  mill.now = Date.now();
  expect((await mill.pass()).again?.paths).toContain('1.txt');
  expect(mill.titles('outlets/voa.atom')).toEqual(['第 1 篇']);
  mill.now = later;
  await mill.pass(['1.txt']);
  expect(mill.documents()).not.toHaveProperty(['outlets/voa.atom']);
  mill.write('3.txt', numberedSeed(3, 'c.example'));
  await mill.pass(['3.txt']);
  const fresh = await mill.freshDocuments();
  expect(Object.keys(mill.documents())).toEqual(Object.keys(fresh));
  expect(mill.bytes('feeds.opml')).toEqual(fresh['feeds.opml']);
  expect(mill.bytes('index.html')).toContain('c.example');
});
