import { BlockList, isIP, isIPv4 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Addresses to listen on. As a destination they lead to this machine. */
const unspecified = new BlockList();
unspecified.addAddress('0.0.0.0', 'ipv4');
unspecified.addAddress('::', 'ipv6');

/** Whether an IP address, in any spelling, is loopback: 127.0.0.0/8, `::1`, or the former written as IPv6. */
export function isLoopbackAddress(address: string): boolean {
  return isIn(loopback, address);
}

/** Whether an IP address is `0.0.0.0` or `::`, in any spelling. */
export function isUnspecifiedAddress(address: string): boolean {
  return isIn(unspecified, address);
}

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address);
  // The list also matches IPv4 addresses that are written as IPv6.
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Whether a URL's hostname is loopback by definition: `localhost`, `[::1]`, 127.0.0.0/8. Only such a host may be sent
 * secrets in the clear, and only such a redirect URI can lead to our listener.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && isLoopbackAddress(hostname));
}

/** Whether a hostname is `localhost` or a name below it, which never leave this machine. Source: RFC 6761 section 6.3. */
export function isLocalhostName(hostname: string): boolean {
  return /(^|\.)localhost\.?$/i.test(hostname);
}

/**
 * Whether a request to a host stays on this machine, judging by its name: loopback and unspecified addresses in every
 * spelling, `localhost` and the names below it. The one rule for what is reached without a proxy and counts as a local
 * handler; a name that only resolves to loopback is for the connection to find out.
 *
 * @param hostname  of a URL, IPv6 with or without its brackets
 */
export function isThisMachine(hostname: string): boolean {
  const host = bareHost(hostname);
  return isLocalhostName(host) || isLoopbackAddress(host) || isUnspecifiedAddress(host);
}

/** A hostname without the brackets of IPv6 and the dot at its end. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
