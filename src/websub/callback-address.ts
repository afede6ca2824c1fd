// Where callbacks may lie: which addresses are public, and whose a host is.
import ipaddr from 'ipaddr.js';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import type * as Tldts from 'tldts';

const require = createRequire(import.meta.url);

/** RFC 6052 §2.1: an IPv4 address as a network without IPv4 reaches it. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
/** All that has been given out for use between networks (RFC 4291 §2.4, IANA's registry). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether anybody may be sent to an address: not loopback, private, link-local, shared, multicast,
 * reserved or a way to one of those in disguise.
 *
 * @param address as the resolver or a URL without its brackets gives it; anything else is not public
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = unwrapped(ipaddr.parse(address));
  if (parsed.range() !== 'unicast') return false;
  // What the registry has not given out comes as unicast too, `::127.0.0.1` among it.
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST);
}

/** The IPv4 address in an IPv6 one that stands for it. */
function unwrapped(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (!address.match(NAT64)) return address;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

/** The address that a URL names by number, in whichever way it was written; `null` for a name. */
export function addressIn({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}

/**
 * What one operator's callbacks have in common: the registrable domain, with platforms that give names below
 * theirs to anybody taken for one operator each name; the IPv4 address; the network of the IPv6 one.
 */
export function operatorOf(url: URL): string {
  const address = addressIn(url);
  if (address === null) {
    // See src/mill/outlet.ts.
    const { getDomain } = require('tldts') as typeof Tldts;
    return getDomain(url.hostname, { allowPrivateDomains: true }) ?? url.hostname;
  }
  const parsed = unwrapped(ipaddr.parse(address));
  // A subscriber of an ordinary line has a /64 to choose addresses from (RFC 6177).
  return parsed instanceof ipaddr.IPv6
    ? `${Buffer.from(parsed.toByteArray().slice(0, 8)).toString('hex')}/64`
    : parsed.toString();
}
