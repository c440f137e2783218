import type { Dispatcher, ProxyAgent } from 'undici';
import { HttpFailure, type HttpFailureKind, isHttpFailure } from '../../http/failure.ts';

/** undici's proxy agent asks for a tunnel by `connect`, which only the whole package gives to its dispatchers. */
export async function makeProxied(options: ProxyAgent.Options): Promise<Dispatcher> {
  const [{ default: Proxied }, { default: AnyDispatcher }, { default: connect }] = await Promise.all([
    import('undici/lib/dispatcher/proxy-agent.js'),
    import('undici/lib/dispatcher/dispatcher.js'),
    import('undici/lib/api/api-connect.js'),
  ]);
  AnyDispatcher.prototype.connect = connect;
  return new Proxied(options);
}

/** What the proxy did, by the kind of failure of the connection to it. Only the proxy connects to the host. */
const deeds: Readonly<Partial<Record<HttpFailureKind, string>>> = {
  dns: 'was not found',
  refused: 'refused the connection',
  unreachable: 'is unreachable',
  connect_timeout: 'did not answer in time',
  closed: 'closed the connection',
  malformed: 'does not answer like an HTTP proxy',
  wrong_protocol: 'does not answer like an HTTP proxy',
};

/** The failure with the name of the proxy if it opened no tunnel; any other unchanged. */
export function blameProxy(error: unknown, proxy: URL): unknown {
  if (!isHttpFailure(error) || !error.isUnsent) return error;
  const deed = error.kind === 'proxy' ? error.detail : deeds[error.kind];
  if (deed === undefined) return error;
  const blamed = new HttpFailure('proxy', error.peer, true, { detail: `${proxy.host} ${deed}` });
  blamed.cause = error;
  return blamed;
}
