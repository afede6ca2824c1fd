// Other web servers, started from the example configurations: only paths and ports are changed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { get } from '../end-to-end/http.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { PROJECT, until } from '../support/process.ts';

export interface WebServer {
  readonly name: string;
  readonly program: string;
  /** The package in Debian. */
  readonly debian: string;
  /** How it is started with the configuration in `directory`, in the foreground. */
  readonly arguments: (directory: string) => readonly string[];
  readonly example: string;
  /** What stands around the example, if it is not a whole configuration. */
  readonly around?: (directory: string) => string;
  /** The codings that it serves from files, the one it prefers first. */
  readonly codings: readonly string[];
}

const CONFIGURATION = 'server.conf';

export const WEB_SERVERS: readonly WebServer[] = [
  {
    name: 'nginx',
    program: '/usr/sbin/nginx',
    debian: 'nginx-light',
    arguments: (directory) => ['-p', directory, '-e', 'stderr', '-c', join(directory, 'nginx.conf')],
    example: 'nginx.conf',
    around: (directory) => `
      daemon off; worker_processes 1; pid ${directory}/pid;
      events {}
      http {
        access_log off;
        client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
        fastcgi_temp_path ${directory}/fastcgi; uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
        include ${directory}/${CONFIGURATION};
      }`,
    codings: ['gzip'],
  },
  {
    name: 'Caddy',
    program: '/usr/bin/caddy',
    debian: 'caddy',
    arguments: (directory) => ['run', '--adapter', 'caddyfile', '--config', join(directory, CONFIGURATION)],
    example: 'Caddyfile',
    codings: ['zstd', 'br', 'gzip'],
  },
];

export function isInstalled({ program }: WebServer): boolean {
  return existsSync(program);
}

export interface Running {
  /** Where it serves files, and where it stands before the daemon. Without a slash at the end. */
  readonly files: string;
  readonly proxy: string;
}

/** Whom a server runs as where we are root: nobody. */
const NOBODY = 65_534;
/** Between our looking for a free port and the server's taking it, somebody else may take it. */
const ATTEMPTS = 5;

/**
 * Starts `server` over the files in `root`, and before the daemon at `daemon` (HOST:PORT). It is gone when the test is.
 *
 * @throws Error with what it said, if it does not start
 */
export async function startWebServer(server: WebServer, root: string, daemon: string): Promise<Running> {
  for (let attempt = 1; ; attempt += 1) {
    const [files, proxy] = (await freePorts(2)) as [number, number];
    const directory = configure(server, {
      '/srv/feeds': root,
      '127.0.0.1:8080': daemon,
      '127.0.0.1:8081': `127.0.0.1:${files}`,
      '127.0.0.1:8082': `127.0.0.1:${proxy}`,
    });
    const started = start(server, directory);
    const ready = [`http://127.0.0.1:${files}`, `http://127.0.0.1:${proxy}`].map((url) =>
      answers(url, started),
    );
    try {
      const [first, second] = (await Promise.all(ready)) as [string, string];
      return { files: first, proxy: second };
    } catch (error) {
      if (attempt === ATTEMPTS || !/address.*in use/i.test(String(error))) throw error;
    }
  }
}

/** The example with other places put in; its folder. */
function configure({ example, around }: WebServer, places: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  let text = readFileSync(join(PROJECT, 'examples', example), 'utf8');
  // What is put in may be what another looks for.
  Object.keys(places).forEach((place, i) => {
    if (!text.includes(place)) throw new Error(`examples/${example} does not name ${place}`);
    text = text.replaceAll(place, `{{${i}}}`);
  });
  Object.values(places).forEach((place, i) => (text = text.replaceAll(`{{${i}}}`, place)));
  writeFileSync(join(directory, CONFIGURATION), text);
  if (around !== undefined) writeFileSync(join(directory, 'nginx.conf'), around(directory));
  mkdirSync(join(directory, 'home'));
  if (process.getuid?.() === 0) {
    for (const folder of [directory, join(directory, 'home')]) chownSync(folder, NOBODY, NOBODY);
  }
  return directory;
}

interface Started {
  readonly child: ChildProcess;
  said: string;
}

function start({ program, arguments: of }: WebServer, directory: string): Started {
  const child = spawn(program, of(directory), {
    cwd: directory,
    env: { PATH: '/usr/sbin:/usr/bin:/bin', HOME: join(directory, 'home') },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
  });
  const started: Started = { child, said: '' };
  child.stderr.on('data', (chunk) => (started.said += String(chunk)));
  const closed = once(child, 'close');
  onTestFinished(async () => {
    // nginx takes its workers along.
    child.kill('SIGTERM');
    await closed;
  });
  return started;
}

async function answers(url: string, started: Started): Promise<string> {
  return until(async () => {
    if (started.child.exitCode !== null) throw new Error(`it did not start: ${started.said}`);
    return get(url).then(
      () => url,
      () => undefined,
    );
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  for (let i = 0; i < count; i += 1) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
