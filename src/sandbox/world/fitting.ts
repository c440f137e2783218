import type { ActionRow, Subject } from './actions/row.ts';
import { candidatesOf } from './candidates.ts';
import type { SandboxEvent } from './event.ts';
import type { SubjectType } from './happening.ts';
import type { World } from './world.ts';

/** Subjects looked at in one search, so that it takes milliseconds in an event of 100,000 participants too. */
const mostLookedAt = 5_000;
/** How many recent changes are searched: the latest subject is most likely meant again. */
const lookedBack = 200;

interface Search {
  readonly event: SandboxEvent;
  /** The prefix of the IDs. */
  readonly startsWith: string;
  readonly limit: number;
}

/** Subjects that an action fits now: those changed last come first, then the others in the order of the API. */
export function fittingSubjects(
  { from, subjects }: ActionRow,
  world: World,
  { event, startsWith, limit }: Search,
): { readonly found: readonly Subject[]; readonly hasMore: boolean } {
  const found = new Map<string, Subject>();
  let looks = 0;
  // An action without states creates its subject.
  for (const one of from === null ? [] : everySubject(subjects, event, world)) {
    if (++looks > mostLookedAt) return { found: [...found.values()], hasMore: true };
    if (found.has(one.id) || !one.id.startsWith(startsWith) || from?.includes(one.state) !== true) continue;
    if (found.size === limit) return { found: [...found.values()], hasMore: true };
    found.set(one.id, one);
  }
  return { found: [...found.values()], hasMore: false };
}

/** One at a time, because most searches end early; some come twice. */
function* everySubject(types: readonly SubjectType[], event: SandboxEvent, world: World): Generator<Subject> {
  const { happenings } = world;
  for (let back = 1; back <= Math.min(lookedBack, happenings.length); back++) {
    const { subject, event_id: eventId } = happenings[happenings.length - back] ?? {};
    if (subject === undefined || !types.includes(subject.type) || (eventId !== null && eventId !== event.id)) continue;
    const one = world.subject(subject.type, subject.id);
    if (one !== null) yield one;
  }
  for (const type of types) {
    const { count, at } = candidatesOf(type, event, world);
    for (let index = 0; index < count; index++) {
      const one = at(index);
      if (one !== null) yield one;
    }
  }
}
