// The hub's address, as HTTP meets it.
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Publication, TOPIC } from './publication.ts';
import { get } from '../end-to-end/http.ts';

async function publication(hub = true): Promise<Publication> {
  const started = await Publication.start({ settings: { hub } });
  await started.publish('a1');
  return started;
}

const FORM = new URLSearchParams({
  'hub.mode': 'subscribe',
  'hub.topic': TOPIC,
  'hub.callback': 'http://127.0.0.1:1/',
}).toString();

describe('the hub', () => {
  it('takes a form, in whichever way its type is written', async () => {
    const hub = await publication();
    const { status, headers } = await hub.post(FORM, {
      'content-type': 'Application/X-WWW-Form-URLEncoded; charset=UTF-8',
    });
    expect([status, headers['cache-control'], headers['content-type']]).toEqual([
      202,
      'no-store',
      'text/plain; charset=utf-8',
    ]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('answers %s with what it takes', async (method) => {
    const hub = await publication();
    const { status, headers, body } = await hub.post('', {}, method);
    expect([status, headers['allow']]).toEqual([405, 'POST']);
    expect(body.toString()).toMatch(method === 'HEAD' ? /^$/ : /^This is a WebSub hub/);
  });

  it.each([
    ['JSON', { 'content-type': 'application/json' }],
    ['no type', { 'content-type': '' }],
    ['a form with files', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['a compressed form', { 'content-encoding': 'gzip' }],
  ])('refuses %s with 415', async (_, headers) => {
    const hub = await publication();
    expect((await hub.post(FORM, headers)).status).toBe(415);
  });

  it('refuses a form of more than 8,192 bytes with 413, however it comes', async () => {
    const hub = await publication();
    const fill = (size: number): string => `${FORM}&x=`.padEnd(size, 'x');
    expect((await hub.post(fill(8_192))).status).toBe(202);
    expect((await hub.post(fill(8_193))).status).toBe(413);
    expect((await hub.post(fill(500_000))).status).toBe(413);
    expect((await hub.post(fill(8_193), { 'transfer-encoding': 'chunked' })).status).toBe(413);
  });

  it('refuses what is no subscription with 400 and one line that says why', async () => {
    const hub = await publication();
    for (const body of ['', '<script>', '%00%ff=&&&===', '\u0000'.repeat(8_000), Buffer.alloc(8_000, 0xff)]) {
      const { status, body: answer } = await hub.post(body);
      expect([status, answer.toString()]).toEqual([400, 'hub.mode must be subscribe or unsubscribe.\n']);
    }
  });

  it('is not troubled by a client that goes away in the middle of its form', async () => {
    const hub = await publication();
    const socket = connect(hub.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write(
      'POST /hub HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n' +
        'Content-Type: application/x-www-form-urlencoded\r\n\r\nhub.mode=sub',
    );
    socket.destroySoon();
    await once(socket, 'close');
    expect((await hub.post(FORM)).status).toBe(202);
    expect(hub.logged.filter((line) => line.includes('"level":40'))).toEqual([]);
  });

  it('asks to come again where the ledger does not work, and says no more', async () => {
    const hub = await publication();
    await hub.ledger[Symbol.asyncDispose]();
    const { status, headers, body } = await hub.post(FORM);
    expect([status, headers['retry-after'], body.toString()]).toEqual([
      503,
      '10',
      'This does not work at the moment.\n',
    ]);
  });
});

it('where there is no hub there is nothing', async () => {
  const hub = await publication(false);
  expect((await get(`http://127.0.0.1:${hub.port}/hub`)).status).toBe(404);
  const { status, headers } = await hub.post(FORM);
  expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
});

it('where there is one, the feeds are served as before', async () => {
  const hub = await publication();
  expect((await get(`http://127.0.0.1:${hub.port}/feed.atom`)).status).toBe(200);
  expect((await get(`http://127.0.0.1:${hub.port}/hub/`)).status).toBe(404);
});
