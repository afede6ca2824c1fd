// A seeds directory, a data directory and a configuration for one test.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { temporaryDirectory, writeFiles } from '../support/directories.ts';

export interface TestSite {
  readonly directory: string;
  readonly seeds: string;
  readonly data: string;
  /** Flags that say all of this. */
  readonly flags: readonly string[];
}

/** Never comes around in a test: what appears has been noticed, not found by the regular look. */
const YEARLY = '0 0 1 1 *';

/** @param settings keys of the configuration beside the directories */
export async function createSite(
  files: Readonly<Record<string, string | Buffer>> = {},
  settings: object = {},
): Promise<TestSite> {
  const directory = temporaryDirectory();
  const [seeds, data, config] = ['seeds', 'data', 'config.yaml'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(config, stringify({ settleMs: 100, schedule: YEARLY, ...settings }));
  await mkdir(seeds);
  await writeFiles(seeds, files);
  return { directory, seeds, data, flags: ['--config', config, '--seeds', seeds, '--data', data] };
}
