/** Settings as environment variables, in the order they are shown. */
export type Variables = Readonly<Record<string, string>>;

/** The settings of a client of the sandbox. */
export interface Credentials {
  readonly authBase: string;
  readonly apiBase: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookSecret: string;
  readonly redirectUri: string;
  readonly eventId: string;
}

/** The same under the names that the guide's examples use. */
export function variablesOf(credentials: Credentials): Variables {
  return {
    REVENTO_AUTH_BASE: credentials.authBase,
    REVENTO_API_BASE: credentials.apiBase,
    REVENTO_CLIENT_ID: credentials.clientId,
    REVENTO_CLIENT_SECRET: credentials.clientSecret,
    REVENTO_WEBHOOK_SECRET: credentials.webhookSecret,
    REVENTO_REDIRECT_URI: credentials.redirectUri,
    SANDBOX_EVENT_ID: credentials.eventId,
  };
}

/**
 * An env file with these variables set: lines of the old text that set them are replaced in place, the others are
 * kept, and missing ones are appended.
 *
 * @param before  current text of the file, empty when it does not exist
 */
export function withVariables(before: string, variables: Variables): string {
  const missing = new Map(Object.entries(variables));
  const kept: string[] = [];
  for (const line of before.split('\n')) {
    const name = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1] ?? '';
    const value = missing.get(name);
    if (value !== undefined) {
      kept.push(lineOf(name, value));
      missing.delete(name);
    }
    // A name that was set twice is written once: parsers differ in which value they use.
    else if (!Object.hasOwn(variables, name)) kept.push(line);
  }
  while (kept.at(-1)?.trim() === '') kept.pop();
  return `${[...kept, ...[...missing].map(([name, value]) => lineOf(name, value))].join('\n')}\n`;
}

/** A redirect URI may contain `&` or `;`, which a shell that sources the file would interpret. */
export function lineOf(name: string, value: string): string {
  return `${name}=${/^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", '%27')}'`}`;
}
