import type { Deps } from '../../../command-kit/deps.ts';
import type { ResultOf } from '../../../sandbox/control/operations.ts';
import { chosenSandbox, hasSandboxProfile } from '../../shared/sandbox/profile.ts';

/** Stores the secrets of a rotation in the profile if the sandbox was found through it; returns whether it did. */
export async function keepSigning(
  deps: Pick<Deps, 'profile' | 'redactor' | 'secrets' | 'settingsFile'>,
  { webhook_secret: current, webhook_secret_previous: previous }: ResultOf<'rotate'>,
): Promise<boolean> {
  for (const secret of [current, previous]) if (secret !== null) deps.redactor.add(secret);
  if (!(await hasSandboxProfile(deps))) return false;
  const secrets = await deps.secrets(chosenSandbox(deps));
  await secrets.set({ webhook_secret: current, webhook_secret_previous: previous });
  return true;
}
