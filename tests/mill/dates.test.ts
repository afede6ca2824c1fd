import { describe, expect, test } from 'vitest';
import { type EarlierRendition, type EntryHistory, entryTimes } from '../../src/mill/dates.ts';

const NOW = 1000;
const history = (changes: Partial<EntryHistory> = {}): EntryHistory => ({
  told: null,
  firstCopy: 100,
  firstAsNow: 100,
  lastCopy: 100,
  source: 'seed',
  digest: 'text',
  written: 90,
  ...changes,
});
const earlier = (changes: Partial<EarlierRendition> = {}): EarlierRendition => ({
  source: 'seed',
  digest: 'text',
  updated: 100,
  ...changes,
});
const edited = { source: 'seed 2', digest: 'text 2' };

describe('an entry was', () => {
  test.for([
    ['published and updated when it was archived', history(), null, 100, 100],
    ['published when it says, if that was before', history({ told: 40 }), null, 40, 100],
    ['published when it was archived, if it says later', history({ told: 400 }), null, 100, 100],
    [
      'published with its first copy, updated with the one that reads as now',
      history({ firstAsNow: 200 }),
      null,
      100,
      200,
    ],
    ['not updated by a rewritten file', history({ source: 'seed 2', written: 900 }), earlier(), 100, 100],
    [
      'not updated by a later copy of the same text',
      history({ source: 'seed 2', firstAsNow: 200 }),
      earlier(),
      100,
      100,
    ],
    [
      'updated earlier if an earlier copy of the text turns up',
      history({ source: 'seed and copy', firstCopy: 50, firstAsNow: 50 }),
      earlier(),
      50,
      50,
    ],
    [
      'not updated earlier by a file that is put elsewhere once it was edited in place',
      history({ source: 'seed 2' }),
      earlier({ updated: 400 }),
      100,
      400,
    ],
    ['not updated by cleaning it better', history({ digest: 'text 2', written: 900 }), earlier(), 100, 100],
    [
      'updated when the copy with the new text was archived',
      history({ ...edited, firstAsNow: 300 }),
      earlier(),
      100,
      300,
    ],
    ['updated when the file was edited in place', history({ ...edited, written: 400 }), earlier(), 100, 400],
    [
      'still updated then when other rules make the same of it',
      history(),
      earlier({ updated: 400 }),
      100,
      400,
    ],
    [
      'updated now if the file’s time says nothing new',
      history({ ...edited, written: 100 }),
      earlier(),
      100,
      NOW,
    ],
    [
      'updated now if the file’s time lies ahead',
      history({ ...edited, written: NOW + 1 }),
      earlier(),
      100,
      NOW,
    ],
    [
      'updated now if the file was written just now',
      history({ ...edited, written: NOW }),
      earlier(),
      100,
      NOW,
    ],
    [
      'updated later than before, even by a clock set back',
      history({ ...edited }),
      earlier({ updated: 5000 }),
      100,
      5001,
    ],
  ] as const)('%s', ([, now, before, published, updated]) => {
    expect(entryTimes(now, before, NOW)).toEqual({ published, updated });
  });

  test('never published after it was updated', () => {
    const { published, updated } = entryTimes(history({ firstCopy: 500, firstAsNow: 500 }), earlier(), NOW);
    expect(published).toBeLessThanOrEqual(updated);
  });
});
