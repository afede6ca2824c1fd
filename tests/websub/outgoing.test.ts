// Requests to servers that a stranger has named.
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  Outgoing,
  type OutgoingOptions,
  PrivateAddressError,
  type Received,
} from '../../src/websub/outgoing.ts';
import { until } from '../support/process.ts';

/** A server that says `answer` to whatever comes, and goes on saying `more`; of `''` it only stays. */
class Raw {
  readonly #server: Server;
  readonly heard: string[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;

  static async listen(answer: string | null, more?: string): Promise<Raw> {
    const raw = new Raw(answer, more);
    await new Promise<void>((resolve) => raw.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      const closed = new Promise((resolve) => raw.#server.close(resolve));
      for (const socket of raw.sockets) socket.destroy();
      await closed;
    });
    return raw;
  }

  private constructor(answer: string | null, more: string | undefined) {
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        this.heard.push(chunk.toString());
        if (answer === null) return;
        socket.write(answer);
        if (more === undefined) return void socket.end();
        if (more === '') return;
        const goOn = (): void => {
          while (!socket.destroyed && socket.write(more));
          if (!socket.destroyed) socket.once('drain', goOn);
        };
        goOn();
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
}

function outgoing(options: Partial<OutgoingOptions> = {}): Outgoing {
  const made = new Outgoing({ allowPrivate: false, userAgent: 'feedmill/test', ...options });
  onTestFinished(() => made[Symbol.dispose]());
  return made;
}

function get(from: Outgoing, url: string, bodyMax = 10): Promise<Received> {
  return from.send({ method: 'GET', url: new URL(url), bodyMax });
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody';

describe('a request is not sent', () => {
  it.each(['127.0.0.1', '127.1', '2130706433', '[::ffff:127.0.0.1]', '0.0.0.0', 'localhost', 'a.LocalHost.'])(
    'to this machine as %s',
    async (host) => {
      const raw = await Raw.listen(OK);
      await expect(get(outgoing(), `http://${host}:${raw.port}/`)).rejects.toThrow(PrivateAddressError);
      expect(raw.connections).toBe(0);
    },
  );

  it.each([
    ['loopback', ['127.0.0.1']],
    ['IPv6 loopback', ['::1']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['a private network', ['10.1.2.3']],
    ['a private IPv6 network', ['fc00::1']],
    ['a link-local address with its zone', ['fe80::1%lo']],
    ['nowhere', ['0.0.0.0']],
    ['loopback mapped to IPv6', ['::ffff:127.0.0.1']],
    ['a private address behind a public one', ['8.8.8.8', '127.0.0.1']],
    ['something that is no address', ['loopback']],
  ])('to a name that leads to %s', async (_, addresses) => {
    const raw = await Raw.listen(OK);
    const from = outgoing({ resolve: () => Promise.resolve(addresses) });
    await expect(get(from, `http://reader.example:${raw.port}/`)).rejects.toThrow(PrivateAddressError);
    expect(raw.connections).toBe(0);
  });

  it('to a name without an address, or one that nobody knows', async () => {
    const none = outgoing({ resolve: () => Promise.resolve([]) });
    await expect(get(none, 'http://reader.example/')).rejects.toThrow('no address');
    const unknown = outgoing({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    await expect(get(unknown, 'http://reader.example/')).rejects.toThrow('ENOTFOUND');
  });
});

describe('a request', () => {
  it('goes to the address that was checked, whatever the name leads to by then', async () => {
    const raw = await Raw.listen(OK);
    const answers = [['127.0.0.1'], ['192.0.2.1']];
    let asked = 0;
    const resolve = (): Promise<string[]> => Promise.resolve(answers[asked++]!);
    const from = outgoing({ allowPrivate: true, resolve });
    expect(await get(from, `http://reader.example:${raw.port}/a?b`)).toEqual({
      status: 200,
      body: Buffer.from('body'),
    });
    expect(asked).toBe(1);
    expect(raw.heard.join('')).toMatch(/^GET \/a\?b HTTP\/1\.1\r\n/);
    expect(raw.heard.join('')).toContain(`Host: reader.example:${raw.port}\r\n`);
    expect(raw.heard.join('')).toContain('user-agent: feedmill/test\r\n');
  });

  it('may go to this machine if that is allowed', async () => {
    const raw = await Raw.listen(OK);
    const from = outgoing({ allowPrivate: true });
    expect((await get(from, `http://127.0.0.1:${raw.port}/`)).status).toBe(200);
    expect((await get(from, `http://localhost:${raw.port}/`)).status).toBe(200);
  });

  it('is not led elsewhere', async () => {
    const other = await Raw.listen(OK);
    const location = `http://127.0.0.1:${other.port}/`;
    const raw = await Raw.listen(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
    const { status } = await get(outgoing({ allowPrivate: true }), `http://127.0.0.1:${raw.port}/`);
    expect([status, other.connections]).toEqual([302, 0]);
  });

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n'],
    ['the end of the connection', 'HTTP/1.0 200 OK\r\n\r\nbody'],
  ])('may be answered with %s', async (_, answer) => {
    const raw = await Raw.listen(answer);
    const { body } = await get(outgoing({ allowPrivate: true }), `http://127.0.0.1:${raw.port}/`);
    expect(body.toString()).toBe('body');
  });

  it('leaves no connection behind', async () => {
    const raw = await Raw.listen('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n', '');
    const from = outgoing({ allowPrivate: true });
    const posted = { method: 'POST', url: new URL(`http://127.0.0.1:${raw.port}/`), bodyMax: 0 } as const;
    expect((await from.send({ ...posted, body: Buffer.from('x') })).status).toBe(200);
    await until(() => raw.sockets.size === 0 || undefined);
  });
});

describe('a server does no harm', () => {
  it('that never ends its answer', async () => {
    const raw = await Raw.listen('HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(65_536));
    const { body } = await get(outgoing({ allowPrivate: true }), `http://127.0.0.1:${raw.port}/`);
    expect(body).toHaveLength(11);
    await until(() => raw.sockets.size === 0 || undefined);
  });

  it.each([
    ['that never ends its headers', 'HTTP/1.1 200 OK\r\n', 'X-More: x\r\n'.repeat(1_000), 'Header overflow'],
    [
      'that changes the protocol',
      'HTTP/1.1 101 Over\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      undefined,
      'the connection was closed',
    ],
    ['that does not speak HTTP', 'SSH-2.0-OpenSSH\r\n', undefined, 'Parse Error'],
    ['that breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody', undefined, 'aborted'],
  ])('%s', async (_, answer, more, why) => {
    const raw = await Raw.listen(answer, more);
    await expect(get(outgoing({ allowPrivate: true }), `http://127.0.0.1:${raw.port}/`)).rejects.toThrow(why);
    await until(() => raw.sockets.size === 0 || undefined);
  });

  it.each([
    ['that is silent', null],
    ['that only promises', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ])('%s: its time is up', async (_, answer) => {
    const raw = await Raw.listen(answer, '');
    const from = outgoing({ allowPrivate: true, timeoutMs: 300 });
    await expect(get(from, `http://127.0.0.1:${raw.port}/`)).rejects.toThrow('timeout');
    await until(() => raw.sockets.size === 0 || undefined);
  });

  it('whose name server is silent: its time is up', async () => {
    const from = outgoing({ timeoutMs: 50, resolve: () => new Promise(() => {}) });
    await expect(get(from, 'http://reader.example/')).rejects.toThrow('timeout');
  });
});

it('what is under way ends with whoever stops, and nothing is begun after that', async () => {
  const raw = await Raw.listen(null);
  const from = outgoing({ allowPrivate: true });
  const asked = get(from, `http://127.0.0.1:${raw.port}/`).then(
    () => 'answered',
    (error: Error) => error.name,
  );
  await until(() => raw.heard.length > 0 || undefined);
  from[Symbol.dispose]();
  expect(await asked).toBe('AbortError');
  await expect(get(from, `http://127.0.0.1:${raw.port}/`)).rejects.toThrow('aborted');
  expect(raw.connections).toBe(1);
});
