import { registry } from './commands/registry.ts';
import { nothing, toLines } from './completion/candidate.ts';
import { complete } from './completion/complete.ts';
import { knownFrom } from './completion/known.ts';
import { isOn } from './config/environment.ts';
import { resolvePaths } from './platform/files/paths.ts';
import { homeDirectory } from './platform/process/home.ts';
import { storedProfiles } from './platform/store/profiles/stored-profiles.ts';
import { openSettingsFile } from './platform/store/settings-file.ts';

/** A sandbox on this machine answers in a few milliseconds; one that does not must not hold up the typing. */
const sandboxLimitMs = 300;

/**
 * The process edge of completion, called by the shells' scripts: `revento __complete --current=WORD WORD...`, the
 * words in front of the one being typed as they are, that one under `--current=`, because a shell may drop an empty
 * argument.
 *
 * Never prompts, and asks nobody but the running sandbox of this machine. Whatever goes wrong, the user is in the middle
 * of typing: it ends with 0 and no candidates, and says why only under REVENTO_DEBUG.
 */
export async function main(): Promise<void> {
  const { env } = process;
  const onFailure = (error: unknown) => {
    if (isOn(env['REVENTO_DEBUG'])) process.stderr.write(`completion: ${String(error)}\n`);
  };
  process.stdout.on('error', onFailure);
  try {
    const [current = '', ...before] = process.argv.slice(3);
    const paths = resolvePaths({ platform: process.platform, env, home: homeDirectory(), cwd: () => process.cwd() });
    const known = knownFrom({
      settingsFile: () => openSettingsFile({ directory: paths.configDir, lock: refuseToWrite }),
      storedProfiles: () => storedProfiles(paths.configDir),
      environmentProfile: env['REVENTO_PROFILE'],
      askSandbox: async (operation, params, profile) => {
        const { quickSandbox } = await import('./cli/wire/quick-sandbox.ts');
        const { askSandbox } = await import('./commands/shared/sandbox/remote.ts');
        const { deps, close } = await quickSandbox({ ...paths, env, profile }, sandboxLimitMs);
        try {
          return await askSandbox(deps, operation, params);
        } finally {
          await close();
        }
      },
      onFailure,
    });
    const words = [...before, current.replace(/^--current=/, '')];
    process.stdout.write(toLines(await complete(words, registry, known)));
  } catch (error) {
    onFailure(error);
    process.stdout.write(toLines(nothing));
  }
}

const refuseToWrite = () => Promise.reject(new Error('completion does not write'));
