// nginx over the files that are published: the example configuration, with one worker, as the user that we are.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './http.ts';
import { PROJECT } from './measured.ts';
import { Server } from './server.ts';

export async function startNginx(program: string, work: string, root: string): Promise<Server> {
  mkdirSync(work, { recursive: true });
  const [files, proxy] = [await freePort(), await freePort()];
  const example = readFileSync(join(PROJECT, 'examples', 'nginx.conf'), 'utf8')
    .replace('root /srv/feeds;', `root ${root};`)
    .replace('127.0.0.1:8081', `127.0.0.1:${files}`)
    .replace('127.0.0.1:8082', `127.0.0.1:${proxy}`);
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${work}/${name};`,
  );
  writeFileSync(
    join(work, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${work}/pid; ${user} events {}
     http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; ${temporary.join(' ')}
     ${example} }`,
  );
  const args = ['-p', work, '-e', 'stderr', '-c', join(work, 'nginx.conf')];
  const server = new Server(program, args, files);
  await server.answers('/feed.atom', ({ status }) => status === 200);
  return server;
}
