// Which quantities are shown as they grow with the number of seeds.
import type { Quantity } from './results.ts';

export const GROWTH: readonly (Pick<Quantity, 'bench' | 'name' | 'unit'> & { readonly title: string })[] = [
  { bench: 'build', name: 'time', unit: 'ms', title: 'A first build: time' },
  { bench: 'build', name: 'CPU', unit: 'ms', title: 'A first build: CPU' },
  { bench: 'build', name: 'memory at the peak', unit: 'MB', title: 'A first build: memory at the peak' },
  { bench: 'arrival', name: 'rename → identity, median', unit: 'ms', title: 'One new file: rename → HTTP' },
];
