import { ReventoError } from '../../../errors/revento-error.ts';
import type { Rule } from '../../../sandbox/audit/rule.ts';
import { rules } from '../../../sandbox/audit/rules.ts';
import { adviceOn } from '../../../text/suggestion.ts';

/**
 * The rules that a comma-separated list names, in the order of the table; without a list, all of them.
 *
 * @throws ReventoError `usage` for a rule that does not exist
 */
export function chosenRules(list: string | undefined): readonly Rule[] {
  if (list === undefined) return rules;
  const ids = list.split(',').map((id) => id.trim());
  const known = rules.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    throw new ReventoError('usage', `Unknown rule ${JSON.stringify(id)}.`, {
      hint: adviceOn(id, known, 'run: revento sandbox audit --list'),
    });
  }
  return rules.filter(({ id }) => ids.includes(id));
}
