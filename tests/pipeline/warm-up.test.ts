import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { PROJECT } from '../support/process.ts';

/** In a process of its own: here much of it is loaded already. */
const SCRIPT = `
  import { registerHooks } from 'node:module';
  const { loadRules } = await import('./src/recipes.ts');
  const { warmUp } = await import('./src/warm-up.ts');
  await warmUp(loadRules('config/outlets', 'direct'));
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  const { clean } = await import('./src/mill/clean/clean.ts');
  console.log(JSON.stringify({ loaded, there: typeof clean }));
`;

it('has loaded what an article needs when the first one comes', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', SCRIPT], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ loaded: [], there: 'function' });
});
