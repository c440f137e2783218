import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import { readRecording, recordingOf } from '../../../webhook/recording.ts';
import { otherSecrets } from '../shared/secrets.ts';
import { checked } from './choice.ts';
import { signable } from './signable.ts';

/**
 * The deliveries of a recording; warns of lines that were skipped.
 *
 * @param path  as typed; `-` is standard input
 * @returns `file`: how a message names it
 * @throws ReventoError `file`, `interrupted`; `failed` when it is not a recording
 */
export async function deliveriesOf(
  path: string,
  { terminal, signal }: Pick<Deps, 'terminal' | 'signal'>,
): Promise<{ readonly file: string; readonly deliveries: readonly Recorded[] }> {
  const isPiped = path === '-';
  const file = isPiped ? 'standard input' : path;
  const recording = isPiped ? recordingOf(await terminal.readStdin(), signal) : readRecording(path, signal);
  const { deliveries, warnings } = checked(await recording, file);
  for (const warning of warnings) terminal.notice(`warning: ${file}: ${warning}`);
  return { file, deliveries };
}

interface Signing {
  readonly file: string;
  readonly secrets: readonly string[];
  readonly includeUnchecked?: boolean;
}

/**
 * The deliveries that may be signed; says which are left out. Reads secrets of other profiles only when one is needed.
 *
 * @throws ReventoError `failed` when none may
 */
export async function signableOf(
  deliveries: readonly Recorded[],
  { file, secrets, includeUnchecked = false }: Signing,
  deps: Pick<Deps, 'storedProfiles' | 'profile' | 'secrets' | 'terminal'>,
): Promise<readonly Recorded[]> {
  const own = signable(deliveries, { secrets, includeUnchecked });
  if (own.leftOut === null) return own.chosen;
  const others = [...(await otherSecrets(deps)).values()];
  const { chosen, leftOut } = signable(deliveries, { secrets: [...secrets, ...others], includeUnchecked });
  if (leftOut !== null) deps.terminal.notice(`note: ${leftOut}`);
  if (chosen.length > 0) return chosen;
  throw new ReventoError('failed', `${file} has no deliveries that can be signed.`, {
    hint: 'check the recording; --include-unchecked signs deliveries that were signed with an unknown secret, or forged',
  });
}
