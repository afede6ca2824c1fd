// What is said of feedmill as a service, proved on a machine with a real systemd. `npm run test:systemd`
import { Agent, request } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readEntries, titles } from '../end-to-end/atom.ts';
import { get, health, text } from '../end-to-end/http.ts';
import { renameInto } from '../support/directories.ts';
import { seedText } from '../support/seeds.ts';
import { PROJECT, until } from '../support/process.ts';
import { CHECKOUT, type Done, Machine } from './machine.ts';

const SITE = 'http://127.0.0.1:8080';
const SETTINGS = '/etc/feedmill/feedmill.yaml';
/** As many as there are in the project's seeds/. */
const ARTICLES = 9;
const NGINX_EXAMPLE = readFileSync(join(PROJECT, 'examples', 'nginx.conf'), 'utf8');
const CLIENTS = 8;
const RESTARTS = 5;

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot(process.env['MACHINE_ROOT']!);
});

afterAll(() => machine[Symbol.dispose]());

const state = async (unit = 'feedmill.service'): Promise<string> => machine.property(unit, 'ActiveState');
const mainPid = async (unit = 'feedmill.service'): Promise<string> => machine.property(unit, 'MainPID');
const status = async (unit = 'feedmill.service'): Promise<string> => machine.property(unit, 'StatusText');

/** Gives a unit other settings, until the check is over. */
async function dropIn(unit: string, lines: string): Promise<void> {
  const folder = `/run/systemd/system/${unit}.d`;
  await machine.shell(`mkdir -p '${folder}'`);
  writeFileSync(machine.path(`${folder}/check.conf`), lines);
  await machine.shell('systemctl daemon-reload');
  onTestFinished(async () => {
    await machine.shell(`rm -r '${folder}'; systemctl daemon-reload`);
  });
}

/** Waits for another process than `before`, and for it to be started. @returns its id */
async function successor(before: string): Promise<string> {
  return until(async () => {
    const pid = await mainPid();
    return pid !== '0' && pid !== before && (await state()) === 'active' ? pid : undefined;
  }, 30_000);
}

async function titleIs(title: string): Promise<void> {
  await expect.poll(async () => text(`${SITE}/feed.json`)).toContain(`"${title}"`);
}

describe('systemd/install', () => {
  it('refuses whoever is not root', async () => {
    const { status: exit, stderr } = await machine.run(
      'setpriv',
      '--reuid=65534',
      '--clear-groups',
      `${CHECKOUT}/systemd/install`,
    );
    expect(stderr).toContain('only root');
    expect(exit).toBe(1);
  });

  it('refuses a machine that systemd does not run', async () => {
    const { status: exit, stderr } = await machine.run(
      'unshare',
      '--mount',
      'sh',
      '-c',
      `mount -t tmpfs tmpfs /run; ${CHECKOUT}/systemd/install`,
    );
    expect(stderr).toContain('systemd does not run here');
    expect(exit).toBe(1);
  });

  it('refuses a checkout without its Node, and says what to do', async () => {
    await machine.shell(`mkdir /bare; cp -R ${CHECKOUT}/systemd /bare`);
    const { status: exit, stderr } = await machine.run('/bare/systemd/install');
    expect(stderr).toContain('npm ci');
    expect(exit).toBe(1);
  });

  it('installs and starts the service, over seeds that are there already', async () => {
    await machine.shell(`cp -R ${CHECKOUT}/seeds /srv/seeds`);
    expect(await machine.shell(`${CHECKOUT}/systemd/install`)).toContain('feedmill runs');
  });

  it('makes it start with the machine', async () => {
    expect(await machine.shell('systemctl is-enabled feedmill.service feedmill.socket')).toBe(
      'enabled\nenabled',
    );
  });

  it('may be repeated: settings stay, a new process runs', async () => {
    await machine.shell(`echo 'title: 我的订阅' >> ${SETTINGS}`);
    const before = await mainPid();
    await machine.shell(`${CHECKOUT}/systemd/install`);
    expect(await mainPid()).not.toBe(before);
    await titleIs('我的订阅');
  });

  it('keeps what was changed in its config/, aside', async () => {
    await machine.shell('echo "# mine" >> /opt/feedmill/config/feedmill.yaml');
    expect(await machine.shell(`${CHECKOUT}/systemd/install`)).toContain('/opt/feedmill/config.before');
    expect(await machine.shell('tail -n 1 /opt/feedmill/config.before/feedmill.yaml')).toBe('# mine');
    await machine.shell(`diff -r /opt/feedmill/config ${CHECKOUT}/config`);
  });

  it('changes nothing if the settings are no good', async () => {
    await machine.shell(`cp ${SETTINGS} /root/good; echo 'tilte: x' >> ${SETTINGS}`);
    const before = await mainPid();
    const { status: exit, stderr } = await machine.run(`${CHECKOUT}/systemd/install`);
    await machine.shell(`cp /root/good ${SETTINGS}`);
    expect(stderr).toMatch(/tilte: no such key.*\n.*nothing was changed/);
    expect(exit).toBe(1);
    expect(await mainPid()).toBe(before);
  });
});

describe('the service', () => {
  it('is active, and says how many articles there are', async () => {
    expect(await state()).toBe('active');
    // Said anew every 15 s.
    await expect.poll(async () => status(), { timeout: 20_000 }).toBe(`ok: ${ARTICLES} articles`);
  });

  it('serves the feeds, at the socket that systemd listens on', async () => {
    expect(readEntries(await text(`${SITE}/feed.atom`))).toHaveLength(ARTICLES);
    expect(await machine.property('feedmill.socket', 'ActiveState')).toBe('active');
    expect(await machine.property('feedmill.socket', 'NAccepted')).toBe('0');
    expect((await health(SITE)).status).toBe('ok');
  });

  it('has its commands on the command line, with its own settings and data', async () => {
    expect(await machine.shell('cd / && feedmill status')).toMatch(/^ok: feedmill \S+ is running at /);
    await machine.shell('cd /root && feedmill backup copy && test -s copy');
    // What root builds the service could not change.
    expect((await machine.run('feedmill', 'build')).status).toBe(78);
    expect((await machine.run('feedmill', 'status', '--data', '/tmp')).status).toBe(64);
  });

  it('notices a new seed', async () => {
    const seed = seedText({ title: '新的一篇', url: 'https://example.org/new' });
    await renameInto(machine.path('/srv/seeds'), 'new.txt', seed);
    await expect.poll(async () => titles(await text(`${SITE}/feed.atom`))).toContain('新的一篇');
  });
});

describe('the sandbox', () => {
  it.each(['feedmill.service', 'feedmill@any.service'])(
    'of %s scores 1.5 or better in systemd-analyze security',
    async (unit) => {
      const report = await machine.shell(`systemd-analyze security --no-pager ${unit}`);
      const score = new RegExp(`Overall exposure level for ${unit}: ([\\d.]+)`).exec(report)?.[1];
      expect(Number(score)).toBeLessThanOrEqual(1.5);
    },
  );

  it('lets it write to its data and to folders of its own, and nowhere else', async () => {
    const probe = `/opt/feedmill/node_modules/.bin/node ${CHECKOUT}/tests/systemd/probe.ts`;
    await dropIn(
      'feedmill@probe.service',
      `[Service]\nType=oneshot\nExecStart=\nExecStart=${probe}\nWatchdogSec=0\n`,
    );
    await machine.shell('systemctl start feedmill@probe.service');
    const writable = await machine.shell('cat /var/lib/feedmill@probe/writable');
    await machine.shell(
      'for at in /var/lib /var/cache; do rm -r $at/private/feedmill@probe $at/feedmill@probe; done',
    );
    const cache = '/var/cache/private/feedmill@probe';
    // The two folders for temporary files are its own, and go with it.
    expect(writable.split('\n').filter((path) => !path.startsWith(`${cache}/`))).toEqual([
      '/tmp',
      cache,
      '/var/lib/private/feedmill@probe',
      '/var/tmp',
    ]);
  });

  it('keeps its data from other users, but for whom a drop-in shows it', async () => {
    // A web server, in miniature.
    const reader = async (path: string, lines = ''): Promise<Done> => {
      const unit = `[Service]\nType=oneshot\nUser=nobody\nExecStart=head -c 5 ${path}\n${lines}\n`;
      writeFileSync(machine.path('/run/systemd/system/reader.service'), unit);
      return machine.run('sh', '-c', 'systemctl daemon-reload; systemctl start reader');
    };
    const published = '/var/lib/private/feedmill/public';
    expect((await reader(`${published}/feed.atom`)).status).toBe(1);
    await logged('reader', 'Permission denied');
    const [shown] = /BindReadOnlyPaths=.*:\/srv\/feeds/.exec(NGINX_EXAMPLE)!;
    expect((await reader('/srv/feeds/feed.atom', shown)).status).toBe(0);
    await logged('reader', '<?xml');
  });
});

describe('systemctl reload', () => {
  it('takes over changed settings, in the same process', async () => {
    const before = await mainPid();
    await machine.shell(`sed -i 's/^title:.*/title: 另一个名字/' ${SETTINGS}; systemctl reload feedmill`);
    await titleIs('另一个名字');
    expect(await mainPid()).toBe(before);
  });

  it('refuses broken settings; what was published stays, and so do connections', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const ports = new Set<number>();
    const ask = async (): Promise<void> => {
      const { port, body } = await askBy(agent, `${SITE}/feed.json`);
      ports.add(port);
      expect(body).toContain('"另一个名字"');
    };
    await ask();
    await machine.shell(`cp ${SETTINGS} /root/good; echo 'window: none' >> ${SETTINGS}`);
    await machine.shell('systemctl reload feedmill');
    const alarms = async (): Promise<string[]> => {
      await ask();
      return Object.keys((await health(SITE)).alarms);
    };
    await expect.poll(alarms).toEqual(['reload-refused']);
    await machine.shell(`cp /root/good ${SETTINGS}; systemctl reload feedmill`);
    await expect.poll(alarms).toEqual([]);
    expect(ports.size).toBe(1);
    expect(await state()).toBe('active');
  });
});

describe('systemctl restart', () => {
  it('loses not one request of clients that never pause', async () => {
    const processes = new Set([await mainPid()]);
    const over = new AbortController();
    const outcomes: string[] = [];
    const client = async (): Promise<void> => {
      while (!over.signal.aborted) {
        outcomes.push(
          await get(`${SITE}/feed.atom`).then(
            ({ status: code }) => String(code),
            (error: unknown) => String(error),
          ),
        );
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    for (let i = 0; i < RESTARTS; i += 1) {
      const soon = outcomes.length + 100;
      await until(() => (outcomes.length > soon ? true : undefined));
      await machine.shell('systemctl restart feedmill');
      processes.add(await mainPid());
    }
    over.abort();
    await Promise.all(clients);
    expect(outcomes.filter((outcome) => outcome !== '200')).toEqual([]);
    expect(processes.size).toBe(RESTARTS + 1);
    process.stdout.write(`   ${outcomes.length} requests of ${CLIENTS} clients, ${RESTARTS} restarts\n`);
  });
});

describe('a process', () => {
  it('that is killed (kill -9) is succeeded by another, which serves the same', async () => {
    const before = await mainPid();
    const feed = await text(`${SITE}/feed.atom`);
    await machine.shell(`kill -9 ${before}`);
    await successor(before);
    expect(await text(`${SITE}/feed.atom`)).toBe(feed);
    expect(await machine.property('feedmill.service', 'NRestarts')).toBe('1');
  });

  describe('that has a watchdog', () => {
    const quick = async (): Promise<string> => {
      await dropIn('feedmill.service', '[Service]\nWatchdogSec=2\n');
      await machine.shell('systemctl restart feedmill');
      return mainPid();
    };

    it('answers it, and lives', async () => {
      const pid = await quick();
      const stamp = async (): Promise<number> =>
        Number(await machine.property('feedmill.service', 'WatchdogTimestampMonotonic'));
      const first = await stamp();
      // In microseconds.
      await until(async () => ((await stamp()) > first + 5_000_000 ? true : undefined));
      expect(await mainPid()).toBe(pid);
    });

    it('is killed once it hangs, and succeeded by another', async () => {
      const pid = await quick();
      await machine.shell(`kill -STOP ${pid}`);
      await successor(pid);
      expect(readEntries(await text(`${SITE}/feed.atom`))).toHaveLength(ARTICLES + 1);
      await logged('feedmill', 'Watchdog timeout');
    });
  });
});

describe('settings that are no good', () => {
  it('end the service, also if requests come, and it is not tried for ever', async () => {
    await machine.shell(`cp ${SETTINGS} /root/good; echo 'listen: nowhere' >> ${SETTINGS}`);
    const starts = async (): Promise<number> =>
      (await journal('feedmill')).split('Starting feedmill.service').length - 1;
    const before = await starts();
    expect((await machine.run('systemctl', 'restart', 'feedmill')).status).not.toBe(0);
    expect(await machine.property('feedmill.service', 'ExecMainStatus')).toBe('78');
    await logged('feedmill', 'listen: "nowhere"');
    // The socket is there still; what connects to it starts the service again, a few times.
    await expect.poll(async () => get(SITE).catch((error: unknown) => String(error))).toMatch('ECONNREFUSED');
    expect(await state()).toBe('failed');
    // More than RestartSec later it is as it was.
    await machine.shell('sleep 4');
    expect(await state()).toBe('failed');
    expect(await starts()).toBeLessThanOrEqual(before + 1 + 3);
  });

  it('are good again once they are corrected, and the socket is back', async () => {
    await machine.shell(`cp /root/good ${SETTINGS}; systemctl restart feedmill`);
    expect(readEntries(await text(`${SITE}/feed.atom`))).toHaveLength(ARTICLES + 1);
    expect(await state('feedmill.socket')).toBe('active');
  });
});

describe('systemctl stop', () => {
  it('ends the process by its own means, though a client stays connected', async () => {
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await askBy(agent, `${SITE}/feed.json`);
    await machine.shell('systemctl stop feedmill.socket feedmill.service');
    expect(await state()).toBe('inactive');
    // Neither `timeout`, for which it is killed, nor a signal.
    expect(await machine.property('feedmill.service', 'Result')).toBe('success');
    expect(await machine.property('feedmill.service', 'ExecMainStatus')).toBe('0');
    await machine.shell('systemctl start feedmill');
    expect(await state('feedmill.socket')).toBe('active');
  });
});

describe('feedmill@.service', () => {
  it('serves a second archive beside the first, each with data of its own', async () => {
    const seed = seedText({ title: '第二个档案', url: 'https://example.net/second' });
    await machine.shell('mkdir /srv/news; echo "seeds: /srv/news" > /etc/feedmill/feedmill@news.yaml');
    writeFileSync(machine.path('/srv/news/one.txt'), seed);
    await machine.shell('systemctl enable --quiet --now feedmill@news.socket feedmill@news.service');
    const socket = machine.path('/run/feedmill@news.sock');
    await expect
      .poll(async () => (await get('http://localhost/feed.json', { socket })).body.toString())
      .toContain('"第二个档案"');
    expect(await text(`${SITE}/feed.json`)).not.toContain('第二个档案');
    expect(readEntries(await text(`${SITE}/feed.atom`))).toHaveLength(ARTICLES + 1);
    expect(await machine.shell('feedmill @news status')).toMatch(
      /^ok: feedmill \S+ is running at unix:\/run\/feedmill@news\.sock, /,
    );
    expect(await machine.shell('ls -d /var/lib/private/feedmill*/ledger.sqlite')).toBe(
      '/var/lib/private/feedmill/ledger.sqlite\n/var/lib/private/feedmill@news/ledger.sqlite',
    );
  });
});

describe('systemd/uninstall', () => {
  /** All that is there of it but settings, data and seeds. */
  const traces = async (): Promise<string> =>
    machine.shell(`
      find / /run /tmp /dev/shm -xdev -name '*feedmill*' -not -path '/var/lib/*' -not -path '/etc/feedmill*' -not -path '/sys/*' \\
        -not -path '/proc/*' -not -path '${CHECKOUT}*' -not -path '/var/log/*' -not -path '/bare/*'
      systemctl list-units --all --plain --no-legend 'feedmill*'
      systemctl list-unit-files --no-legend 'feedmill*' || true`);
  const kept = async (): Promise<string> =>
    machine.shell('cd /; find srv var/lib/private etc/feedmill -type f | sort');

  it('finds the traces that there are', async () => {
    const found = await traces();
    for (const trace of [
      '/opt/feedmill',
      '/run/feedmill@news.sock',
      'feedmill@news.service',
      'feedmill@.socket',
    ]) {
      expect(found).toContain(trace);
    }
  });

  it('removes all of it but settings, data and seeds, and may be repeated', async () => {
    await machine.shell('systemctl stop feedmill.socket feedmill feedmill@news.socket feedmill@news');
    const before = await kept();
    expect(before.split('\n').length).toBeGreaterThan(50);
    await machine.shell('systemctl start feedmill feedmill@news');
    for (let i = 0; i < 2; i += 1) {
      expect(await machine.shell(`${CHECKOUT}/systemd/uninstall`)).toContain('are kept');
      expect(await traces()).toBe('');
    }
    expect(await kept()).toBe(before);
    await expect(get(SITE)).rejects.toThrow('ECONNREFUSED');
  });

  it('leaves what an installation after it goes on with', async () => {
    await machine.shell(`${CHECKOUT}/systemd/install`);
    expect(readEntries(await text(`${SITE}/feed.atom`))).toHaveLength(ARTICLES + 1);
    await titleIs('另一个名字');
  });

  it('with --purge removes settings and data, too, and no seed', async () => {
    const seeds = await machine.shell('ls /srv/*');
    expect(await machine.shell(`${CHECKOUT}/systemd/uninstall --purge`)).toContain('feedmill is gone');
    expect(await traces()).toBe('');
    expect(await machine.shell('find /var/lib /etc -name "*feedmill*"')).toBe('');
    expect(await machine.shell('ls /srv/*')).toBe(seeds);
  });
});

async function journal(unit: string): Promise<string> {
  return machine.shell(`journalctl --no-pager --unit=${unit}`);
}

/** What a process prints takes a moment to get there. */
async function logged(unit: string, words: string): Promise<void> {
  await expect.poll(async () => journal(unit)).toContain(words);
}

/** A request over a connection of `agent`'s. @returns our port, which tells connections apart */
function askBy(agent: Agent, url: string): Promise<{ port: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (response) => {
      const port = response.socket.localPort!;
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ port, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}
