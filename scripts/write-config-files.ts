// Writes `config/feedmill.yaml` and the JSON Schemas anew: `npm run config-files`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configFiles } from './config-files.ts';

for (const [path, content] of Object.entries(configFiles())) {
  writeFileSync(join(import.meta.dirname, '..', 'config', path), content);
}
