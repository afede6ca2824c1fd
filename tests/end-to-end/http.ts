// A plain HTTP client: no redirects, no decoding, TCP and Unix sockets alike.
import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether it came over a connection that there was. */
  readonly reused: boolean;
}

/**
 * @param socket the path of a Unix socket, if it is not to be TCP
 * @param agent keeps connections; without one each request has its own
 */
export function get(
  url: string,
  { socket, headers = {}, agent }: { socket?: string; headers?: Record<string, string>; agent?: Agent } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { agent: agent ?? false, headers, ...(socket !== undefined && { socketPath: socket }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: Buffer.concat(chunks),
            reused: asked.reusedSocket,
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** The document at `url`, once there is one. */
export async function text(url: string): Promise<string> {
  const { status, body } = await get(url);
  if (status !== 200) throw new Error(`${url}: ${status} ${body.toString()}`);
  return body.toString();
}

export interface HealthReport {
  readonly status: string;
  readonly alarms: Readonly<Record<string, { readonly message: string; readonly since: string }>>;
  readonly articles: number;
  readonly seeds: { readonly known: number; readonly missing: number; readonly rejected: number };
  readonly lastPass: { readonly pass: string; readonly articles: number } | null;
}

export async function health(url: string, socket?: string): Promise<HealthReport> {
  const { body } = await get(`${url}/healthz`, socket === undefined ? {} : { socket });
  return JSON.parse(body.toString()) as HealthReport;
}
