import { isSettingName } from '../../config/rows.ts';
import { type SecretName, type SettingName, secretNames, settingNames } from '../../config/types.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { nearest } from '../../text/suggestion.ts';
import { isSecretName } from './secret-input.ts';

/** A name `revento config` takes, and whether its value is a secret. */
export type ConfigName =
  | { readonly isSecret: false; readonly name: SettingName }
  | { readonly isSecret: true; readonly name: SecretName };

/** All names, in the order they are shown. */
export const configNames: readonly string[] = [...settingNames, ...secretNames];

/**
 * The setting of a name. Of a misspelled name only the part before an `=` is repeated: the rest may be a
 * secret in the wrong place.
 *
 * @throws ReventoError `usage`, with the nearest name
 */
export function configName(text: string): ConfigName {
  if (isSettingName(text)) return { isSecret: false, name: text };
  if (isSecretName(text)) return { isSecret: true, name: text };
  const isPair = text.includes('=');
  const shown = text.replace(/=.*$/s, '').slice(0, 40);
  const guess = nearest(
    shown
      .toLowerCase()
      .replace(/^revento_/, '')
      .replaceAll('-', '_'),
    configNames,
  );
  if (isPair && guess === shown) {
    throw new ReventoError('usage', 'Name and value are separate arguments, without "=" between them.', {
      hint: isSecretName(guess) ? `run: revento config set ${guess} < FILE` : `run: revento config set ${guess} VALUE`,
    });
  }
  throw new ReventoError('usage', `Unknown setting ${JSON.stringify(shown)}.`, {
    hint: guess === null ? `settings are ${configNames.join(', ')}` : `did you mean ${guess}?`,
  });
}
