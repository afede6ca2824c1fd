// Where callbacks may lie.
import { describe, expect, it } from 'vitest';
import { addressIn, isPublicAddress, operatorOf } from '../../src/websub/callback-address.ts';

const REFUSED: readonly (readonly [what: string, ...hosts: readonly string[]])[] = [
  ['loopback', '127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.255.255.254', '[::1]'],
  ['loopback in full-width digits', '１２７.０.０.１', '127。0。0。1', '①②⑦.0.0.1', '%31%32%37.0.0.1'],
  ['unspecified', '0.0.0.0', '0', '0x0', '0.1.2.3', '[::]'],
  [
    'private',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '0xa000001',
    '[fc00::1]',
    '[fd12::1]',
  ],
  ['link-local', '169.254.169.254', '0xA9FEA9FE', '[fe80::1]', '[febf::1]'],
  ['site-local', '[fec0::1]'],
  ['shared (RFC 6598)', '100.64.0.1', '100.127.255.255'],
  ['multicast and broadcast', '224.0.0.1', '239.255.255.255', '255.255.255.255', '[ff02::1]'],
  ['reserved', '240.0.0.1', '192.0.0.1', '198.18.0.1', '[100::1]', '[4000::1]', '[5f00::1]'],
  ['of documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '[2001:db8::1]', '[3fff::1]'],
  [
    'IPv4 in IPv6',
    '[::ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::a00:1]',
  ],
  ['IPv4 behind NAT64', '[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::10.0.0.1]'],
  ['IPv4 in a tunnel', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[2002:808:808::1]', '[::ffff:0:127.0.0.1]'],
];

describe('an address is not public if it is', () => {
  const cases = REFUSED.flatMap(([what, ...hosts]) => hosts.map((host) => [what, host] as const));
  it.each(cases)('%s: %s', (_, host) => {
    const address = addressIn(new URL(`http://${host}/`));
    expect(address).not.toBeNull();
    expect(isPublicAddress(address!)).toBe(false);
  });

  it.each(['', 'localhost', 'fe80::1%eth0', '::1%1', '127.1', '0x7f.1', '8.8.8.8:80', '[2600::1]'])(
    'none at all: "%s"',
    (text) => {
      expect(isPublicAddress(text)).toBe(false);
    },
  );
});

it.each([
  '8.8.8.8',
  '100.63.255.255',
  '172.32.0.1',
  '[2606:4700::1111]',
  '[::ffff:8.8.8.8]',
  '[64:ff9b::8.8.8.8]',
])('an address is public if anybody can be there: %s', (host) => {
  expect(isPublicAddress(addressIn(new URL(`http://${host}/`))!)).toBe(true);
});

it('a name is no address', () => {
  expect(addressIn(new URL('http://localhost/'))).toBeNull();
  expect(addressIn(new URL('http://127.0.0.1.example/'))).toBeNull();
});

it.each([
  ['names below a registrable domain', 'a.reader.example', 'b.c.reader.example', true],
  ['names that a platform gives to anybody', 'one.github.io', 'two.github.io', false],
  ['two domains', 'reader.co.uk', 'other.co.uk', false],
  ['addresses of one IPv6 network', '[2606:4700:1:2::1]', '[2606:4700:1:2:ffff::2]', true],
  ['addresses of two', '[2606:4700:1:2::1]', '[2606:4700:1:3::1]', false],
  ['spellings of one IPv4 address', '8.8.8.8', '[::ffff:8.8.8.8]', true],
  ['two IPv4 addresses', '8.8.8.8', '8.8.8.9', false],
])('%s are one operator’s, or not: %s, %s', (_, one, other, same) => {
  const operators = [one, other].map((host) => operatorOf(new URL(`https://${host}:1234/x`)));
  expect(operators[0] === operators[1]).toBe(same);
});
