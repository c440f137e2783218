import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { Framework, Starter } from '../../starters/starter.ts';
import { starters } from '../../starters/starters.ts';

type DialogDeps = Pick<Deps, 'signal' | 'terminal'>;

/**
 * The language that the user chooses from a list, by its name or number.
 *
 * @throws ReventoError `usage` where nobody can be asked, `interrupted`
 */
export async function askedLanguage(deps: DialogDeps): Promise<string> {
  const names = starters.map(({ language }) => language);
  if (!deps.terminal.isInteractive) {
    throw new ReventoError('usage', 'Missing the language.', { hint: `languages are ${names.join(', ')}` });
  }
  return choice('Language', names, null, deps);
}

/** The framework that the user chooses; the first one, without a question, where there is only one. */
export async function askedFramework({ frameworks }: Starter, deps: DialogDeps): Promise<Framework> {
  if (frameworks.length === 1) return frameworks[0];
  const names = frameworks.map(({ name }) => name);
  const name = await choice('Framework', names, frameworks[0].name, deps);
  return frameworks.find((row) => row.name === name) ?? frameworks[0];
}

/** Asks until the answer is one of the names or its number; Enter chooses the default. */
async function choice(
  what: string,
  names: readonly string[],
  byDefault: string | null,
  { terminal, signal }: DialogDeps,
): Promise<string> {
  for (const [index, name] of names.entries()) terminal.notice(`${`${index + 1}`.padStart(3)}  ${name}`);
  const question = byDefault === null ? `${what}: ` : `${what} (${byDefault}): `;
  for (;;) {
    const answer = (await terminal.ask(question, { signal })).trim().toLowerCase();
    const found = answer === '' ? byDefault : (names.find((name) => name === answer) ?? names[Number(answer) - 1]);
    if (found !== null && found !== undefined) return found;
    terminal.notice(`Type a name from the list, or a number from 1 to ${names.length}.`);
  }
}
