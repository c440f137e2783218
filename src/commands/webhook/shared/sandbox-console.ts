import type { ControlPort } from '../../../console/control-port.ts';
import { parseUrl } from '../../../http/web-address.ts';
import type { SandboxConsole } from '../../../inspector/parts.ts';
import { isRecord } from '../../../json/parse.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import type { ConsoleDeps } from '../../shared/sandbox/console.ts';
import { isSandboxProfile } from '../../shared/sandbox-profile.ts';
import { profileControl, type RecordDeps } from './sandbox-record.ts';

/** A move of the clock performs everything that is due on the way. */
const timeoutMs = 60_000;

/**
 * The console in the page of a listener, for the sandbox of its profile; null for a profile without a sandbox. The key
 * of the control API stays in this process.
 */
export function sandboxConsole(deps: RecordDeps & ConsoleDeps): SandboxConsole | null {
  if (!isSandboxProfile(deps.profile)) return null;
  let made: Promise<Exchange> | null = null;
  return {
    answer: async (request) => {
      made ??= open(deps);
      return (await made)(request);
    },
    plain: async () => {
      const { awayPage, plainList } = await import('../../../console/plain-list.ts');
      const place = { base: '', hasDeliveries: true };
      const control = await overHttp(deps);
      try {
        return await plainList(control, place);
      } catch (error) {
        if (error instanceof Error) return awayPage(error.message, place);
        throw error;
      }
    },
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
      control: await overHttp(deps),
      onRotated: async ({ webhook_secret: current, webhook_secret_previous: previous }) => {
        const secrets = await deps.secrets(profile);
        await secrets.set({ webhook_secret: current, webhook_secret_previous: previous });
      },
    },
    deps,
  );
}

/** The control API of a sandbox in another process. */
async function overHttp(deps: RecordDeps): Promise<ControlPort> {
  const [{ askControl }, { ControlRefusal }] = await Promise.all([
    import('../../shared/sandbox/control-client.ts'),
    import('../../../console/control-port.ts'),
  ]);
  const address = await profileControl(deps);
  return {
    ask: async (name, params) => {
      if (address === null) throw new Error('the profile has no sandbox on this machine');
      const { signal } = deps;
      const answer = await askControl(address, [name, params], { http: await deps.http(), signal, timeoutMs });
      if (answer.result !== null) return answer.result;
      const { error, message } = isRecord(answer.value) ? answer.value : {};
      throw new ControlRefusal(answer.status, String(error ?? 'unknown'), String(message ?? `HTTP ${answer.status}`));
    },
  };
}
