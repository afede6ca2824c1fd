// The daemon beside systemd's own programs. tests/systemd boots the whole of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../support/directories.ts';
import { Daemon, MAIN, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { get } from './http.ts';
import { createSite } from './site.ts';

const here = (program: string): boolean => existsSync(program) || process.env['CI'] !== undefined;

class NotifySocket {
  readonly path: string;
  readonly messages: string[] = [];

  /** @param deaf takes nothing of what it is told */
  static async listen(deaf = false): Promise<NotifySocket> {
    const path = join(temporaryDirectory(), 'notify');
    const child = spawn('python3', [
      join(import.meta.dirname, 'notify-socket.py'),
      path,
      ...(deaf ? ['deaf'] : []),
    ]);
    onTestFinished(() => end(child));
    const socket = new NotifySocket(path);
    createInterface({ input: child.stdout }).on('line', (line) => socket.messages.push(line));
    await socket.told((message) => message === 'listening');
    return socket;
  }

  private constructor(path: string) {
    this.path = path;
  }

  async told(matches: (message: string) => boolean): Promise<string> {
    return until(() => this.messages.find(matches));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}

describe.runIf(here('/usr/bin/systemd-notify'))('a daemon that systemd has started', () => {
  it('says when it is ready, how it is, that it reads its configuration anew, and that it stops', async () => {
    const manager = await NotifySocket.listen();
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const daemon = await Daemon.start(site.flags, { env: { NOTIFY_SOCKET: manager.path } });
    const ready = await manager.told((message) => message.startsWith('READY=1'));
    expect(ready).toMatch(/^READY=1 \| STATUS=(?:starting|ok): \d articles$/);
    await daemon.url();
    daemon.child.kill('SIGHUP');
    await manager.told((message) => message === 'READY=1 | STATUS=ok: 1 articles');
    expect((await daemon.stop()).status).toBe(0);
    const said = manager.messages.map((message) => message.replace(/ \| .*| articles.*$/, ''));
    expect(said.filter((message) => /^[A-Z]+=1/.test(message))).toEqual([
      'READY=1',
      'RELOADING=1',
      'READY=1',
      'STOPPING=1',
    ]);
  });

  it('answers the watchdog as often as it is asked to', async () => {
    const manager = await NotifySocket.listen();
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    await Daemon.start(site.flags, {
      env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: '400000' },
    });
    const answers = (): string[] => manager.messages.filter((message) => message.includes('WATCHDOG=1'));
    await until(() => (answers().length >= 3 ? true : undefined));
    expect(answers().at(-1)).toBe('STATUS=ok: 1 articles | WATCHDOG=1');
  });

  it('asks for no watchdog that is not meant for it, or has no time', async () => {
    const manager = await NotifySocket.listen();
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    for (const watchdog of [{ WATCHDOG_USEC: '0' }, { WATCHDOG_USEC: '400000', WATCHDOG_PID: '1' }]) {
      const daemon = await Daemon.start(site.flags, { env: { NOTIFY_SOCKET: manager.path, ...watchdog } });
      await daemon.url();
      await setTimeout(1_000);
      await daemon.stop();
    }
    expect(manager.messages.filter((message) => message.includes('WATCHDOG=1'))).toEqual([]);
  });

  it('ends when it is asked to, though systemd takes nothing of what it is told', async () => {
    const manager = await NotifySocket.listen(true);
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const daemon = await Daemon.start(site.flags, { env: { NOTIFY_SOCKET: manager.path } });
    await daemon.url();
    daemon.child.kill('SIGHUP');
    expect((await daemon.stop()).status).toBe(0);
  });

  it('goes on where systemd cannot be told', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const daemon = await Daemon.start(site.flags, { env: { NOTIFY_SOCKET: join(site.directory, 'nobody') } });
    await daemon.logged(({ msg }) => msg === 'systemd could not be told');
    expect((await get(`${await daemon.url()}/feed.atom`)).status).toBe(200);
  });
});

describe('a log that the journal reads', () => {
  it('tells the priority of each line, and one that something else reads does not', async () => {
    const site = await createSite({ 'a.txt': 'no seed' });
    // The journal's socket is told by its device and inode.
    const file = join(site.directory, 'journal');
    writeFileSync(file, '');
    const { dev, ino } = statSync(file);
    const build = async (path: string): Promise<string[]> => {
      const output = openSync(path, 'a');
      const child = spawn(process.execPath, [MAIN, 'build', ...site.flags], {
        stdio: ['ignore', output, 'ignore'],
        env: { ...process.env, JOURNAL_STREAM: `${dev}:${ino}` },
      });
      await once(child, 'close');
      closeSync(output);
      return readFileSync(path, 'utf8').trimEnd().split('\n');
    };
    const lines = await build(file);
    expect(lines.find((line) => line.includes('seed rejected'))).toMatch(/^<4>\{"level":40,/);
    expect(lines.at(-1)).toMatch(/^<6>\{"level":30,/);
    const others = await build(join(site.directory, 'other'));
    expect(others.filter((line) => !line.startsWith('{'))).toEqual([]);
  });
});

describe.runIf(here('/usr/bin/systemd-socket-activate'))('a socket that systemd listens on', () => {
  it('is served, whatever the configuration says', async () => {
    const site = await createSite({ 'a.txt': numberedSeed(1) });
    const port = await freePort();
    const child = spawn(
      '/usr/bin/systemd-socket-activate',
      ['--listen', `127.0.0.1:${port}`, process.execPath, MAIN, 'run', ...site.flags],
      { stdio: 'ignore' },
    );
    onTestFinished(() => end(child));
    const url = `http://127.0.0.1:${port}`;
    // The first connection is what starts it; whoever made it is answered.
    const first = await until(async () => get(`${url}/healthz`).catch(() => undefined));
    expect([200, 503]).toContain(first.status);
    const feed = await until(async () => {
      const answer = await get(`${url}/feed.atom`);
      return answer.status === 200 ? answer : undefined;
    });
    expect(feed.body.toString()).toContain(`href="http://127.0.0.1:${port}/feed.atom"`);
  });

  it('stands alone: with two of them it says what to do, and ends', async () => {
    const site = await createSite();
    const child = spawn(
      '/bin/sh',
      ['-c', 'LISTEN_FDS=2 LISTEN_PID=$$ exec "$@"', '-', process.execPath, MAIN, 'run', ...site.flags],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    onTestFinished(() => end(child));
    let told = '';
    child.stderr.on('data', (chunk) => (told += String(chunk)));
    const [status] = (await once(child, 'close')) as [number];
    expect([status, told]).toEqual([
      78,
      'feedmill: LISTEN_FDS: 2 sockets are handed over; leave one ListenStream= in the unit\n',
    ]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
