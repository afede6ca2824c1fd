// A clock that is set back, and forth again, under the daemon: libfaketime stands between it and the kernel's.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { get } from '../end-to-end/http.ts';
import { createSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { EVERY_SECOND, PATIENTLY_MS, range, Reader, seedsOf } from './seen.ts';

const LIBRARY = findLibrary();
const WHERE = LIBRARY === null ? 'libfaketime is not installed: apt-get install libfaketime' : 'libfaketime';
const COUNT = 12;

function findLibrary(): string | null {
  const triplets = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  const candidates = triplets.map((triplet) => join('/usr/lib', triplet, 'faketime', 'libfaketime.so.1'));
  return candidates.find((file) => existsSync(file)) ?? null;
}

describe.skipIf(LIBRARY === null && !process.env['CI']).for([WHERE])('%s', () => {
  test.each(['-1d', '+1d'])(
    'a clock that is set to %s leaves ids, dates, validators and the schedule what they are',
    async (offset) => {
      const site = await createSite(seedsOf(range(1, COUNT)), EVERY_SECOND);
      const clock = join(site.directory, 'clock');
      writeFileSync(clock, '+0');
      const daemon = await Daemon.start(site.flags, {
        env: {
          LD_PRELOAD: LIBRARY!,
          FAKETIME_TIMESTAMP_FILE: clock,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          // The times of files are the kernel's.
          NO_FAKE_STAT: '1',
        },
      });
      const url = await daemon.url();
      const reader = new Reader(url);
      await reader.well(COUNT);
      const before = await reader.entries();
      const feed = await get(`${url}/feed.atom`);
      const passes = (): number => daemon.lines.filter(({ pass }) => pass === 'everything').length;

      writeFileSync(clock, offset);
      const shift = await until(async () => {
        const { headers } = await get(`${url}/feed.atom`);
        const ms = Date.parse(headers.date!) - Date.now();
        return Math.abs(ms) > 1_800_000 ? ms : undefined;
      });
      expect(Math.sign(shift)).toBe(offset.startsWith('-') ? -1 : 1);

      const seen = passes();
      await until(() => (passes() >= seen + 3 ? true : undefined), PATIENTLY_MS);
      for (const condition of [
        { 'if-none-match': feed.headers.etag! },
        { 'if-modified-since': feed.headers['last-modified']! },
      ]) {
        expect((await get(`${url}/feed.atom`, { headers: condition })).status).toBe(304);
      }
      // An article that comes and one that goes, by the new clock.
      await renameInto(site.seeds, 'new.txt', numberedSeed(COUNT + 1));
      await rm(join(site.seeds, '1.txt'));
      await until(async () => {
        const numbers = await reader.numbers();
        return numbers[0] === COUNT + 1 && !numbers.includes(1) ? true : undefined;
      });
      const after = await reader.entries();
      expect(after.slice(1)).toEqual(before.slice(0, -1));
      const changed = await get(`${url}/feed.atom`, {
        headers: { 'if-modified-since': feed.headers['last-modified']! },
      });
      expect(changed.status).toBe(200);
      // RFC 9110 §8.8.2.1: none that is later than the answer itself.
      const { date, 'last-modified': modified = date } = changed.headers;
      expect(Date.parse(modified!)).toBeLessThanOrEqual(Date.parse(date!));

      writeFileSync(clock, '+0');
      await renameInto(site.seeds, 'newer.txt', numberedSeed(COUNT + 2));
      await until(async () => ((await reader.numbers())[0] === COUNT + 2 ? true : undefined));
      expect((await reader.entries()).slice(1)).toEqual(after);
      expect((await daemon.stop()).status).toBe(0);
    },
  );
});
