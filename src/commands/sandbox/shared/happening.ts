import type { Happening } from '../../../sandbox/world/happening.ts';

/** The most telling field of a change, by type of subject. */
const telling = ['application_status', 'capacity_state', 'publish_status', 'suspended_at', 'revoked_at'] as const;

/** What changed, in a few words: `pending → approved`, or the names of the fields. */
export function changeOf({ before, after }: Happening): string {
  const field = telling.find((name) => name in after && !(before === null && after[name] === null));
  const value = (one: unknown) => (one === null || one === undefined ? 'none' : String(one));
  if (field !== undefined) {
    return before === null ? value(after[field]) : `${value(before[field])} → ${value(after[field])}`;
  }
  return before === null ? 'new' : Object.keys(after).join(', ');
}

/** One line: what changed, and for whom. */
export function describeHappening(happening: Happening): string {
  return `${happening.action} ${happening.subject.id}: ${changeOf(happening)}`;
}
