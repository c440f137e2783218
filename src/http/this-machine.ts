// Without node:net, which takes as long to load as a short command should run.

/** 127.0.0.0/8, written as `isIPv4` of node:net takes it. */
const loopbackV4 = /^127(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const loopbackV6 = /^(::1|::ffff:7f[\da-f]{2}:[\da-f]{1,4})$/;

/** Whether an IP address, in any spelling, is loopback: 127.0.0.0/8, `::1`, or the former written as IPv6. */
export function isLoopbackAddress(address: string): boolean {
  return loopbackV4.test(address) || loopbackV6.test(shortV6(address));
}

/** Whether an IP address is `0.0.0.0` or `::`, in any spelling. As a destination it leads to this machine. */
export function isUnspecifiedAddress(address: string): boolean {
  return ['0.0.0.0', '::', '::ffff:0:0'].includes(address.includes(':') ? shortV6(address) : address);
}

/** An IPv6 address as the WHATWG parser spells it, without its zone; empty for anything else. */
function shortV6(address: string): string {
  const [, digits] = /^([\da-f:.]*:[\da-f:.]*)(%[\da-z.:-]+)?$/i.exec(address) ?? [];
  const url = `http://[${digits}]`;
  return digits !== undefined && URL.canParse(url) ? bareHost(new URL(url).hostname) : '';
}

/**
 * Whether a URL's hostname is loopback by definition: `localhost`, `[::1]`, 127.0.0.0/8. Only such a host may be sent
 * secrets in the clear, and only such a redirect URI can lead to our listener.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || loopbackV4.test(hostname);
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
