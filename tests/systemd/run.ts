// `npm run test:systemd`: boots a Debian with a real systemd, installs the project there, and runs service.check.ts.
// It needs root, but nothing of the machine's own: mounts, processes, ports are in name spaces that end with it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** As automake has it: the test cannot be run here, which is no failure. */
const SKIPPED = 77;

/** The release whose systemd (252) the units are written for. */
const SUITE = 'bookworm';
/** libatomic1 is what Node's own builds need beside the C and C++ libraries. */
const PACKAGES = ['systemd', 'systemd-sysv', 'libatomic1'];

const NEEDED = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  ip: 'iproute2',
} as const;

const PROJECT = join(import.meta.dirname, '..', '..');
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const CGROUPS = '/sys/fs/cgroup';

/** Why it cannot be run here. */
function obstacle(): string | null {
  if (process.platform !== 'linux') return 'only Linux has systemd';
  if (process.getuid?.() !== 0) return 'only root can boot a machine';
  const missing = Object.entries(NEEDED).filter(
    ([program]) => !SYSTEM_PATH.split(':').some((folder) => existsSync(join(folder, program))),
  );
  if (missing.length > 0) {
    const names = missing.map(([program]) => program).join(', ');
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
    return `${names} not found: apt-get install ${packages}`;
  }
  const isolated = spawnSync('unshare', [...NAME_SPACES, 'true'], { encoding: 'utf8' });
  if (isolated.status !== 0) return `no name spaces: ${isolated.stderr.trim()}`;
  const hierarchy = cgroupHierarchies()[0];
  if (hierarchy === undefined) return `no cgroups in ${CGROUPS}`;
  try {
    const probe = join(hierarchy, `feedmill-${process.pid}`);
    mkdirSync(probe);
    rmdirSync(probe);
  } catch (error) {
    return `no cgroup can be made: ${(error as Error).message}`;
  }
  return null;
}

/** What is started in them dies with the first process there, and its mounts and ports are gone. */
const NAME_SPACES = ['--net', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child'];

/** Where systemd makes its groups: all is in one place (version 2), or it shares with version 1. */
function cgroupHierarchies(): string[] {
  return [CGROUPS, join(CGROUPS, 'unified'), join(CGROUPS, 'systemd')].filter((path) =>
    existsSync(join(path, 'cgroup.procs')),
  );
}

/** The folder of a minimal Debian, made once and only read afterwards. */
function debianRoot(): string {
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const root = process.env['SYSTEMD_TEST_ROOT'] ?? join(caches, 'feedmill', `debian-${SUITE}`);
  if (existsSync(root)) return root;
  say(`making a Debian in ${root}, once …`);
  const unfinished = `${root}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(root), { recursive: true });
  const made = spawnSync(
    'debootstrap',
    ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, unfinished],
    { encoding: 'utf8', env: { ...process.env, PATH: SYSTEM_PATH } },
  );
  if (made.status !== 0) {
    throw new Error(`debootstrap: ${(made.stdout + made.stderr).split('\n').slice(-20).join('\n')}`);
  }
  renameSync(unfinished, root);
  return root;
}

/** What the machine's systemd left: empty groups, below those with the names that systemd-nspawn gives. */
async function removeGroups(): Promise<void> {
  for (const hierarchy of cgroupHierarchies()) {
    for (const group of ['payload', 'supervisor'].map((name) => join(hierarchy, name))) {
      // A group is not empty as long as a process that was killed in it is not quite gone.
      for (let attempts = 50; existsSync(group); attempts -= 1) {
        try {
          removeGroup(group);
        } catch (error) {
          if (attempts === 0) throw error;
          await setTimeout(100);
        }
      }
    }
  }
}

function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  }
  rmdirSync(group);
}

async function check(root: string): Promise<number> {
  const words = [
    ...NAME_SPACES,
    // The machine has no network of its own: it shares one that holds nothing but this test and 127.0.0.1.
    'sh',
    '-c',
    'ip link set lo up && mount -t tmpfs tmpfs /run && exec "$@"',
    'sh',
    process.execPath,
    join(PROJECT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    join(import.meta.dirname, 'vitest.config.ts'),
  ];
  // Where systemd runs, it is asked for a part of the tree of cgroups; elsewhere nobody minds.
  const [program, before] = existsSync('/run/systemd/system')
    ? ['systemd-run', ['--scope', '--quiet', '--property=Delegate=yes', 'unshare']]
    : ['unshare', []];
  const child = spawn(program, [...before, ...words], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${SYSTEM_PATH}`, MACHINE_ROOT: root },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGKILL'));
  const [status] = (await once(child, 'close')) as [number | null];
  return status ?? 1;
}

function say(text: string): void {
  process.stdout.write(`test:systemd: ${text}\n`);
}

const reason = obstacle();
if (reason === null) {
  try {
    process.exitCode = await check(debianRoot());
  } finally {
    await removeGroups();
  }
} else {
  say(`not run: ${reason}`);
  process.exitCode = SKIPPED;
}
