import * as v from 'valibot';
import { nothing, optional, optionalText as text, time } from '../../message/shape.ts';
import type { Fields } from '../happening.ts';
import type { ActionRow } from './row.ts';

/** The field of the capacity that a number of signups sets. Assumed: the guide names the event, not the states. */
export function capacityState(taken: number, capacity: number): string {
  if (taken >= capacity) return 'full';
  return taken > capacity * 0.8 ? 'nearly_full' : 'available';
}

/** What happens to activities of the event program. */
export const activityActions: readonly ActionRow[] = [
  {
    name: 'edit-activity',
    summary: 'An organizer changes an activity',
    actor: 'organizer',
    subjects: ['activity'],
    from: ['available', 'nearly_full', 'full'],
    params: v.strictObject({
      title: text('title'),
      description: text('description'),
      status: text('scheduled or cancelled'),
      location_id: text('id of a room'),
      starts_at: optional(time, 'start, ISO 8601 UTC'),
      ends_at: optional(time, 'end, ISO 8601 UTC'),
    }),
    sends: 'activity.updated',
    change: ({ fields }, params) => (Object.keys(params).length === 0 ? moved(fields) : params),
  },
  {
    name: 'fill',
    summary: 'An activity fills up',
    actor: 'participant',
    subjects: ['activity'],
    from: ['available', 'nearly_full'],
    params: nothing,
    sends: 'activity.capacity_state_changed',
    isDebounced: true,
    change: ({ fields }) => ({ registered_count: fields['capacity'] ?? 0, capacity_state: 'full' }),
  },
  {
    name: 'free',
    summary: 'Half of the signups of an activity are withdrawn',
    actor: 'participant',
    subjects: ['activity'],
    from: ['nearly_full', 'full'],
    params: nothing,
    sends: 'activity.capacity_state_changed',
    isDebounced: true,
    change: ({ fields }) => {
      const capacity = Number(fields['capacity']);
      const taken = Math.floor(capacity / 2);
      return { registered_count: taken, capacity_state: capacityState(taken, capacity) };
    },
  },
];

const quarterHourMs = 15 * 60_000;

/** The default change: a quarter of an hour later. */
function moved(fields: Fields): Fields {
  const later = (at: unknown) => new Date(Date.parse(String(at)) + quarterHourMs).toISOString();
  return { starts_at: later(fields['starts_at']), ends_at: later(fields['ends_at']) };
}
