import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Dispatcher } from 'undici';
import { noProxies, type ProxySettings, proxyFor } from '../../http/proxy.ts';
import type { Exchange } from '../../ports/exchange.ts';
import { exchangeDirectly } from './direct.ts';
import { lookupName } from './lookup.ts';
import { blameProxy, makeProxied } from './proxied.ts';
import { maxHeadBytes } from './received.ts';

const connectTimeoutMs = 10_000;
/** An idle connection is kept no longer, and no longer than the server says: it may just be closing it. */
const idleMs = 4_000;

/** A client, and how to close its sockets. */
export interface HttpClient {
  readonly exchange: Exchange;
  /** Closes idle and busy connections, so that the process can end. */
  close(): Promise<void>;
}

/**
 * Makes an Exchange out of node:http, and out of undici for what goes through a proxy. Connections are kept and reused
 * for GET and HEAD; any other method gets one of its own, because a kept connection that dies under a request leaves
 * open whether the request was carried out.
 *
 * This machine is always reached directly, whatever the proxy settings say. The exchange throws ReventoError
 * `usage` when the variable of the proxy that it has to go through is malformed.
 */
export async function createHttpClient(proxy: ProxySettings = noProxies): Promise<HttpClient> {
  const agents = new Map<string, Agent>();
  const agentFor = ({ protocol }: URL): Agent => {
    const found =
      agents.get(protocol) ?? new (protocol === 'https:' ? HttpsAgent : Agent)({ keepAlive: true, timeout: idleMs });
    agents.set(protocol, found);
    return found;
  };
  const make = (through: URL): Promise<Dispatcher> =>
    makeProxied({
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: maxHeadBytes,
      connect: { timeout: connectTimeoutMs, lookup: lookupName },
      uri: through.href,
    });
  const kept = new Map<string, Promise<Dispatcher>>();
  const keep = (through: URL): Promise<Dispatcher> => {
    const found = kept.get(through.href) ?? make(through);
    kept.set(through.href, found);
    return found;
  };

  return {
    exchange: async (request) => {
      const url = new URL(request.url);
      const isKept = request.method === 'GET' || request.method === 'HEAD';
      const through = proxyFor(url, proxy);
      if (through === null) {
        return exchangeDirectly(url, request, { agent: isKept ? agentFor(url) : null, connectTimeoutMs });
      }
      const { dispatch, keepParserCheap, targetOf } = await import('./dispatch.ts');
      keepParserCheap();
      const dispatcher = await (isKept ? keep(through) : make(through));
      try {
        return await dispatch(dispatcher, targetOf(url), request);
      } catch (error) {
        throw blameProxy(error, through);
      } finally {
        if (!isKept) await dispatcher.destroy();
      }
    },
    close: async () => {
      for (const agent of agents.values()) agent.destroy();
      for (const dispatcher of kept.values()) await (await dispatcher).destroy();
    },
  };
}
