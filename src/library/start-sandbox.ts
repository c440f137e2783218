import { readProxySettings } from '../http/proxy.ts';
import { createServe } from '../platform/http/server.ts';
import { systemClock } from '../platform/process/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import { controlKeyOf, controlVariable } from '../sandbox/control/key.ts';
import { createWebhookSecret } from '../sandbox/deliveries/signing.ts';
import { integrationRedirectUri, registerClients } from '../sandbox/oauth/clients.ts';
import { createSandbox } from '../sandbox/server/app.ts';
import { host } from '../sandbox/server/host.ts';
import { createAsk } from './asking.ts';
import { type Plan, readOptions } from './options.ts';
import type { startSandbox as Public, Sandbox } from './public.ts';
import { RunningSandbox } from './running-sandbox.ts';
import { toSandboxError } from './sandbox-error.ts';

export { SandboxError } from './sandbox-error.ts';

/** The entry of `revento/sandbox`; what it promises stands in `public.ts`. */
export const startSandbox: typeof Public = async (options = {}) => {
  try {
    return await start(readOptions(options));
  } catch (error) {
    throw toSandboxError(error);
  }
};

async function start({ core, port, webhookUrl, retryScale, redirectUris, saved }: Plan): Promise<Sandbox> {
  const [first] = saved?.clients ?? [];
  const clients = registerClients({
    clientId: first?.id,
    clientSecret: first?.secret ?? undefined,
    redirectUris: [...(first?.redirectUris ?? []), ...redirectUris],
  });
  const [{ id: clientId, secret }] = clients;
  const clientSecret = secret ?? '';
  const webhookSecret = saved?.deliveries?.signing.current ?? createWebhookSecret();
  const controlKey = controlKeyOf(clientId, clientSecret);
  const sandbox = createSandbox({
    ...core,
    clock: systemClock,
    clients,
    controlKey,
    ...(saved !== null && {
      saved: { ...saved, clients: clients.map((one) => ({ ...one, redirectUris: [...one.redirectUris] })) },
    }),
    ...(webhookUrl !== null && { webhook: { url: webhookUrl, secret: webhookSecret, send: sender(), retryScale } }),
  });
  const { control } = sandbox;
  if (control === null) throw new Error('the sandbox has a key and no control');
  const hosted = await host(sandbox, createServe(warnOfDefect), '127.0.0.1', port);
  return new RunningSandbox({
    core: sandbox,
    hosted,
    now: sandbox.clock.now,
    ask: createAsk(control),
    controlVariables: { [controlVariable]: controlKey },
    credentials: {
      authBase: hosted.authBase,
      apiBase: hosted.apiBase,
      clientId,
      clientSecret,
      webhookSecret,
      redirectUri: redirectUris.at(-1) ?? integrationRedirectUri,
      eventId: sandbox.eventId,
    },
  });
}

/** Loads the HTTP client with the first delivery: a sandbox that sends none starts without it. */
function sender(): Exchange {
  let made: Promise<Exchange> | null = null;
  const make = async (): Promise<Exchange> => {
    const { createForwarder } = await import('../platform/http/forwarder.ts');
    const forwarder = await createForwarder(
      { isRemoteAllowed: true, isEachAlone: true },
      readProxySettings(process.env),
    );
    return forwarder.exchange;
  };
  return async (request) => {
    made ??= make();
    return (await made)(request);
  };
}

function warnOfDefect(error: unknown): void {
  process.emitWarning(`internal error while answering a request: ${String(error)}`, 'ReventoSandboxWarning');
}
