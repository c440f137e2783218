import * as v from 'valibot';

/**
 * What is wrong with a value, in one clause: where, what was expected, and what was found.
 *
 * @param taker  the receiver of the value, such as `approve`
 * @param whole  the name of the whole value, for a problem that is not in one part of it
 */
export function problemOf(issue: v.BaseIssue<unknown>, taker = 'this operation', whole = 'the body'): string {
  const path = v.getDotPath(issue);
  // Quoted, because callers build sentences from this, and a name keeps its case.
  const where = path === null ? whole : JSON.stringify(path);
  // Our own messages complete the sentence; those of the library begin with this word.
  if (issue.kind === 'validation' && !issue.message.startsWith('Invalid ')) return `${where} ${issue.message}`;
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${where} is not a parameter of ${taker}`;
  if (issue.received === 'undefined') return `${where} is missing`;
  return `${where} must be ${issue.expected}, not ${issue.received}`;
}
