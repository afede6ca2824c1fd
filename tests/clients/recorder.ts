// A proxy on loopback that writes down what passes through it.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Exchange {
  readonly path: string;
  readonly asked: IncomingHttpHeaders;
  readonly status: number;
  readonly answered: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Recorder {
  /** Without a slash at the end. */
  readonly url: string;
  readonly exchanges: readonly Exchange[];
}

/** Passes requests on to `origin`, a URL without a slash at the end, until the test has finished. */
export async function record(origin: string): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const server = createServer((incoming, outgoing) => {
    const { url: path = '', method, headers: asked } = incoming;
    const passed = request(origin + path, { method, headers: asked, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: answered } = answer;
      const passOn = (body: Buffer): void => {
        exchanges.push({ path, asked, status, answered, body });
        // With the names of the fields as they were written: clients may look at their case.
        outgoing.writeHead(status, answer.rawHeaders).end(body);
      };
      buffer(answer).then(passOn, () => outgoing.destroy());
    });
    passed.on('error', () => outgoing.destroy());
    passed.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, exchanges };
}
