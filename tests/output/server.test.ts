// Real sockets in front of a snapshot.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Health } from '../../src/output/answers.ts';
import { ListenError } from '../../src/output/server.ts';
import { represent, type Snapshot } from '../../src/output/snapshot.ts';
import { LostError } from '../../src/output/store.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { Client, once, parts } from './client.ts';
import { BODY, listen, LOOPBACK, SERVED, SNAPSHOT } from './listening.ts';

describe('a request', () => {
  it('with GET is answered with the document, and with HEAD with its headers alone', async () => {
    const port = (await listen()).port!;
    const got = await once(port, 'GET /feed.atom HTTP/1.1', 'Host: a');
    expect(got).toMatchObject({ status: 'HTTP/1.1 200 OK', body: BODY });
    expect(got.headers['content-length']).toBe(String(Buffer.byteLength(BODY)));
    const head = await once(port, 'HEAD /feed.atom HTTP/1.1', 'Host: a');
    expect(head).toMatchObject({ status: 'HTTP/1.1 200 OK', body: '' });
    const { date: _then, ...expected } = got.headers;
    expect(head.headers).toMatchObject(expected);
  });

  it('is answered under the names of fields that people write, for some readers know no others', async () => {
    const client = await Client.connect((await listen()).port!);
    client.send('GET /feed.atom HTTP/1.1', 'Host: a', 'Connection: close');
    const names = [...(await client.all()).matchAll(/^([\w-]+): /gm)].map(([, name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['ETag', 'Last-Modified', 'Cache-Control', 'Content-Type', 'Vary', 'Link']),
    );
    expect(names.filter((name) => /(?:^|-)[a-z]/.test(name!))).toEqual([]);
  });

  it('that is answered with 304 or 404 has no body it does not announce', async () => {
    const port = (await listen()).port!;
    const unchanged = await once(port, 'GET /feed.atom HTTP/1.1', 'Host: a', 'If-None-Match: *');
    expect(unchanged).toMatchObject({ status: 'HTTP/1.1 304 Not Modified', body: '' });
    expect(unchanged.headers['etag']).toBe(SNAPSHOT.get('feed.atom')!.etag);
    const missing = await once(port, 'GET /none HTTP/1.1', 'Host: a');
    expect(missing.status).toBe('HTTP/1.1 404 Not Found');
    expect(missing.headers['content-length']).toBe(String(Buffer.byteLength(missing.body)));
    const head = await once(port, 'HEAD /none HTTP/1.1', 'Host: a');
    expect(head).toMatchObject({ status: 'HTTP/1.1 404 Not Found', body: '' });
    expect(head.headers['content-length']).toBe(missing.headers['content-length']);
  });

  it('is told the length of its own answer, not of the one before', async () => {
    const port = (await listen()).port!;
    for (const line of ['GET /none HTTP/1.1', 'POST /feed.atom HTTP/1.1']) {
      const { status, headers, body } = await once(port, line, 'Host: a', 'Content-Length: 0');
      expect([status, headers['content-length']]).toEqual([status, String(Buffer.byteLength(body))]);
      expect(body).toMatch(/\.\n$/);
    }
  });

  it.each([
    ['no HTTP at all', ['nonsense']],
    ['no host', ['GET / HTTP/1.1']],
    ['a header that is none', ['GET / HTTP/1.1', 'Host: a', 'no colon']],
    ['two lengths', ['GET / HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Content-Length: 2']],
  ])('with %s gets 400 and no harm is done', async (_, lines) => {
    const port = (await listen()).port!;
    const client = await Client.connect(port);
    client.send(...lines);
    expect(await client.all()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect((await once(port, 'GET /feed.atom HTTP/1.1', 'Host: a')).body).toBe(BODY);
  });

  it('for something outside of what is published gets 404', async () => {
    const port = (await listen()).port!;
    for (const target of ['/../server.test.ts', '/..%2fserver.test.ts', '//etc/passwd', '/etc/passwd']) {
      const { status } = await once(port, `GET ${target} HTTP/1.1`, 'Host: a');
      expect(status).toBe('HTTP/1.1 404 Not Found');
    }
  });

  it('can follow another on the same connection', async () => {
    const client = await Client.connect((await listen()).port!);
    for (const times of [1, 2, 3]) {
      client.send('GET /feed.atom HTTP/1.1', 'Host: a');
      await expect.poll(() => client.answer.split(BODY).length - 1).toBe(times);
    }
    expect(client.answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(client.answer).not.toMatch(/connection: close/i);
  });
});

describe('an answer', () => {
  it('that cannot be written is a 500 that is logged, and the next one is given', async () => {
    const errors: unknown[] = [];
    let health: Health = { status: 'ok' };
    const { port } = await listen(LOOPBACK, {
      served: () => ({ ...SERVED, baseUrl: 'https://\u0001.example' }),
      health: () => health,
      onError: (error) => void errors.push(error),
    });
    const client = await Client.connect(port!);
    client.send('GET /feed.atom HTTP/1.1', 'Host: x');
    await expect.poll(() => client.answer).toMatch(/^HTTP\/1.1 500 .*Something went wrong here/s);
    expect(client.answer).not.toMatch(/at |\.ts/);
    health = { status: 'ok', still: 'there' };
    client.send('GET /healthz HTTP/1.1', 'Host: x', 'Connection: close');
    expect(await client.all()).toContain('"still": "there"');
    expect(errors).toHaveLength(1);
  });

  it('that a client does not take is given up', async () => {
    const body = Buffer.alloc(16_000_000, 'x');
    const snapshot = new Map([['feed.atom', represent({ path: 'feed.atom', body }, 0)]]);
    const answered: number[] = [];
    const { port } = await listen(
      LOOPBACK,
      { served: () => ({ ...SERVED, snapshot }), onAnswered: ({ status }) => void answered.push(status) },
      { idleMs: 300 },
    );
    const client = await Client.connect(port!);
    client.socket.pause();
    client.send('GET /feed.atom HTTP/1.1', 'Host: x');
    await expect.poll(() => answered).toEqual([200]);
    // The server has given it up once what had been sent ends early, and nothing more comes.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    client.socket.resume();
    expect((await client.all()).length).toBeLessThan(body.length);
  });
});

describe('close()', () => {
  it('returns while a connection is kept alive, and frees the port', async () => {
    const server = await listen();
    const port = server.port!;
    const client = await Client.connect(port);
    client.send('GET /feed.atom HTTP/1.1', 'Host: a');
    await expect.poll(() => client.answer).toContain(BODY);
    await server.close();
    expect((await client.all()).split(BODY)).toHaveLength(2);
    expect((await listen({ host: '127.0.0.1', port })).port).toBe(port);
  });

  it('returns while a client has sent only half a request', async () => {
    const server = await listen();
    const client = await Client.connect(server.port!);
    client.socket.write('GET /feed.atom HT');
    const other = await Client.connect(server.port!);
    other.send('GET /feed.atom HTTP/1.1', 'Host: a');
    await expect.poll(() => other.answer).toContain(BODY);
    await server.close();
    expect(await client.all()).toBe('');
  });
});

describe('a client that has connected before close()', () => {
  it('is answered, and told that this was the last time', async () => {
    const server = await listen();
    const client = await Client.connect(server.port!);
    client.socket.write('GET /feed.atom HTTP/1.1\r\n');
    // The server has it when a connection made later is answered.
    await once(server.port!, 'GET /feed.atom HTTP/1.1', 'Host: a');
    const closed = server.close();
    client.send('Host: a');
    const { status, headers, body } = parts(await client.all());
    await closed;
    expect([status, headers['connection'], body]).toEqual(['HTTP/1.1 200 OK', 'close', BODY]);
  });

  it('is answered, too, if it had sent nothing yet, or is kept alive and asks again', async () => {
    const server = await listen();
    const kept = await Client.connect(server.port!);
    kept.send('GET /feed.atom HTTP/1.1', 'Host: a');
    await expect.poll(() => kept.answer).toContain(BODY);
    kept.answer = '';
    const fresh = await Client.connect(server.port!);
    // Whoever connects later is answered after the server has taken up whoever came before.
    await once(server.port!, 'GET /feed.atom HTTP/1.1', 'Host: a');
    const closed = server.close();
    for (const client of [kept, fresh]) {
      client.send('GET /feed.atom HTTP/1.1', 'Host: a');
      const { status, headers } = parts(await client.all());
      expect([status, headers['connection']]).toEqual(['HTTP/1.1 200 OK', 'close']);
    }
    await closed;
  });
});

describe('listening', () => {
  it('says which port it got, and none for a Unix socket', async () => {
    expect((await listen()).port).toBeGreaterThan(0);
    const socket = join(temporaryDirectory(), 'feed.sock');
    expect((await listen({ socket })).port).toBeNull();
  });

  it('where another listens already fails with the address and a remedy', async () => {
    const port = (await listen()).port!;
    await expect(listen({ host: '127.0.0.1', port })).rejects.toThrow(ListenError);
    await expect(listen({ host: '127.0.0.1', port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another process listens there`,
    );
    const socket = join(temporaryDirectory(), 'feed.sock');
    await listen({ socket });
    await expect(listen({ socket })).rejects.toThrow(`cannot listen on unix:${socket}: another process`);
  });

  it('at an address that this machine does not have fails with the address and the reason', async () => {
    await expect(listen({ host: '192.0.2.1', port: 0 })).rejects.toThrow(
      'cannot listen on 192.0.2.1:0: this machine does not have that address',
    );
  });
});

describe('a document whose file is not what was written into it', () => {
  const FIRST = represent({ path: 'feed.atom', body: Buffer.from('first') }, 0);
  const LOST = { ...FIRST, read: async () => Promise.reject(new LostError('lost')) };

  it('because a later version has replaced it is answered with that', async () => {
    const later = represent({ path: 'feed.atom', body: Buffer.from('later') }, 0);
    const snapshots = [LOST, later].map((each): Snapshot => new Map([['feed.atom', each]]));
    const { port } = await listen(LOOPBACK, { served: () => ({ ...SERVED, snapshot: snapshots.shift()! }) });
    const { status, body, headers } = await once(port!, 'GET /feed.atom HTTP/1.1', 'Host: a');
    expect({ status, body, etag: headers['etag'] }).toEqual({
      status: 'HTTP/1.1 200 OK',
      body: 'later',
      etag: later.etag,
    });
  });

  it('and of which there is no other is promised for later', async () => {
    const snapshot: Snapshot = new Map([['feed.atom', LOST]]);
    const { port } = await listen(LOOPBACK, { served: () => ({ ...SERVED, snapshot }) });
    const { status, headers } = await once(port!, 'GET /feed.atom HTTP/1.1', 'Host: a');
    expect({ status, retry: headers['retry-after'] }).toEqual({
      status: 'HTTP/1.1 503 Service Unavailable',
      retry: '5',
    });
  });
});
