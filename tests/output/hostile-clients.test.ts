// Clients that mean harm, or speak something else. After each of them somebody else is served.
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Response } from '../../src/output/answers.ts';
import type { FeedServer } from '../../src/output/server.ts';
import { represent } from '../../src/output/snapshot.ts';
import { Client, once, parts } from './client.ts';
import { BODY, listen, LOOPBACK, SERVED } from './listening.ts';

/** Of the limits that a test is not about, none is reached. */
const FAR = { checkMs: 50, requestMs: 60_000 };
const GET = ['GET /feed.atom HTTP/1.1', 'Host: a'] as const;

let server: FeedServer;
const port = (): number => server.port!;
beforeEach(async () => {
  server = await listen();
});
afterEach(async () => {
  if ((await once(port(), ...GET)).body !== BODY) throw new Error('nobody else is served any more');
});

/** What comes back for these bytes, once the server has closed the connection. */
async function answerTo(bytes: string | Buffer): Promise<string> {
  const client = await Client.connect(port());
  client.socket.write(bytes);
  return client.all();
}

/** Sends a byte now and then for as long as the server listens to it. */
async function drip(start: string): Promise<string> {
  const client = await Client.connect(port());
  client.socket.write(start);
  const timer = setInterval(() => client.socket.write('x'), 20);
  try {
    return await client.all();
  } finally {
    clearInterval(timer);
  }
}

describe('a client is cut off', () => {
  beforeEach(async () => {
    server = await listen(LOOPBACK, {}, { ...FAR, headMs: 300 });
  });

  it.each([
    ['the line of its request', 'GET /'],
    ['the fields of its request', 'GET /feed.atom HTTP/1.1\r\nHost: a\r\nx-slow: '],
  ])('that sends %s byte by byte', async (_, start) => {
    expect(await drip(start)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  });

  it('that sends the body of its request byte by byte', async () => {
    const handler = async (request: IncomingMessage): Promise<Response> => {
      for await (const _ of request);
      return { status: 204, headers: {}, body: '' };
    };
    const state = {
      handler: (path: string | null) => (path === 'takes' ? handler : null),
      onError: () => {},
    };
    server = await listen(LOOPBACK, state, { ...FAR, headMs: 300, requestMs: 600 });
    const start = 'POST /takes HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n';
    expect(await drip(start)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  });

  it('that connects and sends nothing', async () => {
    const client = await Client.connect(port());
    expect(await client.all()).not.toMatch(/^HTTP\/1\.1 2/);
  });

  it('that begins another request behind a whole one, and does not end it', async () => {
    const answers = await drip('GET /feed.atom HTTP/1.1\r\nHost: a\r\n\r\nGET /');
    expect(answers.match(/^HTTP\/1\.1 2\d\d/gm)).toEqual(['HTTP/1.1 200']);
  });
});

describe('a request', () => {
  it.each([
    ['an address', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a field', `GET / HTTP/1.1\r\nHost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['fields', `GET / HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(5_000)}\r\n`],
  ])('with %s of more than 16 KiB is refused', async (_, bytes) => {
    expect(await answerTo(bytes)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('with an address of 8,000 bytes is answered (RFC 9110 §4.1)', async () => {
    const { status } = await once(port(), `GET /${'x'.repeat(8_000)} HTTP/1.1`, 'Host: a');
    expect(status).toBe('HTTP/1.1 404 Not Found');
  });

  it.each([
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex')],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a method that is none', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a NUL byte', 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a field folded over a NUL byte', 'GET / HTTP/1.1\r\nHost: a\r\nx: \0\r\n\r\n'],
    [
      'two accounts of its length',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
    ],
    ['a chunk of no length', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n'],
  ])('that is %s gets no more than an error, which says nothing of what is inside', async (_, bytes) => {
    const answer = await answerTo(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(/\.ts\b|node:|node_modules|Error:/);
  });

  it('to be a tunnel is not answered', async () => {
    expect(await answerTo('CONNECT db.example:5432 HTTP/1.1\r\nHost: db.example:5432\r\n\r\n')).toBe('');
  });

  it('to speak another protocol is answered in this one', async () => {
    const wishes = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const client = await Client.connect(port());
    client.send(...GET, ...wishes);
    await expect.poll(() => client.answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*<feed>/s);
  });

  it('in the form that proxies are asked in means the path in it', async () => {
    const { body } = await once(port(), 'GET http://other.example:1/feed.atom?x HTTP/1.1', 'Host: a');
    expect(body).toBe(BODY);
    const { status } = await once(port(), 'GET ftp://a/feed.atom HTTP/1.1', 'Host: a');
    expect(status).toBe('HTTP/1.1 400 Bad Request');
  });

  it('for the options of the whole server is refused', async () => {
    expect((await once(port(), 'OPTIONS * HTTP/1.1', 'Host: a')).status).toBe('HTTP/1.1 400 Bad Request');
  });

  it('of HTTP/1.0 is answered, and the connection closed', async () => {
    expect(parts(await answerTo('GET /feed.atom HTTP/1.0\r\n\r\n'))).toMatchObject({
      status: 'HTTP/1.1 200 OK',
      body: BODY,
    });
  });

  it('that expects what nobody knows is answered all the same (RFC 9110 §10.1.1)', async () => {
    const { status, headers } = await once(port(), ...GET, 'Expect: wonders');
    expect(status).toBe('HTTP/1.1 200 OK');
    expect(headers).toHaveProperty('x-content-type-options', 'nosniff');
  });

  it.each([
    ['of a stated length', 'GET', 'Content-Length: 1000000000'],
    ['in chunks', 'GET', 'Transfer-Encoding: chunked'],
    ['after a permission to go on', 'POST', 'Content-Length: 1000000000\r\nExpect: 100-continue'],
  ])('with a body %s is answered, and the body not waited for', async (_, method, field) => {
    const client = await Client.connect(port());
    client.send(`${method} /feed.atom HTTP/1.1`, 'Host: a', field);
    const answer = (await client.all()).replace('HTTP/1.1 100 Continue\r\n\r\n', '');
    expect(parts(answer)).toMatchObject({
      status: method === 'GET' ? 'HTTP/1.1 200 OK' : 'HTTP/1.1 405 Method Not Allowed',
      headers: { connection: 'close' },
    });
  });

  it('with a body that is there already is answered, and another one on the same connection', async () => {
    const client = await Client.connect(port());
    client.send(...GET, 'Content-Length: 0');
    await expect.poll(() => client.answer).toContain(BODY);
    client.send(...GET);
    await expect.poll(() => client.answer.split(BODY)).toHaveLength(3);
  });
});

describe('a connection', () => {
  it('beyond as many as are allowed is closed, and others are taken when those end', async () => {
    server = await listen(LOOPBACK, {}, { connections: 3 });
    const held = await Promise.all([1, 2, 3].map(async () => Client.connect(port())));
    for (const client of held) client.send(...GET);
    await expect.poll(() => held.every(({ answer }) => answer.includes(BODY))).toBe(true);
    const fourth = await Client.connect(port());
    fourth.send(...GET);
    expect(await fourth.all()).toBe('');
    for (const { socket } of held) socket.destroy();
    await expect.poll(async () => (await once(port(), ...GET)).body).toBe(BODY);
  });

  it('on which more requests wait for answers than are allowed is closed, and no more are begun', async () => {
    let begun = 0;
    const answers = Promise.withResolvers<void>();
    const made = async (): Promise<Response> => {
      begun += 1;
      await answers.promise;
      return { status: 204, headers: {}, body: '' };
    };
    server = await listen(
      LOOPBACK,
      { handler: (path) => (path === 'slow' ? made : null) },
      { waitingRequests: 4 },
    );
    const slow = 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n';
    const patient = await Client.connect(port());
    patient.socket.write(slow.repeat(4));
    await expect.poll(() => begun).toBe(4);
    expect(await answerTo(slow.repeat(1_000))).toBe('');
    expect(begun).toBe(4 + 5);
    answers.resolve();
    await expect.poll(() => patient.answer.match(/^HTTP\/1\.1 204/gm)).toHaveLength(4);
    patient.socket.write(slow.repeat(4));
    await expect.poll(() => patient.answer.match(/^HTTP\/1\.1 204/gm)).toHaveLength(8);
  });

  it('on which requests come and answers are not taken holds a few answers, not all', async () => {
    const body = Buffer.alloc(100_000, 'x');
    const snapshot = new Map([['feed.atom', represent({ path: 'feed.atom', body }, 0)]]);
    let answered = 0;
    const other = await listen(LOOPBACK, {
      served: () => ({ ...SERVED, snapshot }),
      onAnswered: () => void (answered += 1),
    });
    const client = await Client.connect(other.port!);
    client.socket.pause();
    for (let i = 0; i < 100; i += 1) {
      client.socket.write('GET /feed.atom HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(100));
    }
    await expect.poll(() => answered).toBeGreaterThan(0);
    // What the kernel and the reader of one piece take in: far from the 10,000 that were asked for.
    for (let look = 0; look < 20; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      expect(answered).toBeLessThan(3_000);
    }
  });
});
