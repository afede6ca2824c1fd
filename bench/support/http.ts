// A plain HTTP client: connections are kept, nothing is decoded.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const agent = new Agent({ keepAlive: true });

export function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

export interface Patience {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'HEAD';
  readonly everyMs?: number;
  readonly timeoutMs?: number;
  /** Whether there is somebody who may answer. */
  readonly alive?: () => boolean;
}

/** The first answer that `wanted` is true of; servers that do not answer yet are asked again. */
export async function askUntil(
  url: string,
  wanted: (answer: Answer) => boolean,
  { headers = {}, method = 'GET', everyMs = 1, timeoutMs = 60_000, alive = () => true }: Patience = {},
): Promise<Answer> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask(url, headers, method).catch(() => null);
    if (answer !== null && wanted(answer)) return answer;
    if (!alive()) throw new Error(`${url}: its server has ended`);
    if (performance.now() > end) throw new Error(`${url} does not answer as wanted within ${timeoutMs} ms`);
    if (everyMs > 0) await pause(everyMs);
  }
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
