// What is given to Prometheus and Grafana, looked at by Prometheus' own tool.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { get, text } from '../end-to-end/http.ts';
import { createSite } from '../end-to-end/site.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { Daemon, PROJECT } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';

const PROMTOOL = '/usr/bin/promtool';
const FOLDER = join(PROJECT, 'config', 'prometheus');
const ALERT_TESTS = join(import.meta.dirname, 'alerts.yaml');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}
interface AlertTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: object[] }[];
  }[];
}
interface Dashboard {
  readonly panels: readonly { readonly id: number; readonly targets: readonly { readonly expr: string }[] }[];
}

const read = (path: string): string => readFileSync(path, 'utf8');
const ALERTS = (parse(read(join(FOLDER, 'feedmill.rules.yaml'))) as Rules).groups.flatMap(
  ({ rules }) => rules,
);
const PANELS = (JSON.parse(read(join(FOLDER, 'grafana-dashboard.json'))) as Dashboard).panels;
const SHOWN = PANELS.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** The metrics of a daemon that has been asked for something. */
async function metrics(): Promise<string> {
  const site = await createSite({ '1.txt': numberedSeed(1), 'broken.txt': 'no header' });
  const url = await (await Daemon.start(site.flags)).url();
  for (const path of ['feed.atom', 'nothing']) await get(`${url}/${path}`);
  return text(`${url}/metrics`);
}

interface Sample {
  readonly name: string;
  readonly labels: readonly string[];
}

/** What there is, a histogram under its three names; labels are those that at least one sample has. */
function samplesIn(exposed: string): Sample[] {
  const lines = exposed.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, labels] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line)!;
    return { name: name!, labels: [...(labels ?? '').matchAll(/(\w+)="/g)].map(([, label]) => label!) };
  });
}

/** Each metric that `expression` names, with the labels that it asks for. */
function selectorsIn(expression: string): Sample[] {
  return [...expression.matchAll(/\b((?:feedmill|process|nodejs|up)(?:_\w+)?)\{([^}]*)\}/g)].map(
    ([, name, labels]) => ({
      name: name!,
      labels: [...labels!.matchAll(/(\w+)=/g)].map(([, label]) => label!),
    }),
  );
}

/** What Prometheus itself adds to what it has asked for. */
const ADDED = ['job', 'instance'];

it('alerts and the dashboard ask for metrics and labels that the daemon has', async () => {
  const there = [...samplesIn(await metrics()), { name: 'up', labels: [] }];
  const asked = [...ALERTS.map(({ expr }) => expr), ...SHOWN].flatMap((expression) => {
    const selectors = selectorsIn(expression);
    expect(selectors.length).toBeGreaterThan(0);
    return selectors;
  });
  expect(asked.length).toBeGreaterThan(30);
  const missing = asked.filter(
    ({ name, labels }) =>
      !there.some(
        (sample) =>
          sample.name === name && labels.every((label) => [...ADDED, ...sample.labels].includes(label)),
      ),
  );
  expect(missing).toEqual([]);
  // Whoever has several jobs sees those of feedmill alone.
  expect(asked.filter(({ labels }) => !labels.includes('job'))).toEqual([]);
});

it('each alert is shown to be raised, and not to be', () => {
  const { tests } = parse(read(ALERT_TESTS)) as AlertTests;
  const checks = tests.flatMap(({ alert_rule_test: each }) => each);
  const names = (raised: boolean): string[] => [
    ...new Set(
      checks.filter(({ exp_alerts: raises }) => (raises !== undefined) === raised).map((c) => c.alertname),
    ),
  ];
  const alerts = ALERTS.map(({ alert }) => alert).sort();
  expect(names(true).sort()).toEqual(alerts);
  expect(names(false).sort()).toEqual(alerts);
});

it('the panels of the dashboard are told apart', () => {
  expect(new Set(PANELS.map(({ id }) => id)).size).toBe(PANELS.length);
});

const where = existsSync(PROMTOOL)
  ? 'promtool'
  : 'promtool is not installed: apt-get install --no-install-recommends prometheus';

// Where it is to be had for certain, its absence is a mistake.
describe.skipIf(!existsSync(PROMTOOL) && !process.env['CI']).for([where])('%s', () => {
  it('finds nothing to improve in /metrics', async () => {
    expect(await promtool(FOLDER, ['check', 'metrics'], await metrics())).toEqual({ status: 0, said: '' });
  });

  it('takes the configuration, and the rules that it names', async () => {
    const { status, said } = await promtool(FOLDER, ['check', 'config', 'prometheus.yaml']);
    expect([status, said]).toEqual([0, expect.stringContaining('1 rule files found')]);
  });

  it('takes each expression of the dashboard', async () => {
    const rules = SHOWN.map((expression, i) => ({
      record: `shown:${i}`,
      expr: expression.replaceAll('$__rate_interval', '5m').replaceAll('$instance', 'a'),
    }));
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'shown.yaml'), stringify({ groups: [{ name: 'shown', rules }] }));
    const { status, said } = await promtool(directory, ['check', 'rules', 'shown.yaml']);
    expect([status, said]).toEqual([0, expect.stringContaining(`${SHOWN.length} rules found`)]);
  });

  it('sees each alert when it should be, and not when it should not', async () => {
    const directory = temporaryDirectory();
    cpSync(FOLDER, directory, { recursive: true });
    cpSync(ALERT_TESTS, join(directory, 'alerts.yaml'));
    const { status, said } = await promtool(directory, ['test', 'rules', 'alerts.yaml']);
    expect([status, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

async function promtool(
  directory: string,
  args: readonly string[],
  input = '',
): Promise<{ status: number; said: string }> {
  const child = spawn(PROMTOOL, args, { cwd: directory });
  child.stdin.end(input);
  const [out, error, [status]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { status, said: [...out, ...error].join('') };
}
