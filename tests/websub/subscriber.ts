// A subscriber: a real server on loopback that confirms what it is asked and takes what it is sent.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Delivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class Subscriber {
  readonly #server = createServer();
  /** The queries it was asked with, in order. */
  readonly verifications: URLSearchParams[] = [];
  /** Whatever was posted to it, in order. */
  readonly deliveries: Delivery[] = [];
  /** The most deliveries that have been under way at once. */
  most = 0;
  #underWay = 0;
  /** Answers a verification. */
  confirm = (query: URLSearchParams, response: ServerResponse): void => {
    response.end(query.get('hub.challenge'));
  };
  /** Answers a delivery. */
  take = (response: ServerResponse): void => void response.writeHead(204).end();

  static async listen(): Promise<Subscriber> {
    const subscriber = new Subscriber();
    const server = subscriber.#server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    });
    return subscriber;
  }

  private constructor() {
    this.#server.on('request', (request, response) => {
      const { searchParams, pathname } = new URL(request.url!, 'http://subscriber.example');
      if (request.method === 'GET') {
        this.verifications.push(searchParams);
        return this.confirm(searchParams, response);
      }
      this.#underWay += 1;
      this.most = Math.max(this.most, this.#underWay);
      response.on('close', () => (this.#underWay -= 1));
      const chunks: Buffer[] = [];
      request.on('error', () => {});
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.deliveries.push({ path: pathname, headers: request.headers, body: Buffer.concat(chunks) });
        this.take(response);
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** An address of it, with a query of its own. */
  callback(path = 'callback?own=1'): string {
    return `http://127.0.0.1:${this.port}/${path}`;
  }

  /** What it was sent, in order. */
  get bodies(): string[] {
    return this.deliveries.map(({ body }) => body.toString());
  }
}
