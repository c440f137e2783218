import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isSecretKind, type Marker } from '../../../privacy/marker.ts';
import type { Snapshot } from '../../../sandbox/saved/snapshot.ts';
import { splitCanary } from '../../../sandbox/seed/canaries.ts';
import type { SandboxEvent } from '../../../sandbox/world/event.ts';
import { World } from '../../../sandbox/world/world.ts';
import { askSandbox, type SandboxDeps } from '../sandbox/remote.ts';

/** Whose marker it is. */
export interface Owner {
  /** `ptp_…`, `login 3`, or a number where the sandbox does not know it. */
  readonly who: string;
  /** The participant's name without markers; null for tokens and secrets, and where it is not known. */
  readonly name: string | null;
  readonly eventId: string | null;
  /** Whether the consent that this person's data came by was revoked, and no other covers it. */
  readonly isRevoked: boolean;
}

/** Says whose a marker is. */
export interface People {
  ownerOf(marker: Marker): Owner;
}

/**
 * The running sandbox's people, and null while none runs.
 *
 * @throws ReventoError as `askSandbox`
 */
export async function runningPeople(deps: SandboxDeps & Pick<Deps, 'terminal'>): Promise<People | null> {
  const answer = await askSandbox(deps, 'save', {}).catch((error: unknown) => {
    if (error instanceof ReventoError && ['network', 'setting_missing'].includes(error.code)) return null;
    throw error;
  });
  if (answer === null) return null;
  if (!answer.saved.canaries) {
    deps.terminal.notice('warning: the running sandbox has no markers, so nothing of it can be found');
    deps.terminal.notice('hint: start it with: revento sandbox start --canaries --fresh');
  }
  return peopleOf(answer.saved);
}

/** The people of a sandbox, with what was consented to. */
export function peopleOf({ seed, participants, document, canaries: hasCanaries, happenings }: Snapshot): People {
  const world = new World({ seed, participants, document, hasCanaries });
  for (const happening of happenings) world.record(happening);
  return {
    ownerOf(marker) {
      if (isSecretKind(marker.kind)) return nobodyKnown(marker);
      const event = world.events.find((one) => one.seed >>> 0 === marker.seed);
      if (event === undefined || marker.index >= event.participantCount) return nobodyKnown(marker);
      const { id, user_id: userId } = event.participant(marker.index);
      const [firstName, lastName] = namesOf(event, marker.index);
      return {
        who: id,
        name: `${firstName} ${lastName}`,
        eventId: event.id,
        isRevoked: isRevoked(world, event, userId),
      };
    },
  };
}

/** Without a sandbox there are only the numbers that the marker has. */
export function nobodyKnown({ kind, index }: Marker): Owner {
  const who = !isSecretKind(kind)
    ? `participant ${index + 1}`
    : kind === 'client_secret' || kind === 'webhook_secret'
      ? 'integration'
      : `login ${index + 1}`;
  return { who, name: null, eventId: null, isRevoked: false };
}

function namesOf(event: SandboxEvent, index: number): readonly string[] {
  const { first_name: first, last_name: last } = event.participant(index);
  return [first, last].map((name) => splitCanary(name)[0]);
}

function isRevoked(world: World, event: SandboxEvent, userId: string): boolean {
  const covering = world.connections.filter(
    ({ event_id: id, kind, user_id: user }) => id === event.id && (kind === 'installation' || user === userId),
  );
  return covering.length > 0 && covering.every(({ revoked_at: at }) => at !== null);
}
