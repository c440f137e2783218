import type { Deps } from '../../command-kit/deps.ts';
import type { GlobalOptions } from '../../command-kit/globals.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { JsonText } from '../../json/value.ts';
import { nearest } from '../../text/suggestion.ts';

export interface FilterOptions extends Pick<GlobalOptions, 'arg' | 'redact'> {
  readonly status?: string;
  readonly where?: string;
}

/** The rows of a page that are wanted, in their order and as they came. */
export type RowFilter = (rows: readonly JsonText[]) => Promise<readonly JsonText[]>;

/**
 * What `--status` and `--where` ask for, or null where neither is given.
 *
 * @param statusField  the field that `--status` compares
 * @param statuses     the words it is known to have
 * @throws ReventoError `usage` for a misspelled status, or an expression that does not compile
 */
export async function rowFilter(
  { status, where, arg = [], redact }: FilterOptions,
  { field, words }: { readonly field: string; readonly words: readonly string[] },
  deps: Pick<Deps, 'breakable' | 'childEnv' | 'terminal'>,
): Promise<RowFilter | null> {
  if (status === undefined && where === undefined) return null;
  if (status !== undefined) refuseMisspelt(status, field, words);
  const conditions = [
    ...(status === undefined ? [] : [`.${field} == ${JSON.stringify(status)}`]),
    ...(where === undefined ? [] : [`(${where}\n)`]),
  ];
  const [{ createJq }, { jqVariables }] = await Promise.all([
    import('../../output/jq.ts'),
    import('../../output/jq-variables.ts'),
  ]);
  const expression = conditions.join(' and ');
  const jq = await createJq({
    expression: `.[] | [${expression}] | any`,
    variables: jqVariables(expression, arg, deps.childEnv),
    // What `debug` and `stderr` print comes from rows that are not masked yet.
    notice: (text) => deps.terminal.notice(redact ? '[masked]' : text),
    breakable: deps.breakable,
  });
  return async (rows) => {
    const verdicts: string[] = [];
    for await (const { texts, failure } of jq.run(`[${rows.map(({ text }) => text).join(',')}]`)) {
      if (failure !== null) {
        const maskedMessage = '--where: jq failed on a row.';
        throw new ReventoError('failed', `--where: ${failure}`, { maskedMessage });
      }
      verdicts.push(...texts);
    }
    return rows.filter((_row, index) => verdicts[index] === 'true');
  };
}

/** A status that is almost a known one; any other may be one that is new. */
function refuseMisspelt(status: string, field: string, words: readonly string[]): void {
  const guess = words.includes(status) ? null : nearest(status, words);
  if (guess === null) return;
  throw new ReventoError('usage', `Unknown status ${JSON.stringify(status)}.`, {
    hint: `did you mean ${guess}? For a new status, use --where '.${field} == "…"'`,
  });
}
