import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isLocalhostName, isLoopbackAddress, isUnspecifiedAddress } from '../../http/this-machine.ts';
import { notLoopbackCode } from './undici-failure.ts';

/**
 * The addresses of `localhost`, regardless of the system's configuration: many systems name one family only, and a
 * handler may listen on the
 * other. Both are tried, in this order. Source: RFC 6761 section 6.3.
 */
const localhost: readonly [LookupAddress, LookupAddress] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Time limit for resolving a name only to check whether it is this machine: /etc/hosts answers at once. */
const patienceMs = 2_000;

/** The system's lookup, but for `localhost` and the names below it, which never leave this machine. */
export const lookupName: LookupFunction = (hostname, options, callback) => {
  if (!isLocalhostName(hostname)) return lookup(hostname, options as LookupAllOptions, callback);
  process.nextTick(() => {
    if (options.all) callback(null, [...localhost]);
    else callback(null, localhost[0].address, localhost[0].family);
  });
};

/** The lookup of a connection, failing unless every address it gives is this machine's own. */
export const lookupLoopback: LookupFunction = (hostname, options, callback) => {
  lookupName(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '', 0);
    const addresses = found as LookupAddress[];
    const first = addresses[0];
    if (first === undefined || !areOwn(addresses)) return callback(notLoopback(hostname, addresses), '', 0);
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

/** Whether a name resolves to addresses of this machine and to no others. False when that is not known in time. */
export function resolvesToThisMachine(hostname: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patienceMs);
    lookupName(hostname, { all: true }, (error, found) => {
      clearTimeout(timer);
      resolve(error === null && areOwn(found as LookupAddress[]));
    });
  });
}

function areOwn(addresses: readonly LookupAddress[]): boolean {
  return (
    addresses.length > 0 &&
    addresses.every(({ address }) => isLoopbackAddress(address) || isUnspecifiedAddress(address))
  );
}

function notLoopback(hostname: string, addresses: readonly LookupAddress[]): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(
    `${hostname} is ${addresses.map(({ address }) => address).join(', ')}`,
  );
  error.code = notLoopbackCode;
  return error;
}
