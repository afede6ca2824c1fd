// What `/healthz` tells.
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { Alarms } from '../../src/alarms.ts';
import { Overdue } from '../../src/overdue.ts';
import { get, type HealthReport, health } from '../end-to-end/http.ts';
import { createSite } from '../end-to-end/site.ts';
import { renameInto } from '../support/directories.ts';
import { Daemon, type LogLine, until } from '../support/process.ts';
import { NOON, numberedSeed, seedText } from '../support/seeds.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Alarms of a clock that a test sets, and what they log. */
function alarmsAt(clock: { now: number }): { alarms: Alarms; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line) as LogLine) });
  return { alarms: new Alarms({ log, now: () => clock.now }), lines };
}

describe('/healthz', () => {
  it('tells since when the daemon runs, how much there is, and what it last looked at', async () => {
    const begun = Date.now();
    const site = await createSite({
      '1.txt': numberedSeed(1),
      '2.txt': seedText({ time: NOON + 7000, url: 'https://mill.example/7' }),
      'broken.txt': 'no header',
    });
    const url = await (await Daemon.start(site.flags)).url();
    const report = (await health(url)) as HealthReport & Record<string, unknown>;
    expect(report).toMatchObject({
      status: 'ok',
      alarms: {},
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      articles: 2,
      newestArticle: iso(NOON + 7000),
      outlets: 2,
      feeds: 3,
      seeds: { known: 3, rejected: 1, missing: 0 },
      lastPass: { pass: 'everything', added: 2, rejected: 1, articles: 2 },
    });
    const { lastPass, lastLook, startedAt } = report as unknown as Record<string, string> & {
      lastPass: { at: string };
    };
    expect(lastPass.at).toBe(lastLook);
    expect(Date.parse(startedAt!)).toBeGreaterThan(begun - 1000);
    expect(Date.parse(startedAt!)).toBeLessThan(Date.parse(lastLook!));
    await renameInto(site.seeds, '3.txt', numberedSeed(3));
    const after = await until(async () => {
      const now = await health(url);
      return (now.lastPass as { pass: string }).pass === 'noticed' ? now : undefined;
    });
    expect(after).toMatchObject({ lastLook, articles: 3, lastPass: { added: 1, articles: 3 } });
  });

  it('answers 200 while something is wrong, says what and what to do, and nothing of places on this machine', async () => {
    const site = await createSite({ '1.txt': numberedSeed(1) }, { schedule: '* * * * * *' });
    const daemon = await Daemon.start(site.flags);
    const url = await daemon.url();
    // A folder where a file is to be: no file system lets one replace the other, whoever asks.
    const file = join(site.data, 'public', 'feed.atom');
    await rm(file);
    mkdirSync(join(file, 'in-the-way'), { recursive: true });
    await renameInto(site.seeds, '2.txt', numberedSeed(2));
    const { status, body } = await until(async () => {
      const answer = await get(`${url}/healthz`);
      return answer.body.includes('degraded') ? answer : undefined;
    });
    expect(status).toBe(200);
    const { alarms } = JSON.parse(body.toString()) as HealthReport;
    expect(Object.keys(alarms)).toEqual(['publish-failed']);
    expect(alarms['publish-failed']!.message).toMatch(
      /^files could not be written \(E[A-Z]+\); .+ Correct the permissions of the data directory$/,
    );
    expect(Date.parse(alarms['publish-failed']!.since)).toBeGreaterThan(NOON);
    expect(body.toString()).not.toContain(site.directory);
    const logged = await daemon.logged(({ alarm }) => alarm === 'publish-failed');
    expect(logged['why']).toContain(file);
    await rm(file, { recursive: true });
    await until(async () => ((await health(url)).status === 'ok' ? true : undefined));
  });
});

describe('an alarm', () => {
  it('is raised since when it was first, whatever it comes to say, and each change is logged once', () => {
    const clock = { now: NOON };
    const { alarms, lines } = alarmsAt(clock);
    alarms.set('publish-failed', 'no room');
    clock.now += 1000;
    alarms.set('publish-failed', 'no room');
    alarms.set('publish-failed', 'not permitted', '/srv/data');
    alarms.set('publish-failed', 'not permitted', '/srv/other');
    alarms.set('publish-failed', 'not permitted', '/srv/other');
    expect([...alarms.raised]).toMatchObject([['publish-failed', { message: 'not permitted', since: NOON }]]);
    alarms.set('publish-failed', null);
    alarms.set('publish-failed', null);
    expect(alarms.raised.size).toBe(0);
    clock.now += 1000;
    alarms.set('publish-failed', 'no room');
    expect(alarms.raised.get('publish-failed')).toMatchObject({ message: 'no room', since: NOON + 2000 });
    expect(lines.map(({ msg, why }) => [msg, why])).toEqual([
      ['no room', undefined],
      ['not permitted', '/srv/data'],
      ['not permitted', '/srv/other'],
      ['alarm cleared', undefined],
      ['no room', undefined],
    ]);
  });
});

describe('a look at everything that does not come', { concurrent: true }, () => {
  const EACH_SECOND = '* * * * * *';
  const watch = (schedule: string, afterMsMin: number): { overdue: Overdue; alarms: Alarms } => {
    const { alarms } = alarmsAt({ now: NOON });
    const overdue = new Overdue(schedule, alarms, afterMsMin);
    onTestFinished(() => overdue[Symbol.dispose]());
    return { overdue, alarms };
  };

  test('is an alarm once three were due, until one comes', async () => {
    const { overdue, alarms } = watch(EACH_SECOND, 0);
    const { message } = await until(() => alarms.raised.get('looks-overdue'));
    expect(message).toMatch(
      /^no look at all the seeds has ended for [23](?:\.\d)? s, .+ start feedmill again$/,
    );
    overdue.looked();
    expect(alarms.raised.size).toBe(0);
    await until(() => alarms.raised.get('looks-overdue'));
  });

  test('is none while there are looks', async () => {
    const { overdue, alarms } = watch(EACH_SECOND, 0);
    const late = watch(EACH_SECOND, 0);
    await until(() => {
      overdue.looked();
      return late.alarms.raised.get('looks-overdue');
    });
    expect(alarms.raised.size).toBe(0);
  });

  test('is waited for longer than a short schedule says', async () => {
    const patient = watch(EACH_SECOND, 600_000);
    const late = watch(EACH_SECOND, 0);
    await until(() => late.alarms.raised.get('looks-overdue'));
    expect(patient.alarms.raised.size).toBe(0);
  });

  test('is not waited for where timers do not reach', async () => {
    // A timer that is asked for too much fires at once.
    const { alarms } = watch('0 0 1 1 *', 0);
    const late = watch(EACH_SECOND, 0);
    await until(() => late.alarms.raised.get('looks-overdue'));
    expect(alarms.raised.size).toBe(0);
  });
});
