import type { PinnedEvent, SeedDocument } from '../seed/seed-document.ts';
import type { EventPlan } from './event.ts';
import { roll } from './random.ts';

/** The events of a sandbox: the built-in ones, replaced or followed by those of a seed file. */
export function eventPlans(
  builtIn: readonly EventPlan[],
  seed: number,
  document: SeedDocument | null,
): readonly EventPlan[] {
  const given = document?.events ?? [];
  const changed = builtIn.map((plan) => {
    const own = given.find(({ id }) => id === plan.id);
    return own === undefined ? plan : planOf(own, plan);
  });
  const more = given.filter(({ id }) => !builtIn.some((plan) => plan.id === id));
  return [...changed, ...more.map((own) => planOf(own, freshPlan(own.id, seed)))];
}

/** The defaults of an event in a seed file. */
function freshPlan(id: string, seed: number): EventPlan {
  return {
    id,
    // A different seed for each event: the same people in both would look like a bug of the client.
    seed: roll(seed, `event ${id}`, 0) & 0x7fffffff,
    title: id,
    description: '',
    organization: { id: 'org_test_formal', name: 'Verein für schöne Ereignisse e. V.', kind: 'formal' },
    startsOn: Date.UTC(2027, 5, 10),
    days: 1,
    participantCount: 0,
  };
}

function planOf(own: PinnedEvent, plan: EventPlan): EventPlan {
  const { participants: people, more_participants: more, activities } = own;
  return {
    ...plan,
    title: own.title ?? plan.title,
    description: own.description ?? plan.description,
    organization:
      own.organization === undefined
        ? plan.organization
        : { kind: 'formal', name: own.organization.id, ...own.organization },
    startsOn: own.starts_on === undefined ? plan.startsOn : Date.parse(own.starts_on),
    days: own.days ?? plan.days,
    // A list is complete, unless it says that more follow.
    participantCount: people === undefined ? (more ?? plan.participantCount) : people.length + (more ?? 0),
    ...(people !== undefined && { people }),
    ...(activities !== undefined && { activities }),
  };
}
