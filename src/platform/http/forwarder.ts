import { isIP } from 'node:net';
import type { Dispatcher, Pool } from 'undici';
import { HttpFailure } from '../../http/failure.ts';
import { noProxies, type ProxySettings, proxyFor } from '../../http/proxy.ts';
import { bareHost, isThisMachine } from '../../http/this-machine.ts';
import type { Forwarder, ForwarderOptions } from '../../ports/exchange.ts';
import { dispatch, dispatcherOptions, keepParserCheap, type Target, targetOf } from './dispatch.ts';
import { lookupLoopback, lookupName, resolvesToThisMachine } from './lookup.ts';
import { blameProxy, makeProxied } from './proxied.ts';

const defaultMaxConnections = 100;
const connectTimeoutMs = 5_000;
/**
 * Shorter than most servers' own (and longer than a second, below which undici sets a timer for every request): a
 * connection the handler closes in the moment we write on it loses a delivery that cannot be sent again without
 * asking whether the first one arrived.
 */
const keepAliveMs = 2_000;

/** A target, and how it is reached. */
interface Way {
  readonly target: Target;
  /** Null: directly. */
  readonly proxy: URL | null;
  readonly isOwn: boolean;
}

/**
 * Makes a forwarder out of undici's pools, one for each target. `Pool.dispatch` was chosen over `Pool.request` and
 * over node:http's agent because it costs the least of a delivery (bench/forward.mjs shows all three).
 *
 * This machine, names that resolve to it among it, is reached directly: a recorded delivery never goes to a proxy
 * on its way to a local handler. Redirects are not followed. Unless remote targets are allowed, the check happens
 * inside the connection's own name lookup, so a name cannot resolve to one address for the check and to another for
 * the connection.
 *
 * @param proxies  for targets on other machines
 */
export async function createForwarder(
  options: ForwarderOptions,
  proxies: ProxySettings = noProxies,
): Promise<Forwarder> {
  const { isRemoteAllowed = false, isEachAlone = false } = options;
  if (isEachAlone) keepParserCheap();
  const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
  const pools = new Map<string, Promise<Dispatcher>>();
  const make = async ({ target, proxy, isOwn }: Way): Promise<Dispatcher> =>
    proxy === null
      ? new Pool(target.origin, poolOptions(options, isOwn))
      : makeProxied({ ...dispatcherOptions, connect: { timeout: connectTimeoutMs }, uri: proxy.href });

  const keep = (way: Way): Promise<Dispatcher> => {
    const key = `${way.proxy?.href ?? ''} ${way.target.origin}`;
    const found = pools.get(key) ?? make(way);
    pools.set(key, found);
    return found;
  };

  /** Parsing and checking a target once is enough: a listener has a few of them, and thousands of deliveries. */
  const ways = new Map<string, Way>();
  const findWay = async (text: string): Promise<Way> => {
    const url = new URL(text);
    const { hostname, host } = url;
    const isIp = isIP(bareHost(hostname)) !== 0;
    // An address needs no lookup, so the guard in there would not see it.
    if (!isRemoteAllowed && isIp && !isThisMachine(hostname)) throw new HttpFailure('not_loopback', host, true);
    const asked = isRemoteAllowed ? proxyFor(url, proxies) : null;
    const isOwn = !isRemoteAllowed || (asked !== null && !isIp && (await resolvesToThisMachine(bareHost(hostname))));
    const way = { target: targetOf(url), proxy: isOwn ? null : asked, isOwn };
    ways.set(text, way);
    return way;
  };

  return {
    exchange: async (request) => {
      const way = ways.get(request.url) ?? (await findWay(request.url));
      const dispatcher = await (isEachAlone ? make(way) : keep(way));
      try {
        return await dispatch(dispatcher, way.target, request);
      } catch (error) {
        throw way.proxy === null ? error : blameProxy(error, way.proxy);
      } finally {
        if (isEachAlone) await dispatcher.destroy();
      }
    },
    close: async () => {
      // Closing gives up the running requests; the handler did nothing wrong.
      const ended = [...pools].map(async ([key, pool]) => {
        const origin = key.slice(key.indexOf(' ') + 1);
        await (await pool).destroy(new HttpFailure('aborted', new URL(origin).host, false));
      });
      await Promise.all(ended);
      pools.clear();
    },
  };
}

function poolOptions({ isCertificateIgnored, maxConnections }: ForwarderOptions, isOwn: boolean): Pool.Options {
  return {
    ...dispatcherOptions,
    connections: maxConnections ?? defaultMaxConnections,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    connect: {
      timeout: connectTimeoutMs,
      rejectUnauthorized: isCertificateIgnored !== true,
      lookup: isOwn ? lookupLoopback : lookupName,
    },
  };
}
