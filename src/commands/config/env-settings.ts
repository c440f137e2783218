import { parseEnv } from 'node:util';
import { secretVariables } from '../../config/environment.ts';
import { describeSetting } from '../../config/rows.ts';
import { type SecretName, type SettingName, secretNames, settingNames } from '../../config/types.ts';

/** Settings and secrets found in one place. */
export interface Given {
  readonly settings: Partial<Record<SettingName, string>>;
  readonly secrets: Partial<Record<SecretName, string>>;
}

/** The settings and secrets in the text of a `.env` file, under the names the guide uses. Empty ones are left out. */
export function settingsInEnv(text: string): Given {
  const variables = parseEnv(text);
  const settings: Partial<Record<SettingName, string>> = {};
  const secrets: Partial<Record<SecretName, string>> = {};
  for (const name of settingNames) {
    const value = describeSetting(name)
      .variables.map((variable) => variables[variable])
      .find((found) => found);
    if (value) settings[name] = value;
  }
  for (const name of secretNames) {
    const value = variables[secretVariables[name]];
    if (value) secrets[name] = value;
  }
  return { settings, secrets };
}
