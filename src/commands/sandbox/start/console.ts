import type { Deps } from '../../../command-kit/deps.ts';
import type { ControlPort } from '../../../console/control-port.ts';
import { consolePath, createConsolePage } from '../../../console/page.ts';
import type { Control } from '../../../sandbox/control/control.ts';
import type { Beside } from '../../../sandbox/server/host.ts';
import { steering } from '../../shared/sandbox/profile.ts';
import { keepSigning } from '../shared/signing.ts';

type StartDeps = Pick<Deps, 'clock' | 'http' | 'signal' | 'profile' | 'redactor' | 'secrets' | 'settingsFile'>;

/** The organizer's console of a sandbox that is about to start. */
interface StartedConsole {
  /** What the server answers besides the sandbox; nothing of it is loaded until it is opened. */
  beside(control: Control, address: () => string): Beside;
  /** Where it is, with its key. */
  addressAt(authBase: string): string;
}

/** @param profile  the profile of the sandbox */
export function consoleOf(profile: string, deps: StartDeps): StartedConsole {
  const page = createConsolePage(deps.clock);
  return {
    addressAt: (authBase) => `${authBase}${consolePath}#key=${page.key}`,
    beside: (control, address) =>
      page.serve({
        assets: async () => (await import('../../../console/assets.ts')).consoleAssets,
        plain: async () => {
          const { plainList } = await import('../../../console/plain-list.ts');
          return plainList(await inProcess(control), { base: consolePath, hasDeliveries: false });
        },
        routes: async () => {
          const { consoleRoutes } = await import('../../shared/sandbox/console.ts');
          const port = await inProcess(control);
          return consoleRoutes(
            {
              address: address(),
              command: steering(profile),
              control: port,
              onRotated: async (secrets) => {
                await keepSigning({ ...deps, profile }, secrets);
              },
            },
            deps,
          );
        },
      }),
  };
}

/** The control API without a socket. */
async function inProcess(control: Control): Promise<ControlPort> {
  const { ControlRefusal } = await import('../../../console/control-port.ts');
  const { Refusal } = await import('../../../sandbox/control/refusal.ts');
  return {
    ask: async (name, params) => {
      try {
        return await control.do(name, params);
      } catch (error) {
        if (error instanceof Refusal) throw new ControlRefusal(error.status, error.code, error.message);
        throw error;
      }
    },
  };
}
