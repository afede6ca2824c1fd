// What an operator's monitoring reads (Prometheus' text format). Owns `prom-client`.
import { statfsSync, statSync } from 'node:fs';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Alarms, ALARMS } from './alarms.ts';
import type { AnswerCounts } from './answer-counts.ts';
import type { Stock } from './ledger/ledger.ts';
import type { Snapshot } from './output/snapshot.ts';
import type { PassResult, PassSummary } from './report.ts';

/** What is true at the moment at which it is asked for. */
export interface MetricsSources {
  readonly version: string;
  /** The data directory. */
  readonly data: string;
  readonly stock: () => Stock;
  /** When a look at everything last ended; `null` before the first. ms */
  readonly lastLook: () => number | null;
  readonly alarms: Alarms;
  readonly snapshot: () => Snapshot;
  readonly ledgerFile: string;
  readonly answers: AnswerCounts;
}

/** From a pass for one file to the first look at a million. s */
const PASS_BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Feeds that are told apart: those that have changed last. A time series costs whoever keeps it. */
const FEEDS_MAX = 200;
const FEED = /^(?:feed|outlets\/[^/]+)\.atom$/;

/** They say what `nodejs_active_*` add up to, and are no counters, as their names claim. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** A value under its labels. */
type Told = (labels: Record<string, string>, value: number) => void;

export class Metrics {
  readonly #registry = new Registry();
  readonly #passes = new Histogram({
    name: 'feedmill_pass_duration_seconds',
    help: 'How long looks at the seeds took, of everything or of what was noticed.',
    labelNames: ['kind'],
    buckets: PASS_BUCKETS,
    registers: [this.#registry],
  });
  readonly #changes = this.#counter('feedmill_changes_total', 'Articles, by what became of them.', 'change');
  readonly #rejections = this.#counter('feedmill_rejections_total', 'Seeds rejected, by reason.', 'reason');
  readonly #failures = this.#counter('feedmill_pass_failures_total', 'Looks that ended in an error.');
  readonly #published = this.#counter('feedmill_documents_published_total', 'Documents whose bytes changed.');

  constructor(sources: MetricsSources) {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    const { version, data, stock, lastLook, alarms, snapshot, ledgerFile, answers } = sources;
    this.#gauge('feedmill_build_info', 'Always 1, under the version that runs.', ['version'], (set) =>
      set({ version }, 1),
    );
    this.#gauge('feedmill_articles', 'Live articles.', [], (set) => set({}, stock().articles));
    this.#gauge('feedmill_seeds', 'Files, by what they are to the ledger.', ['state'], (set) => {
      const { seeds, rejected, missing } = stock();
      set({ state: 'known' }, seeds);
      set({ state: 'rejected' }, rejected);
      set({ state: 'missing' }, missing);
    });
    this.#instant(
      'feedmill_newest_article',
      'The time that places the newest article.',
      () => stock().newest,
    );
    this.#instant('feedmill_last_full_look', 'When a look at everything last ended.', lastLook);
    this.#gauge('feedmill_alarm', '1 while the alarm is raised.', ['alarm'], (set) => {
      for (const alarm of ALARMS) set({ alarm }, alarms.raised.has(alarm) ? 1 : 0);
    });
    this.#gauge('feedmill_feed_modified_timestamp_seconds', 'When a feed last changed.', ['feed'], (set) => {
      for (const { path, lastModified } of latestFeeds(snapshot())) set({ feed: path }, lastModified / 1000);
    });
    this.#tallied('feedmill_http_responses_total', 'Answers, by status.', ['status'], (add) => {
      for (const [status, count] of answers.byStatus) add({ status: String(status) }, count);
    });
    this.#tallied('feedmill_http_sent_bytes_total', 'Bytes of bodies sent.', [], (add) =>
      add({}, answers.sent),
    );
    this.#tallied(
      'feedmill_http_saved_bytes_total',
      'Bytes of documents that were not sent, by 304, deltas and codings.',
      [],
      (add) => add({}, answers.saved),
    );
    this.#onDisk('feedmill_ledger_bytes', 'Size of the ledger’s file and its journal.', () => {
      const sizes = ['', '-wal'].map(
        (end) => statSync(ledgerFile + end, { throwIfNoEntry: false })?.size ?? 0,
      );
      return sizes[0]! + sizes[1]!;
    });
    this.#onDisk('feedmill_data_available_bytes', 'Room left where the data directory is.', () => {
      const { bavail, bsize } = statfsSync(data);
      return bavail * bsize;
    });
  }

  passed({ pass, durationMs }: PassSummary, result: PassResult): void {
    this.#passes.observe({ kind: pass }, durationMs / 1000);
    for (const change of ['added', 'changed', 'withdrawn'] as const) {
      this.#changes.inc({ change }, result[change]);
    }
    this.#changes.inc({ change: 'rejected' }, result.rejected.length);
    for (const { rejection } of result.rejected) this.#rejections.inc({ reason: rejection.reason });
    this.#published.inc(result.published.length);
  }

  failed(): void {
    this.#failures.inc();
  }

  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  /** @param collect is given what adds a value to it, whenever it is read: all that there has been */
  #tallied(name: string, help: string, labelNames: string[], collect: (add: Told) => void): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        collect((labels, value) => counter.inc(labels, value));
      },
    });
  }

  /** Nothing is said while `at` (ms) is `null`. */
  #instant(name: string, help: string, at: () => number | null): void {
    this.#gauge(`${name}_timestamp_seconds`, help, [], (set) => {
      const ms = at();
      if (ms !== null) set({}, ms / 1000);
    });
  }

  /** Nothing is said while the directory is gone: that is when the rest has to be told. */
  #onDisk(name: string, help: string, bytes: () => number): void {
    this.#gauge(name, help, [], (set) => {
      try {
        set({}, bytes());
      } catch (error) {
        if (typeof (error as NodeJS.ErrnoException).errno !== 'number') throw error;
      }
    });
  }

  /** @param collect is given what sets a value of it, whenever it is read */
  #gauge(name: string, help: string, labelNames: string[], collect: (set: Told) => void): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        // Reset, one without labels is 0, which is not what it is.
        if (labelNames.length === 0) gauge.remove();
        else gauge.reset();
        collect((labels, value) => gauge.set(labels, value));
      },
    });
  }
}

function latestFeeds(snapshot: Snapshot): { path: string; lastModified: number }[] {
  return [...snapshot.values()]
    .filter(({ path }) => FEED.test(path))
    .sort((one, other) => other.lastModified - one.lastModified)
    .slice(0, FEEDS_MAX);
}
