// What an operator may not have thought of: said whenever a configuration comes into force.
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { ENTRIES_READ_BY_ALL } from './mill/window.ts';
import { closeToNeighbours } from './neighbours.ts';

export function takePrecautions(config: Config, log: Log): void {
  const { window, websub, baseUrl } = config;
  if (window.entries > ENTRIES_READ_BY_ALL) {
    log.warn({ entries: window.entries }, `some feed readers never read past ${ENTRIES_READ_BY_ALL} entries`);
  }
  if (websub.hub && baseUrl === null) {
    log.warn('websub.hub needs a baseUrl that subscribers reach: the feeds name a hub on this machine');
  }
  for (const open of closeToNeighbours(config)) log.warn(open);
}
