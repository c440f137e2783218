import type { Rule } from '../../../sandbox/audit/rule.ts';
import { rules } from '../../../sandbox/audit/rules.ts';
import { chosenRows } from '../chosen-rows.ts';

/**
 * The rules that a comma-separated list names, in the order of the table; without a list, all of them.
 *
 * @throws ReventoError `usage` for a rule that does not exist
 */
export function chosenRules(list: string | undefined): readonly Rule[] {
  return chosenRows(list, rules, { kind: 'rule', hint: 'run: revento sandbox audit --list' });
}
