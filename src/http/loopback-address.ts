import { isIPv4, isIPv6 } from 'node:net';

/**
 * Whether an IP address is this machine's own: 127.0.0.0/8, `::1`, or the former written as IPv6.
 *
 * Never throws; anything that is not an IP address is not loopback.
 */
export function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return address.startsWith('127.');
  if (!isIPv6(address)) return false;
  const text = address.toLowerCase();
  if (text === '::1' || text === '0:0:0:0:0:0:0:1') return true;
  const mapped = /^(?:::|0:0:0:0:0:)ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):[0-9a-f]{1,4})$/.exec(text);
  if (mapped === null) return false;
  return mapped[1] !== undefined
    ? mapped[1].startsWith('127.')
    : Number.parseInt(mapped[2] as string, 16) >>> 8 === 127;
}

/**
 * Whether a URL's hostname (IPv6 in brackets) is this machine by definition. Names below `.localhost` are not:
 * resolvers may send them elsewhere. Never throws.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
