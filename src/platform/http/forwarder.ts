import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Pool } from 'undici';
import { HttpFailure } from '../../http/failure.ts';
import { isLoopbackAddress } from '../../http/loopback-address.ts';
import type { CreateForwarder } from '../../ports/exchange.ts';
import { dispatch, type Target, targetOf } from './client.ts';

const defaultMaxConnections = 100;
const connectTimeoutMs = 5_000;
/**
 * Shorter than most servers' own (and longer than a second, below which undici sets a timer for every request): a
 * connection the handler closes in the moment we write on it loses a delivery that cannot be sent again without
 * asking whether the first one arrived.
 */
const keepAliveMs = 2_000;

/** Told to `dispatch` by the code of the error. */
const notLoopbackCode = 'REVENTO_NOT_LOOPBACK';

/**
 * Makes a forwarder out of undici's pools, one for each target. `Pool.dispatch` was chosen over `Pool.request` and
 * over node:http's agent because it costs the least of a delivery (bench/forward.mjs shows all three).
 *
 * Proxy variables are not looked at, redirects are not followed. Unless remote targets are allowed, the check
 * happens inside the connection's own name lookup, so a name cannot resolve to one address for the check and to
 * another for the connection.
 */
export const createForwarder: CreateForwarder = async ({
  isRemoteAllowed = false,
  isCertificateIgnored = false,
  maxConnections,
}) => {
  const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
  const pools = new Map<string, Pool>();
  const poolFor = (origin: string): Pool => {
    const found = pools.get(origin);
    if (found !== undefined) return found;
    const pool = new Pool(origin, {
      connections: maxConnections ?? defaultMaxConnections,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: connectTimeoutMs,
        rejectUnauthorized: !isCertificateIgnored,
        lookup: isRemoteAllowed ? lookupName : lookupLoopback,
      },
    });
    pools.set(origin, pool);
    return pool;
  };

  /** Parsing and checking a target once is enough: a listener has a few of them, and thousands of deliveries. */
  const targets = new Map<string, Target>();
  const resolveTarget = (text: string): Target => {
    const found = targets.get(text);
    if (found !== undefined) return found;
    const url = new URL(text);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // An address needs no lookup, so the guard in there would not see it.
    if (!isRemoteAllowed && isIP(host) !== 0 && !isLoopbackAddress(host)) {
      throw new HttpFailure('not_loopback', url.host, true);
    }
    const target = targetOf(url);
    targets.set(text, target);
    return target;
  };

  return {
    exchange: async (request) => {
      const target = resolveTarget(request.url);
      return dispatch(poolFor(target.origin), target, request);
    },
    close: async () => {
      // Whoever closes it gives up what is under way; the handler is not to blame for that.
      const ended = [...pools].map(([origin, pool]) =>
        pool.destroy(new HttpFailure('aborted', new URL(origin).host, false)),
      );
      await Promise.all(ended);
      pools.clear();
    },
  };
};

/**
 * Where `localhost` is, whatever the system says: many systems name one family only, and a handler may listen on the
 * other. Both are tried, in this order. Source: RFC 6761 section 6.3.
 */
const localhost: readonly [LookupAddress, LookupAddress] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** The lookup of a connection, failing unless every address it gives is this machine's own. */
export const lookupLoopback: LookupFunction = (hostname, options, callback) => {
  lookupName(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '', 0);
    const addresses = found as LookupAddress[];
    const first = addresses[0];
    if (first === undefined || !addresses.every(({ address }) => isLoopbackAddress(address))) {
      return callback(notLoopback(hostname, addresses), '', 0);
    }
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

/** The system's lookup, but for `localhost`. */
const lookupName: LookupFunction = (hostname, options, callback) => {
  if (hostname !== 'localhost') return lookup(hostname, options as LookupAllOptions, callback);
  process.nextTick(() => {
    if (options.all) callback(null, [...localhost]);
    else callback(null, localhost[0].address, localhost[0].family);
  });
};

function notLoopback(hostname: string, addresses: readonly LookupAddress[]): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(
    `${hostname} is ${addresses.map(({ address }) => address).join(', ')}`,
  );
  error.code = notLoopbackCode;
  return error;
}
