// CI's look for known vulnerabilities, with a registry that says this or that.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/directories.ts';
import { PROJECT } from '../support/process.ts';

/** @param said by `npm audit --json` */
function audit(said: string): { status: number | null; told: string } {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'said.json'), said);
  writeFileSync(join(directory, 'npm'), '#!/bin/sh\ncat "$(dirname "$0")/said.json"\nexit 1\n', {
    mode: 0o755,
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PROJECT, 'scripts', 'audit.ts')], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${directory}${delimiter}${process.env['PATH']}` },
  });
  return { status, told: stdout + stderr };
}

test('dependencies without a known vulnerability pass', () => {
  const report = { auditReportVersion: 2, vulnerabilities: {}, metadata: {} };
  expect(audit(JSON.stringify(report))).toEqual({
    status: 0,
    told: 'dependencies are audited: no vulnerability is known\n',
  });
});

test('a dependency with one fails, under its name', () => {
  const vulnerabilities = { saxes: { severity: 'high', range: '<7.0.0', isDirect: false } };
  const { status, told } = audit(JSON.stringify({ auditReportVersion: 2, vulnerabilities }));
  expect(status).toBe(1);
  expect(told).toContain('saxes <7.0.0: high, a dependency of a dependency\n');
});

test.for([
  ['refuses', JSON.stringify({ message: 'not allowed', statusCode: 405 }), '405'],
  ['cannot be reached', JSON.stringify({ error: { code: 'ENOTFOUND' } }), 'ENOTFOUND'],
  ['says nothing', '', 'no answer'],
] as const)('a registry that %s fails nothing, and it is said', ([, said, why]) => {
  expect(audit(said)).toEqual({
    status: 0,
    told: `dependencies are NOT audited: the registry does not do it (${why})\n`,
  });
});
