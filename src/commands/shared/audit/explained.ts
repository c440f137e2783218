import type { Rule } from '../../../sandbox/audit/rule.ts';

/** All that is known of a rule, in lines. */
export function explained({ id, level, title, why, fix, source, needs }: Omit<Rule, 'judge'>): string {
  return [
    `${id} (${level})`,
    `A good integration ${title}.`,
    '',
    `why     ${why}`,
    `fix     ${fix}`,
    `source  ${source}`,
    `needs   ${needs}`,
  ].join('\n');
}
