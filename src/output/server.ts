// HTTP: sockets in front of `respond`. `node:http` serving prepared buffers.
import { rmSync, statSync } from 'node:fs';
import type * as NodeHttp from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { connect, type ListenOptions, Server as NetServer, type Socket } from 'node:net';
import { asWritten } from './field-names.ts';
import { askAgain, BROKEN, type Health, type Response } from './answers.ts';
import { pathOf, respond, type Served } from './respond.ts';

// Not imported: that takes hold of each of its exports, WebSocket too, which loads all of `fetch`: 15 MB, and 40 ms.
const { createServer } = createRequire(import.meta.url)('node:http') as typeof NodeHttp;

export type ListenAddress =
  | { readonly socket: string }
  | { readonly host: string; readonly port: number }
  /** Of a socket that listens already. */
  | { readonly descriptor: number };

/** The address cannot be listened on; the message says which and why. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export interface ServedState {
  served(): Served;
  health(): Health;
  now(): number;
  /** An answer could not be made. */
  onError(error: unknown): void;
  onAnswered(answered: Answered): void;
  /** Who answers requests for a path that is no document's; `null` where nobody does. */
  handler?(path: string | null): RequestHandler | null;
}

export interface Answered {
  readonly status: number;
  /** Of the body. bytes */
  readonly sent: number;
  /** Of the document that was asked for, as it is. bytes */
  readonly whole: number;
}

export type RequestHandler = (request: IncomingMessage) => Promise<Response>;

/** What one client may cost the others. */
export const SERVER_LIMITS = {
  /** From the first byte of a connection or request to the end of its head: who sends a byte a second is cut off. */
  headMs: 10_000,
  /** To the end of its body. */
  requestMs: 20_000,
  /** How often those two are looked at. Node would every 30 s. */
  checkMs: 2_000,
  /** Between two requests. */
  keepAliveMs: 15_000,
  /** A client that takes nothing of what it asked for is cut off. */
  idleMs: 60_000,
  /** A request's line and fields: an address of 8 KiB (RFC 9110 §4.1) and as much again. bytes */
  headBytes: 16_384,
  /** Descriptors that clients take are not there for seeds. */
  connections: 2_000,
  /** On one of them, while answers to those before are being made: whoever sends more wants no answers. */
  waitingRequests: 32,
} as const;
export type ServerLimits = { readonly [limit in keyof typeof SERVER_LIMITS]: number };
/** While it closes: how long requests may be on their way, and how long answers. */
const CLOSE_IDLE_MS = 500;
const CLOSE_ALL_MS = 2_000;

export class FeedServer {
  readonly #server: Server;
  readonly #closing: AbortController;

  private constructor(server: Server, closing: AbortController) {
    this.#server = server;
    this.#closing = closing;
  }

  /** @throws ListenError */
  static async listen(
    address: ListenAddress,
    state: ServedState,
    limits: ServerLimits = SERVER_LIMITS,
  ): Promise<FeedServer> {
    const closing = new AbortController();
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      // Nobody is left waiting on a connection that is about to end (RFC 9112 §9.6).
      if (closing.signal.aborted) response.shouldKeepAlive = false;
      answer(request, response, state, limits.waitingRequests);
    };
    const server = createServer(
      {
        headersTimeout: limits.headMs,
        requestTimeout: limits.requestMs,
        connectionsCheckingInterval: limits.checkMs,
        keepAliveTimeout: limits.keepAliveMs,
        maxHeaderSize: limits.headBytes,
      },
      onRequest,
    );
    // An expectation that nobody knows may be left unmet (RFC 9110 §10.1.1).
    server.on('checkExpectation', onRequest);
    server.maxConnections = limits.connections;
    server.timeout = limits.idleMs;
    if ('socket' in address) await removeStaleSocket(address.socket);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        reject(new ListenError(`cannot listen on ${placeOf(address)}: ${reasonOf(cause)}`, { cause }));
      });
      server.listen(socketOf(address), resolve);
    });
    return new FeedServer(server, closing);
  }

  /** The TCP port; `null` on a Unix socket. */
  get port(): number | null {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  /** Where it listens, as it is configured: HOST:PORT, with the port that was taken, or unix:PATH. */
  get place(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') return `unix:${address}`;
    return address.family === 'IPv6'
      ? `[${address.address}]:${address.port}`
      : `${address.address}:${address.port}`;
  }

  /** Takes no more connections; resolves when those open have ended, which idle ones do after a moment. */
  async close(): Promise<void> {
    this.#closing.abort();
    // `http.Server`'s own close() ends idle connections at once, and for it idle is also one whose first request is
    // on its way: what a client sends to a socket that others listen on next would be lost.
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(this.#server, () => resolve());
    });
    const timers = [
      setTimeout(() => this.#server.closeIdleConnections(), CLOSE_IDLE_MS),
      setTimeout(() => this.#server.closeAllConnections(), CLOSE_ALL_MS),
    ];
    await closed;
    for (const timer of timers) clearTimeout(timer);
  }
}

/** How many answers are being made to requests on a connection. Node reads on meanwhile. */
const waitingOn = new WeakMap<Socket, number>();

/** Whatever becomes of one answer, the others are given. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: ServedState,
  waitingMax: number,
): void {
  const { method = '', url = '', headers, socket } = request;
  if (socket.destroyed) return;
  const fail = (error: unknown): void => {
    state.onError(error);
    if (response.headersSent) response.destroy();
    else send(BROKEN, request, response, state);
  };
  try {
    const handler = state.handler?.(pathOf(url)) ?? null;
    const ask = (): Response | Promise<Response> =>
      respond({ method, target: url, headers }, state.served(), () => state.health(), state.now());
    const answered = handler?.(request) ?? ask();
    if (answered instanceof Promise) {
      const waiting = waitingOn.get(socket) ?? 0;
      if (waiting >= waitingMax) socket.destroy();
      waitingOn.set(socket, waiting + 1);
      answered
        .catch(async (error) => askAgain(error, ask))
        .then((made) => send(made, request, response, state))
        .catch(fail)
        .finally(() => void waitingOn.set(socket, waitingOn.get(socket)! - 1));
    } else send(answered, request, response, state);
  } catch (error) {
    fail(error);
  }
}

function send(
  { status, headers, body, whole }: Response,
  request: IncomingMessage,
  response: ServerResponse,
  state: ServedState,
): void {
  const { method } = request;
  const more: string[] = [];
  // The rest would be read to its end, however long it is, before the next request (RFC 9112 §9.3).
  if (!request.complete && hasBody(request)) more.push('Connection', 'close');
  if (status !== 304 && headers['content-length'] === undefined) {
    more.push('Content-Length', String(Buffer.byteLength(body)));
  }
  response.writeHead(status, [...asWritten(headers), ...more]);
  response.end(method === 'HEAD' ? undefined : body);
  const sent = method === 'HEAD' ? 0 : Buffer.byteLength(body);
  state.onAnswered({ status, sent, whole: method === 'HEAD' ? 0 : (whole ?? sent) });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function socketOf(address: ListenAddress): ListenOptions | { fd: number } {
  if ('descriptor' in address) return { fd: address.descriptor };
  return 'socket' in address ? { path: address.socket } : address;
}

function placeOf(address: ListenAddress): string {
  if ('descriptor' in address) return `descriptor ${address.descriptor}`;
  return 'socket' in address ? `unix:${address.socket}` : `${address.host}:${address.port}`;
}

/** A socket that nobody listens on was left by a process that was killed. */
async function removeStaleSocket(path: string): Promise<void> {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => resolve(true));
    probe.once('error', () => resolve(false));
    probe.once('close', () => probe.destroy());
    probe.once('connect', () => probe.end());
  });
  if (!alive) rmSync(path);
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another process listens there; stop it, or choose another address with --listen';
    case 'EACCES':
      return 'not permitted; ports below 1024 need privileges';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address';
    default:
      return error.message;
  }
}
