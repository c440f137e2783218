import { type SettingName, settingNames } from '../../config/types.ts';
import { errorLine } from '../../json/error-line.ts';
import { isRecord, parseJson } from '../../json/parse.ts';

/** The content of `config.json`. A write keeps fields unknown to this version. */
export interface SettingsContent {
  readonly [unknownField: string]: unknown;
  readonly default_profile?: string;
  /** All profiles share the store, and so its protection. */
  readonly key_store?: unknown;
  readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * The content of the text of `config.json`.
 *
 * @returns a text when it is damaged: where, as words such as `line 3 is not valid JSON`. No value is quoted: it may
 *   be a secret that was put into the wrong file.
 */
export function parseSettings(text: string): SettingsContent | string {
  const json = parseJson(text);
  if (json === undefined) return `line ${errorLine(text)} is not valid JSON`;
  if (!isRecord(json)) return 'it is not a JSON object';
  const { default_profile: chosen, profiles = {}, ...rest } = json;
  if (!isRecord(profiles)) return 'profiles is not an object';
  for (const [name, profile] of Object.entries(profiles)) {
    if (!isRecord(profile)) return `profiles.${JSON.stringify(name.slice(0, 64))} is not an object`;
  }
  if (chosen !== undefined && typeof chosen !== 'string') return 'default_profile is not a string';
  const content = { ...rest, profiles: profiles as SettingsContent['profiles'] };
  return chosen === undefined ? content : { ...content, default_profile: chosen };
}

/** The settings of each profile; unknown names and values that are not text are left out. */
export function profilesIn({ profiles }: SettingsContent): Record<string, Partial<Record<SettingName, string>>> {
  const found: Record<string, Partial<Record<SettingName, string>>> = Object.create(null);
  for (const [name, fields] of Object.entries(profiles)) found[name] = settingsIn(fields);
  return found;
}

/** The settings among some fields. */
export function settingsIn(fields: Readonly<Record<string, unknown>>): Partial<Record<SettingName, string>> {
  const settings: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') settings[name] = value;
  }
  return settings;
}

/** The fields with changes made; null removes one. */
export function applied<Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
  changes: Readonly<Record<string, string | null>>,
): Fields {
  const changed = Object.entries({ ...fields, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(changed) as Fields;
}
