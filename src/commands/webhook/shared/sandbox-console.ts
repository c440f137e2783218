import type { ControlPort } from '../../../console/control-port.ts';
import { isSuccess } from '../../../http/status.ts';
import { isLoopback } from '../../../http/this-machine.ts';
import { parseUrl } from '../../../http/web-address.ts';
import { isRecord, parseJson } from '../../../json/parse.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import type { ConsoleDeps } from '../../shared/sandbox/console.ts';
import { isSandboxProfile } from '../../shared/sandbox-profile.ts';
import type { RecordDeps } from './sandbox-record.ts';

/** A move of the clock performs everything that is due on the way. */
const timeoutMs = 60_000;

/**
 * What answers the console's requests in the page of a listener, for the sandbox of its profile; null for a profile
 * without a sandbox. The key of the control API stays in this process.
 */
export function sandboxConsole(deps: RecordDeps & ConsoleDeps): Exchange | null {
  if (!isSandboxProfile(deps.profile)) return null;
  let made: Promise<Exchange> | null = null;
  return async (request) => {
    made ??= open(deps);
    return (await made)(request);
  };
}

async function open(deps: RecordDeps & ConsoleDeps): Promise<Exchange> {
  const { consoleRoutes } = await import('../../shared/sandbox/console.ts');
  const address = parseUrl(deps.settings.get('auth_base')?.value ?? '')?.origin ?? '';
  const { profile } = deps;
  return consoleRoutes(
    {
      address,
      command: profile === 'sandbox' ? 'revento sandbox' : `revento -p ${profile} sandbox`,
      control: await overHttp(address, deps),
      onRotated: async ({ webhook_secret: current, webhook_secret_previous: previous }) => {
        for (const secret of [current, previous]) if (secret !== null) deps.redactor.add(secret);
        const secrets = await deps.secrets(profile);
        await secrets.set('webhook_secret', current);
        await secrets.set('webhook_secret_previous', previous);
      },
    },
    deps,
  );
}

/** The control API of a sandbox in another process. */
async function overHttp(address: string, deps: RecordDeps): Promise<ControlPort> {
  const [{ controlKeyOf, controlPrefix }, { operations, readResult, spread }, { ControlRefusal }] = await Promise.all([
    import('../../../sandbox/control/key.ts'),
    import('../../../sandbox/control/operations.ts'),
    import('../../../console/control-port.ts'),
  ]);
  const clientId = deps.settings.get('client_id')?.value ?? '';
  const secret = (await (await deps.secrets()).get('client_secret'))?.secret.reveal() ?? '';
  const isHere = isLoopback(parseUrl(address)?.hostname ?? '');
  const key = deps.redactor.add(controlKeyOf(clientId, secret)).reveal();
  return {
    ask: async (name, params) => {
      // The key would travel in the clear.
      if (!isHere || secret === '') throw new Error('the profile has no sandbox on this machine');
      const { path, body } = spread(name, params);
      const { method } = operations[name];
      const exchange = await deps.http();
      const answer = await exchange({
        method,
        url: `${address}${controlPrefix}${path}`,
        headers: [
          ['Authorization', `Bearer ${key}`],
          ['Content-Type', 'application/json'],
        ],
        body: method === 'GET' ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
        timeoutMs,
        signal: deps.signal,
      });
      const value = parseJson(Buffer.from(answer.body).toString('utf8')) ?? null;
      const result = isSuccess(answer.status) ? readResult(name, value) : null;
      if (result !== null) return result;
      const { error, message } = isRecord(value) ? value : {};
      throw new ControlRefusal(answer.status, String(error ?? 'unknown'), String(message ?? `HTTP ${answer.status}`));
    },
  };
}
