import type { Deps } from '../../command-kit/deps.ts';
import { readProxySettings } from '../../http/proxy.ts';
import { systemClock } from '../../platform/process/clock.ts';
import type { Exchange } from '../../ports/exchange.ts';
import type { Context } from './context.ts';
import { once } from './once.ts';

/** What a command needs to talk to others, and how to close its connections. */
export interface Network extends Pick<Deps, 'http' | 'serve' | 'forwarder' | 'openBrowser'> {
  close(): Promise<void>;
}

export function joinNetwork(context: Context): Network {
  const client = httpClient(context);
  return {
    http: http(context, client.get),
    serve: serve(context),
    forwarder: forwarder(context),
    openBrowser: openBrowser(context),
    close: client.close,
  };
}

/** One client for the run, made when the first request goes out. */
function httpClient({ edge }: Context) {
  let isUsed = false;
  const get = once(async () => {
    isUsed = true;
    const { createHttpClient } = await import('../../platform/http/client.ts');
    return createHttpClient(readProxySettings(edge.env));
  });
  return {
    get,
    close: async () => {
      if (isUsed) await (await get()).close();
    },
  };
}

function http(context: Context, client: ReturnType<typeof httpClient>['get']): Network['http'] {
  return once(async () => {
    // Tokens and secrets are sent only through this client.
    if (context.trust.refusal !== null) throw context.trust.refusal;
    return shown((await client()).exchange, context);
  });
}

function serve({ terminal, isRedacted }: Context): Network['serve'] {
  return once(async () => {
    const { createServe } = await import('../../platform/http/server.ts');
    return createServe((error) => {
      const shown = isRedacted && error instanceof Error ? error.name : String(error);
      terminal.notice(`internal error while answering a request: ${shown}`);
    });
  });
}

/** Clients for deliveries; with `--verbose` they report each request. */
function forwarder(context: Context): Network['forwarder'] {
  return async (options) => {
    const { createForwarder } = await import('../../platform/http/forwarder.ts');
    const made = await createForwarder(options, readProxySettings(context.edge.env));
    return { ...made, exchange: await shown(made.exchange, context) };
  };
}

/** The same exchange; with `--verbose` it reports each request. */
async function shown(exchange: Exchange, { terminal, isVerbose, isDebug, isRedacted }: Context): Promise<Exchange> {
  if (!isVerbose) return exchange;
  const { traced } = await import('../../platform/http/trace.ts');
  const mask = isRedacted ? (await import('../../pseudonyms/mask.ts')).maskHeader : undefined;
  const write = (text: string) => terminal.notice(text);
  return traced(exchange, { clock: systemClock, write, hasHeaders: isDebug, mask });
}

function openBrowser({ environment: { childEnv }, edge }: Context): Network['openBrowser'] {
  return once(async () => {
    const { createOpenBrowser } = await import('../../platform/process/browser.ts');
    return createOpenBrowser({ command: childEnv['BROWSER'], env: childEnv, platform: edge.platform });
  });
}
