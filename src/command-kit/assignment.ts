import { ReventoError } from '../errors/revento-error.ts';
import { parseJson } from '../json/parse.ts';
import type { Json } from '../json/value.ts';
import { withPath } from '../json/with-path.ts';

/**
 * A value with places changed as `--set PATH=VALUE` says. VALUE is JSON where it can be read as such, else text.
 *
 * @param example  an assignment that would be right
 * @throws ReventoError `usage` when an assignment is malformed
 */
export function withAssignments(value: Json, assignments: readonly string[], example: string): Json {
  return assignments.reduce((changed, assignment) => assign(changed, assignment, example), value);
}

function assign(value: Json, assignment: string, example: string): Json {
  const [, path = '', text = ''] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (path === '' || path.split('.').includes('')) {
    throw new ReventoError('usage', `--set ${JSON.stringify(assignment)} is not PATH=VALUE.`, {
      hint: `write it like --set ${example}`,
    });
  }
  const changed = withPath(value, path.split('.'), parseJson(text) ?? text);
  if (changed !== undefined) return changed;
  throw new ReventoError('usage', `--set ${JSON.stringify(assignment)} is too far past the end of its list.`);
}
