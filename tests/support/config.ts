// A configuration as the program would read it.
import { type Config, readConfig } from '../../src/config.ts';
import { PROJECT } from './process.ts';

/** The defaults, with `yaml` as the file given by `--config`. */
export function configOf(yaml: string, flags: Parameters<typeof readConfig>[0]['flags'] = {}): Config {
  return readConfig({
    workingDirectory: PROJECT,
    projectDirectory: PROJECT,
    file: { path: 'test.yaml', text: yaml, own: false },
    environment: {},
    flags,
  });
}
