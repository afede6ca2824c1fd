// Private feeds: who may read, and how a token is given.
import { describe, expect, it } from 'vitest';
import { Access } from '../../src/output/access.ts';
import { type Response } from '../../src/output/answers.ts';
import { respond } from '../../src/output/respond.ts';
import { represent } from '../../src/output/snapshot.ts';
import { servedOf } from './served.ts';

const ANNA = 'anna-0123456789abcdef';
const BERT = 'bert-0123456789abcdef';
const access = new Access([
  { name: 'anna', secret: ANNA },
  { name: 'bert', secret: BERT },
]);
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const snapshot = new Map([
  ['feed.atom', represent({ path: 'feed.atom', body: Buffer.from('<feed/>') }, 0)],
  ['outlets/voa.atom', represent({ path: 'outlets/voa.atom', body: Buffer.from('<feed/>') }, 0)],
  ['index.html', represent({ path: 'index.html', body: Buffer.from('<p>') }, 0)],
]);

function ask(target: string, authorization?: string, method = 'GET'): Response {
  const served = servedOf({ snapshot, access });
  const headers = authorization === undefined ? {} : { authorization };
  return respond({ method, target, headers }, served, () => ({ status: 'ok' }), 1000) as Response;
}

describe('private feeds', () => {
  it.each([
    ['a token in the address', `/token/${ANNA}/feed.atom`, undefined],
    ['another one', `/token/${BERT}/feed.atom`, undefined],
    ['an outlet below it', `/token/${ANNA}/outlets/voa.atom`, undefined],
    ['the page below it', `/token/${ANNA}/`, undefined],
    ['an address with a query', `/token/${ANNA}/feed.atom?x=1`, undefined],
    ['a password', '/feed.atom', basic('anna', ANNA)],
    ['a password of any user', '/feed.atom', basic('', BERT)],
    ['a scheme in lower case', '/feed.atom', basic('x', ANNA).replace('Basic', 'basic')],
  ])('are opened by %s', (_, target, authorization) => {
    expect(ask(target, authorization).status).toBe(200);
  });

  it.each([
    ['nothing', '/feed.atom', undefined],
    ['nothing, for the page', '/', undefined],
    ['nothing, for what is not there', '/nothing', undefined],
    ['another token', `/token/${ANNA}x/feed.atom`, undefined],
    ['the beginning of a token', `/token/${ANNA.slice(0, -1)}/feed.atom`, undefined],
    ['no token', '/token//feed.atom', undefined],
    ['a token without what to read', `/token/${ANNA}`, undefined],
    ['a token in a query', `/feed.atom?token=${ANNA}`, undefined],
    ['a wrong password', '/feed.atom', basic('anna', 'anna')],
    ['an empty password', '/feed.atom', basic('anna', '')],
    ['a token as the user', '/feed.atom', basic(ANNA, '')],
    ['credentials without a colon', '/feed.atom', `Basic ${Buffer.from(ANNA).toString('base64')}`],
    ['another scheme', '/feed.atom', `Bearer ${ANNA}`],
    ['what is no base64', '/feed.atom', 'Basic !!!'],
  ])('stay closed to %s', (_, target, authorization) => {
    const { status, headers, body } = ask(target, authorization);
    expect(status).toBe(401);
    expect(headers).toMatchObject({
      'www-authenticate': 'Basic realm="feedmill", charset="UTF-8"',
      'cache-control': 'no-store',
    });
    expect(body.toString()).not.toContain('<');
  });

  it('stay closed whatever the method, and tell nothing of it', () => {
    for (const method of ['HEAD', 'POST', 'OPTIONS', 'DELETE'])
      expect(ask('/feed.atom', undefined, method).status).toBe(401);
    expect(ask('/feed.atom', basic('anna', ANNA), 'POST').status).toBe(405);
  });

  it('leave the state of the service open', () => {
    expect(ask('/healthz').status).toBe(200);
  });

  it('are kept by no shared cache, and told apart by who asks', () => {
    const { headers } = ask(`/token/${ANNA}/feed.atom`);
    expect(headers['cache-control']).toMatch(/^private, max-age=60,/);
    expect(headers.vary).toBe('Accept-Encoding, Sec-Fetch-Dest, Authorization');
  });

  it('are open to nobody where there is no token', () => {
    expect(new Access([]).admit('feed.atom', basic('', ''))).toBeNull();
    expect(new Access([]).admit('token//feed.atom', undefined)).toBeNull();
  });
});
