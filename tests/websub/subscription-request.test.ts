// What is a subscription request, and what is not.
import { describe, expect, it } from 'vitest';
import { readSubscriptionRequest, type SubscriptionRequest } from '../../src/websub/subscription-request.ts';

const GOOD = {
  'hub.mode': 'subscribe',
  'hub.topic': 'https://feeds.example/feed.atom',
  'hub.callback': 'https://reader.example/a',
};
const DAY = 86_400;

function formOf(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ ...GOOD, ...parameters }).toString();
}

function accepted(form: string): SubscriptionRequest {
  const read = readSubscriptionRequest(form);
  if (read.kind === 'refused') throw new Error(read.why);
  return read.request;
}

describe('a request', () => {
  it('needs a mode, a topic and a callback', () => {
    expect(accepted(formOf({}))).toEqual({
      mode: 'subscribe',
      topic: GOOD['hub.topic'],
      callback: new URL(GOOD['hub.callback']),
      leaseSeconds: 10 * DAY,
      secret: null,
    });
    expect(accepted(formOf({ 'hub.mode': 'unsubscribe' })).mode).toBe('unsubscribe');
  });

  it('may have parameters that nobody knows', () => {
    expect(accepted(`${formOf({ 'hub.verify': 'async' })}&hub.foo=1&__proto__=2`).mode).toBe('subscribe');
  });

  it.each([
    ['1', 3_600],
    ['86400', DAY],
    ['9999999999', 30 * DAY],
    ['', 10 * DAY],
  ])('for %s seconds gets a lease of %d', (lease, seconds) => {
    expect(accepted(formOf({ 'hub.lease_seconds': lease })).leaseSeconds).toBe(seconds);
  });

  it('keeps its secret as it is, up to 199 bytes, and its callback’s own query', () => {
    const secret = `${'美'.repeat(66)}\n`;
    expect(accepted(formOf({ 'hub.secret': secret })).secret).toBe(secret);
    const callback = 'https://reader.example/a?x=%2F&x=2&hub.mode=mine';
    expect(accepted(formOf({ 'hub.callback': `${callback}#fragment` })).callback.href).toBe(callback);
  });
});

describe('a request is refused', () => {
  it.each([
    ['without anything', '', 'hub.mode'],
    ['that is no form', '\u0000{"hub.mode":"subscribe"}', 'hub.mode'],
    ['of another mode', formOf({ 'hub.mode': 'publish' }), 'hub.mode'],
    ['without a topic', formOf({ 'hub.topic': '' }), 'hub.topic'],
    ['without a callback', formOf({ 'hub.callback': '' }), 'hub.callback'],
    ['with a callback that is relative', formOf({ 'hub.callback': '/a' }), 'hub.callback'],
    ['with a callback that is not HTTP', formOf({ 'hub.callback': 'file:///etc/passwd' }), 'hub.callback'],
    ['with a callback of gopher', formOf({ 'hub.callback': 'gopher://reader.example/' }), 'hub.callback'],
    ['with a user', formOf({ 'hub.callback': 'https://user@reader.example/' }), 'hub.callback'],
    ['with a password', formOf({ 'hub.callback': 'https://:word@reader.example/' }), 'hub.callback'],
    [
      'with a long callback',
      formOf({ 'hub.callback': `https://reader.example/${'a'.repeat(2_048)}` }),
      'callback',
    ],
    [
      'with one long once escaped',
      formOf({ 'hub.callback': `https://reader.example/${'美'.repeat(600)}` }),
      'callb',
    ],
    ['with a lease that is no number', formOf({ 'hub.lease_seconds': '1e3' }), 'hub.lease_seconds'],
    ['with a lease below one', formOf({ 'hub.lease_seconds': '-1' }), 'hub.lease_seconds'],
    ['with a secret of 200 bytes', formOf({ 'hub.secret': 'a'.repeat(200) }), 'hub.secret'],
    ['with a secret that is not UTF-8', `${formOf({})}&hub.secret=%ff`, 'hub.secret'],
    ['with two callbacks', `${formOf({})}&hub.callback=https://other.example/`, 'hub.callback'],
    ['with two modes', `${formOf({})}&hub.mode=unsubscribe`, 'hub.mode'],
  ])('%s', (_, form, names) => {
    const read = readSubscriptionRequest(form);
    expect(read).toMatchObject({ kind: 'refused', why: expect.stringContaining(names) as string });
    // Nothing of what was sent comes back.
    expect(JSON.stringify(read).length).toBeLessThan(120);
  });
});

it('a callback cannot bring a line of its own', () => {
  const { callback } = accepted(formOf({ 'hub.callback': 'https://reader.example/a\r\nX-Evil: 1\r\n\r\n' }));
  expect(callback.href).toBe('https://reader.example/aX-Evil:%201');
});
