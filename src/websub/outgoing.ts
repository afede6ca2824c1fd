// One bounded request to a server that somebody else has named.
import { Resolver } from 'node:dns/promises';
import type * as NodeHttp from 'node:http';
import { request as requestHttps } from 'node:https';
import { createRequire } from 'node:module';
import type { LookupFunction } from 'node:net';
import { addressIn, isPublicAddress } from './callback-address.ts';

// Not imported: see output/server.ts.
const { request: requestHttp } = createRequire(import.meta.url)('node:http') as typeof NodeHttp;

/** The server is where requests do not go. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** How much of the response's body is wanted. bytes */
  readonly bodyMax: number;
}

export interface Received {
  readonly status: number;
  /** At most one byte more than was wanted, which says that there was more. */
  readonly body: Buffer;
}

export interface OutgoingOptions {
  /** Whether it may go to this machine and to private networks. */
  readonly allowPrivate: boolean;
  readonly userAgent: string;
  /** For all of it: name, connection, request, response. ms */
  readonly timeoutMs?: number;
  /** The addresses of a host. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const TIMEOUT_MS = 15_000;
/** For one of the tries to ask a name server. ms */
const RESOLVER_TIMEOUT_MS = 3_000;
const RESOLVER_TRIES = 2;
/** A name may have thousands; more are not tried. */
const ADDRESSES_MAX = 8;
/** Of 1xx, before the answer. */
const INTERIM_MAX = 8;
/** Answers have a few headers, and none of them is read. bytes */
const RESPONSE_HEADERS_MAX = 8_192;

export class Outgoing implements Disposable {
  readonly #options: OutgoingOptions;
  readonly #underWay = new Set<AbortController>();
  #ended = false;
  /**
   * Not the operating system's: that one keeps a thread of the pool for each name until its server
   * answers, and the daemon reads and compresses its files with the same few threads.
   */
  readonly #resolver = new Resolver({ timeout: RESOLVER_TIMEOUT_MS, tries: RESOLVER_TRIES });

  constructor(options: OutgoingOptions) {
    this.#options = options;
  }

  /** Ends what is under way. */
  [Symbol.dispose](): void {
    this.#ended = true;
    for (const each of this.#underWay) each.abort();
    this.#resolver.cancel();
  }

  /**
   * Redirects are not followed: they are the status that they are.
   *
   * @throws PrivateAddressError, and whatever else keeps an answer from coming in time
   */
  async send(request: OutgoingRequest): Promise<Received> {
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    // `AbortSignal.timeout` would keep each request in memory until its time is up, answered or not.
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new Error('timeout')), timeoutMs);
    this.#underWay.add(abort);
    if (this.#ended) abort.abort();
    try {
      return await this.#send(request, abort.signal);
    } catch (error) {
      throw abort.signal.aborted ? abort.signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(abort);
    }
  }

  async #send(
    { method, url, headers, body, bodyMax }: OutgoingRequest,
    signal: AbortSignal,
  ): Promise<Received> {
    signal.throwIfAborted();
    const addresses = await Promise.race([this.#addressesOf(url), abortOf(signal)]);
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method,
      // A connection of its own, which ends with it and no proxy's.
      agent: false,
      headers: {
        ...headers,
        'user-agent': this.#options.userAgent,
        ...(body && { 'content-length': body.length }),
      },
      maxHeaderSize: RESPONSE_HEADERS_MAX,
      // The very addresses that were checked: a name that has another one by now gains nothing.
      lookup: fixedLookup(addresses),
      signal,
    });
    try {
      return await receive(request, body, bodyMax);
    } finally {
      request.destroy();
    }
  }

  /** Of which none is private: a name that has public ones beside it is up to no good. */
  async #addressesOf(url: URL): Promise<readonly string[]> {
    const { allowPrivate, resolve = this.#resolve } = this.#options;
    const address = addressIn(url);
    const addresses = address === null ? await resolve(url.hostname) : [address];
    if (addresses.length === 0) throw new Error(`${url.hostname} has no address`);
    const hidden = addresses.find((each) => !isPublicAddress(each));
    if (hidden !== undefined && !allowPrivate) throw new PrivateAddressError(`${hidden} is not public`);
    return addresses.slice(0, ADDRESSES_MAX);
  }

  readonly #resolve = async (host: string): Promise<readonly string[]> => {
    // RFC 6761 §6.3: name servers are not asked.
    if (/(?:^|\.)localhost\.?$/i.test(host)) return ['127.0.0.1', '::1'];
    const [four, six] = await Promise.allSettled([
      this.#resolver.resolve4(host),
      this.#resolver.resolve6(host),
    ]);
    if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
    return [
      ...(four.status === 'fulfilled' ? four.value : []),
      ...(six.status === 'fulfilled' ? six.value : []),
    ];
  };
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** Not asked where the URL has an address in place of a name. */
function fixedLookup(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_host, { all }, callback) => {
    if (all === true) callback(null, found);
    else callback(null, found[0]!.address, found[0]!.family);
  };
}

/** Sends what there is to send and reads as much of the answer as is wanted. */
function receive(
  request: NodeHttp.ClientRequest,
  body: Buffer | undefined,
  bodyMax: number,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    // They cost whoever sends them nothing, and have no end.
    let interim = 0;
    request.on('information', () => {
      interim += 1;
      if (interim > INTERIM_MAX) request.destroy(new Error('too many interim responses'));
    });
    // Without a response and without an error: the server has changed the protocol.
    const closed = (): void => reject(new Error('the connection was closed'));
    request.on('close', closed);
    request.on('response', (response) => {
      // That may also be how a response ends.
      request.off('close', closed);
      response.on('close', closed);
      const status = response.statusCode!;
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = (): void => {
        resolve({ status, body: Buffer.concat(chunks).subarray(0, bodyMax + 1) });
      };
      if (bodyMax === 0) {
        response.on('error', () => {});
        finish();
        return;
      }
      response.on('error', reject);
      response.on('end', finish);
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > bodyMax) finish();
      });
    });
    request.end(body);
  });
}
