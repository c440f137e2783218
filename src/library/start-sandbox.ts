import { readProxySettings } from '../http/proxy.ts';
import { createServe } from '../platform/http/server.ts';
import { systemClock } from '../platform/process/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import { controlVariable } from '../sandbox/control/key.ts';
import { open } from '../sandbox/server/open.ts';
import { register } from '../sandbox/server/registration.ts';
import { createAsk } from './asking.ts';
import { type Plan, readOptions } from './options.ts';
import { readOwnData } from './own-data.ts';
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

async function start({ core, port, webhookUrl, retryScale, redirectUris, saved, own }: Plan): Promise<Sandbox> {
  const { document, manifest } = await readOwnData(own);
  const registration = register({ saved: saved ?? undefined, redirectUris, manifest, document });
  const { sandbox, hosted, credentials } = await open({
    registration,
    options: { ...core, clock: systemClock, ...(document !== undefined && { document }) },
    webhook: webhookUrl === null ? null : { url: webhookUrl, send: sender(), retryScale },
    serve: createServe(warnOfDefect),
    hostName: '127.0.0.1',
    port,
  });
  const { control } = sandbox;
  if (control === null) throw new Error('the sandbox has a key and no control');
  return new RunningSandbox({
    core: sandbox,
    hosted,
    now: sandbox.clock.now,
    ask: createAsk(control),
    controlVariables: { [controlVariable]: registration.controlKey },
    credentials,
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
