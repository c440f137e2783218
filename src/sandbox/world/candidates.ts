import type { Subject } from './actions/row.ts';
import type { SandboxEvent } from './event.ts';
import type { SubjectType } from './happening.ts';
import { integrationId, participantSubject, type World } from './world.ts';

/** The subjects of one type in an event, generated on demand. */
interface Candidates {
  readonly count: number;
  at(index: number): Subject | null;
}

/** All possible subjects of an action on this type, in the order of the API. */
export function candidatesOf(type: SubjectType, event: SandboxEvent, world: World): Candidates {
  if (type === 'participant') {
    return { count: event.participantCount, at: (index) => participantSubject(event, index) };
  }
  const ids = {
    activity: () => event.program().activities.map(({ id }) => String(id)),
    connection: () => world.connections.filter((one) => one.event_id === event.id).map(({ id }) => id),
    event: () => [event.id],
    integration: () => [integrationId],
  }[type]();
  return { count: ids.length, at: (index) => world.subject(type, ids[index] ?? '') };
}
