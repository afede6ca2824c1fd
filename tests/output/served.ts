// What a server has to serve: nothing but what a test says.
import type { Served } from '../../src/output/respond.ts';

export function servedOf(changed: Partial<Served> & Pick<Served, 'snapshot'>): Served {
  return {
    make: () => null,
    hubs: [],
    metrics: async () => '',
    access: null,
    baseUrl: 'https://feeds.example',
    maxAge: 60,
    ...changed,
  };
}
