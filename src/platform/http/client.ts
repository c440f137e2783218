import type { Dispatcher } from 'undici';
import { noProxies, type ProxySettings, proxyFor } from '../../http/proxy.ts';
import type { Exchange } from '../../ports/exchange.ts';
import { dispatch, dispatcherOptions, keepParserCheap, targetOf } from './dispatch.ts';
import { lookupName } from './lookup.ts';
import { blameProxy, makeProxied } from './proxied.ts';

const connectTimeoutMs = 10_000;

/** A client, and how to close its sockets. */
export interface HttpClient {
  readonly exchange: Exchange;
  /** Closes idle and busy connections, so that the process can end. */
  close(): Promise<void>;
}

/**
 * Makes an Exchange out of undici. Connections are kept and reused for GET and HEAD; any other method gets one of
 * its own, because a kept connection that dies under a request leaves open whether the request was carried out.
 *
 * This machine is always reached directly, whatever the proxy settings say. The exchange throws ReventoError
 * `usage` when the variable of the proxy that it has to go through is malformed.
 */
export async function createHttpClient(proxy: ProxySettings = noProxies): Promise<HttpClient> {
  keepParserCheap();
  const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
  const options = { ...dispatcherOptions, connect: { timeout: connectTimeoutMs, lookup: lookupName } };

  const make = async (through: URL | null): Promise<Dispatcher> => {
    return through === null ? new Agent(options) : makeProxied({ ...options, uri: through.href });
  };
  const kept = new Map<string, Promise<Dispatcher>>();
  const keep = (through: URL | null): Promise<Dispatcher> => {
    const key = through?.href ?? '';
    const found = kept.get(key) ?? make(through);
    kept.set(key, found);
    return found;
  };

  return {
    exchange: async (request) => {
      const url = new URL(request.url);
      const isKept = request.method === 'GET' || request.method === 'HEAD';
      const through = proxyFor(url, proxy);
      const dispatcher = await (isKept ? keep(through) : make(through));
      try {
        return await dispatch(dispatcher, targetOf(url), request);
      } catch (error) {
        throw through === null ? error : blameProxy(error, through);
      } finally {
        if (!isKept) await dispatcher.destroy();
      }
    },
    close: async () => {
      for (const dispatcher of kept.values()) await (await dispatcher).destroy();
    },
  };
}
