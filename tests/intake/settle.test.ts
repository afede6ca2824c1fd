import { describe, expect, test } from 'vitest';
import type { SeedFile } from '../../src/article.ts';
import { settleDelay, type Sighting } from '../../src/intake/settle.ts';

const SETTLE = 2000;
const NOW = 1_000_000;

interface Case {
  /** The file's last change lies so far back. ms; negative in the future */
  readonly age: number;
  readonly renamed?: boolean;
  readonly sighting?: Sighting;
  readonly sinceSameMs?: number;
}

function delay({ age, renamed = false, sighting, sinceSameMs = 0 }: Case): number {
  const changedMs = NOW - age;
  const file: SeedFile = { path: 'a', size: 1, modifiedMs: changedMs, changedMs, renamed, fingerprint: '' };
  return settleDelay(file, NOW, SETTLE, sighting ?? null, sinceSameMs);
}

const appeared: Sighting = { appeared: true, written: false };
const beingWritten: Sighting = { appeared: true, written: true };
const written: Sighting = { appeared: false, written: true };

describe('a file is whole', () => {
  test.for<[string, Case]>([
    ['if it has not changed for long', { age: SETTLE }],
    ['if its times say that it was put in place', { age: 0, renamed: true }],
    ['if its name was seen to appear and no write to it', { age: 0, sighting: appeared }],
    ['if it was put in place and has been touched since', { age: 0, renamed: true, sighting: written }],
    ['if it has not changed for long, whatever was seen', { age: SETTLE, sighting: beingWritten }],
    ['if it stays as it is, though its times lie ahead', { age: -9000, sinceSameMs: SETTLE }],
  ])('%s', ([, file]) => {
    expect(delay(file)).toBe(0);
  });
});

describe('a file is waited for', () => {
  test.for<[string, Case, number]>([
    ['if it has just changed', { age: 0 }, 2000],
    ['only for what is left of its time', { age: 500 }, 1500],
    ['to the last millisecond', { age: SETTLE - 1 }, 1],
    ['if its name appeared and it is being written', { age: 500, sighting: beingWritten }, 1500],
    ['if a write was seen and nothing else', { age: 500, sighting: written }, 1500],
    ['if nobody was there to see', { age: 500 }, 1500],
    ['if nothing was seen of it', { age: 500, sighting: { appeared: false, written: false } }, 1500],
    ['for no longer than it takes, though its times lie ahead', { age: -9000 }, 2000],
    ['for what is left since it was first seen as it is', { age: -9000, sinceSameMs: 700 }, 1300],
    ['for whole milliseconds', { age: -9000, sinceSameMs: 699.5 }, 1301],
  ])('%s', ([, file, ms]) => {
    expect(delay(file)).toBe(ms);
  });
});
