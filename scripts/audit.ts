// Known vulnerabilities in what the lock file names and feedmill runs with. For CI: fails if there are any, and says so
// where the registry does not tell, which is nobody's fault.
import { spawnSync } from 'node:child_process';

interface Report {
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly severity: string; readonly range: string; readonly isDirect: boolean }>
  >;
  /** Of the request that failed. */
  readonly statusCode?: number;
  readonly error?: { readonly code?: string };
}

/** Waiting for a registry that does not answer. ms */
const PATIENCE_MS = 120_000;

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--package-lock-only', '--json'], {
  encoding: 'utf8',
  timeout: PATIENCE_MS,
});
const report = readReport(stdout);
if (report?.vulnerabilities === undefined) {
  const why = report?.statusCode ?? report?.error?.code ?? 'no answer';
  console.log(`dependencies are NOT audited: the registry does not do it (${why})`);
} else {
  const found = Object.entries(report.vulnerabilities);
  for (const [name, { severity, range, isDirect }] of found) {
    console.error(`${name} ${range}: ${severity}${isDirect ? '' : ', a dependency of a dependency'}`);
  }
  if (found.length > 0) console.error('npm audit --omit=dev says more; a newer version is the remedy');
  else console.log('dependencies are audited: no vulnerability is known');
  process.exitCode = found.length > 0 ? 1 : 0;
}

function readReport(text: string): Report | null {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return null;
  }
}
