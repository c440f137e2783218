import type { Deps } from '../../command-kit/deps.ts';
import type { SettingsFile } from '../../config/types.ts';
import { ReventoError } from '../../errors/revento-error.ts';

/**
 * The settings file for commands. A host that is set by a command was set by the user, so what is stored for the
 * profile may go there; a host that was written into the file by anything else is asked about.
 */
export function bindingOnUpdate(
  file: SettingsFile,
  deps: Pick<Deps, 'secrets' | 'sessions' | 'terminal'>,
): SettingsFile {
  return {
    ...file,
    async update(profile, changes) {
      await file.update(profile, changes);
      const { auth_base: authBase, api_base: apiBase } = changes;
      try {
        if (authBase) await (await deps.secrets(profile)).bind(authBase);
        if (apiBase) await (await deps.sessions(profile)).bind(apiBase);
      } catch (error) {
        if (!(error instanceof ReventoError) || error.code === 'interrupted') throw error;
        // The setting stands all the same; before anything is sent there, the user is asked.
        deps.terminal.notice(
          `warning: what is stored for profile "${profile}" stays with its earlier host: ${error.message}`,
        );
      }
    },
  };
}
