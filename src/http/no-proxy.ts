import { BlockList, isIP, isIPv6 } from 'node:net';
import { bareHost } from './this-machine.ts';
import { parseUrl } from './web-address.ts';

/**
 * Whether NO_PROXY names a host: `*`, the host, a domain above it, an IP address in any spelling, each with an
 * optional port; or a range of addresses such as `10.0.0.0/8`.
 */
export function isExcepted({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const host = bareHost(hostname).toLowerCase();
  const usedPort = port || (protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[,\s]+/).some((entry) => {
    if (entry === '*') return true;
    if (entry.includes('/')) return isInRange(host, entry);
    const { name, itsPort } = split(entry);
    if (name === '' || (itsPort !== null && itsPort !== usedPort)) return false;
    if (isIP(name) !== 0) return isSameAddress(host, name);
    return host === name || host.endsWith(`.${name}`);
  });
}

/** An entry without its port, its brackets, and the `.` or `*.` that some put before a domain. */
function split(entry: string): { readonly name: string; readonly itsPort: string | null } {
  // Without brackets, the colons of an IPv6 address begin no port.
  const [, host = entry, itsPort = null] = isIPv6(entry) ? [] : (/^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []);
  return { name: bareHost(host.replace(/^\*?\./, '')).toLowerCase(), itsPort };
}

/** Entries that look like a range of addresses but are not one: they match nothing. */
export function brokenRanges(noProxy: string): readonly string[] {
  return noProxy.split(/[,\s]+/).filter((entry) => entry.includes('/') && rangeOf(entry) === null);
}

function isInRange(host: string, entry: string): boolean {
  return isIP(host) !== 0 && (rangeOf(entry)?.check(host, family(host)) ?? false);
}

/** Source: RFC 4632 section 3.1, RFC 4291 section 2.3. */
function rangeOf(entry: string): BlockList | null {
  const [, network = '', bits = ''] = /^\[?([0-9a-f.:]+)\]?\/(\d{1,3})$/i.exec(entry) ?? [];
  const version = isIP(network);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return null;
  const range = new BlockList();
  range.addSubnet(network, Number(bits), family(network));
  return range;
}

function isSameAddress(host: string, name: string): boolean {
  return isIP(host) !== 0 && spelled(host) === spelled(name);
}

/** An address as a URL spells it, which is one spelling for each. */
function spelled(address: string): string {
  return parseUrl(`http://${isIPv6(address) ? `[${address}]` : address}/`)?.hostname ?? address;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
