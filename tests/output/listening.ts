// A real server, in this process, that serves one short feed.
import { onTestFinished } from 'vitest';
import {
  FeedServer,
  type ListenAddress,
  SERVER_LIMITS,
  type ServedState,
  type ServerLimits,
} from '../../src/output/server.ts';
import { represent, type Snapshot } from '../../src/output/snapshot.ts';
import type { Served } from '../../src/output/respond.ts';
import { servedOf } from './served.ts';

export const BODY = '<feed>美</feed>';
export const SNAPSHOT: Snapshot = new Map([
  ['feed.atom', represent({ path: 'feed.atom', body: Buffer.from(BODY) }, Date.UTC(2026, 2, 10))],
]);
export const LOOPBACK: ListenAddress = { host: '127.0.0.1', port: 0 };

export const SERVED: Served = servedOf({ snapshot: SNAPSHOT });

export async function listen(
  address = LOOPBACK,
  changed: Partial<ServedState> = {},
  limits: Partial<ServerLimits> = {},
): Promise<FeedServer> {
  const state: ServedState = {
    served: () => SERVED,
    health: () => ({ status: 'ok' }),
    now: Date.now,
    onAnswered: () => {},
    onError: (error) => {
      throw error;
    },
    ...changed,
  };
  const server = await FeedServer.listen(address, state, { ...SERVER_LIMITS, ...limits });
  onTestFinished(() => server.close());
  return server;
}
