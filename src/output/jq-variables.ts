import { ReventoError } from '../errors/revento-error.ts';

/** The variables of an expression: `$ENV`, `env` and those of `--arg`. */
export interface JqVariables {
  /** What `--arg` named. */
  readonly names: readonly string[];
  /** The document together with the values. */
  inputWith(document: string): string;
  /** An expression for that input in which the names have their values. */
  bind(expression: string): string;
}

/** Names of variables whose values do not belong into an output, where they would end up in files and logs. */
const secretName =
  /secret|token|passw|passphrase|credential|private|api_?key|access_?key|_key$|^key$|auth|cookie|session/i;

/**
 * The variables of an expression. The environment is part of them where it is used: without what looks like a secret,
 * and what is asked for by name is refused rather than missing.
 *
 * @param given  `--arg` values, each `name=value`
 * @throws ReventoError `usage`
 */
export function jqVariables(
  expression: string,
  given: readonly string[],
  environment: Readonly<Record<string, string>>,
): JqVariables {
  const values = Object.fromEntries(given.map(pairOf));
  const names = Object.keys(values);
  const usesEnvironment = /\benv\b|\$ENV\b/.test(expression);
  if (!usesEnvironment && names.length === 0) return { names, inputWith: (document) => document, bind: (text) => text };

  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(usesEnvironment ? environment : {})) {
    if (!secretName.test(name)) shown[name] = value;
    else if (new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`).test(expression)) {
      throw new ReventoError('usage', `--jq: the variable ${name} looks like a secret, so it is not passed to jq.`, {
        hint: 'if it is not one, pass it under another name: --arg name="$VALUE"',
      });
    }
  }
  const bindings = [
    ...(usesEnvironment ? ['.[1] as $ENV | def env: $ENV; '] : []),
    ...names.map((name) => `.[2].${name} as $${name} | `),
  ];
  const rest = `${JSON.stringify(shown)},${JSON.stringify(values)}`;
  return {
    names,
    inputWith: (document) => `[${document},${rest}]`,
    // The check of an expression runs on null, where there is nothing to look into.
    bind: (text) => `${bindings.join('')}(if . == null then . else .[0] end) | ${text}`,
  };
}

function pairOf(text: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new ReventoError('usage', '--arg takes name=value, and the expression then has $name.', {
    hint: "such as --arg role=speaker --jq '.[] | select(.role == $role)'",
  });
}
