// What is recorded together on a disk that fills up, and is lost by somebody else's request.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/open.ts';
import { indexed } from '../ledger/changes.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { CAN_MOUNT, Disk, WHERE } from './disk.ts';

const COUNT = 3_000;
const articles = Array.from({ length: COUNT }, (_, i) => indexed(`${i}`, { url: `https://a.example/${i}` }));

describe.skipIf(!CAN_MOUNT && !process.env['CI']).for([WHERE])('%s', () => {
  test('who records is told, though it was another that found no space', async () => {
    const disk = new Disk(join(temporaryDirectory(), 'data'), 6);
    await using ledger = openLedger(join(disk.path, 'ledger.sqlite'));
    const recording = ledger.together(async () => {
      await ledger.record(articles, 1);
      disk.fill();
      await expect(ledger.setNote('name', 'value')).rejects.toThrow(/full/);
      disk.makeSpace();
    });
    await expect(recording).rejects.toThrow(/full/);
    // The same once more, as the next look does.
    await ledger.together(async () => ledger.record(articles, 1));
    expect(await ledger.tally()).toMatchObject({ seeds: COUNT, articles: COUNT });
  });
});
