import { lineOf, type Variables } from './env-file.ts';

/** How variables can be written. `json` is for programs; the others are read by a shell or an env file's reader. */
export const envFormats = ['sh', 'fish', 'powershell', 'dotenv', 'json'] as const;
type EnvFormat = (typeof envFormats)[number];

export function isEnvFormat(text: string): text is EnvFormat {
  return envFormats.some((format) => format === text);
}

/** The variables in one of the formats, one per line, without the last line break. */
export function formatVariables(variables: Variables, format: EnvFormat): string {
  if (format === 'json') return JSON.stringify(variables, null, 2);
  return Object.entries(variables)
    .map(([name, value]) => lines[format](name, value))
    .join('\n');
}

/** Every value is quoted, so that nothing in it is run as a command. */
const lines: Readonly<Record<Exclude<EnvFormat, 'json'>, (name: string, value: string) => string>> = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
  dotenv: lineOf,
};
