// What is in memory for as long as a daemon runs.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { PROJECT } from '../support/process.ts';

/** What Node has loaded of itself when all that a daemon consists of is there. */
function loadedByDaemon(): string[] {
  const parts = ['service', 'metrics', 'log', 'systemd'].map((name) => join(PROJECT, 'src', `${name}.ts`));
  const imports = parts.map((part) => `await import(${JSON.stringify(pathToFileURL(part).href)});`);
  const script = `${imports.join('\n')}\nconsole.log(JSON.stringify(process.moduleLoadList))`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }),
  ) as string[];
}

it('a daemon does not load what `fetch` is made of, which it never calls', () => {
  const loaded = loadedByDaemon();
  expect(loaded).toContain('NativeModule _http_server');
  expect(loaded.filter((name) => /undici|webstreams/.test(name))).toEqual([]);
});
