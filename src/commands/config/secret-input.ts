import type { Deps } from '../../command-kit/deps.ts';
import { secretVariables } from '../../config/environment.ts';
import { type SecretName, secretNames } from '../../config/types.ts';
import { program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { decodeText, secretText, settingText } from '../../text/input.ts';

/** What reading a secret needs. */
export type InputDeps = Pick<Deps, 'profile' | 'redactor' | 'signal' | 'terminal'>;

/** Far beyond any secret; a whole file piped in by mistake is refused. */
const longestSecretBytes = 4_096;

/** Whether a text names a setting that is kept sealed. */
export function isSecretName(text: string): text is SecretName {
  return (secretNames as readonly string[]).includes(text);
}

/**
 * A secret from standard input, or typed without echo. Never from an argument: those are visible to every process
 * of the machine and stay in the shell's history.
 *
 * @returns the text without trailing line ends and, when typed, without surrounding blanks; registered for redaction
 * @throws ReventoError `usage` when no secret is entered, or it is more than one line
 */
export async function readSecret(name: SecretName, deps: InputDeps): Promise<string> {
  const { terminal, signal, redactor, profile } = deps;
  let value: string;
  if (!terminal.isStdinTty) {
    value = secretText(textOf(await terminal.readStdin(longestSecretBytes)));
  } else if (terminal.isInteractive) {
    value = settingText(await terminal.ask(`${name}: `, { isHidden: true, signal }));
  } else {
    throw new ReventoError('usage', `Cannot prompt here, so ${name} has to come on standard input.`, {
      hint: `run: ${program(profile)} config set ${name} < FILE, or set ${secretVariables[name]}`,
    });
  }
  redactor.add(value);
  if (value === '') {
    throw new ReventoError('usage', `Standard input had no ${name}.`, {
      hint: `run: printf %s "$VALUE" | ${program(profile)} config set ${name}; to remove it: ${program(profile)} config unset ${name}`,
    });
  }
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    throw new ReventoError('usage', `The value of ${name} is not one line of text.`);
  }
  return value;
}

function textOf(bytes: Uint8Array): string {
  const text = decodeText(bytes);
  if (text !== null) return text;
  throw new ReventoError('usage', 'Standard input is neither UTF-8 nor UTF-16 text.');
}
