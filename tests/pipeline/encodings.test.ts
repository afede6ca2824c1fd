// Seeds that are not UTF-8, published as what they say.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runFeedmill } from '../support/process.ts';
import { seedText } from '../support/seeds.ts';
import { Mill } from './mill.ts';

const TEXT = '昨天夜里下了一场大雨，河水上涨，停了三个月的水车又转动起来。';

test('a seed in GBK is published as what it says, however long it is', async () => {
  const mill = new Mill();
  const source = seedText({ title: '磨坊的水车', body: `<p>${TEXT.repeat(400)}</p>` });
  const { stdout } = spawnSync('iconv', ['-f', 'UTF-8', '-t', 'GBK'], { input: source });
  writeFileSync(join(mill.seeds, 'gbk.txt'), stdout);
  await mill.pass();
  const { title, content } = mill.entry();
  expect(title).toBe('磨坊的水车');
  expect(content).toBe(`<p>${TEXT.repeat(400)}</p>`);
  const { status, stdout: said } = await runFeedmill(['check', '--seeds', mill.seeds]);
  expect([status, said]).toEqual([0, expect.stringContaining('gbk.txt:1: warning: it is read as gb18030')]);
});
