import { isSecretKind, readMarker } from '../../privacy/marker.ts';
import { splitCanary } from '../seed/canaries.ts';
import type { SandboxEvent } from '../world/event.ts';
import type { Connection, World } from '../world/world.ts';
import type { ResultOf } from './operations.ts';

type Owner = ResultOf<'owners'>['owners'][number];

/** Whose data each marker is in, as far as it is about a person of this world. */
export function ownersOf(markers: readonly string[], world: World): readonly Owner[] {
  const { connections } = world;
  return markers.map((text) => {
    const marker = readMarker(text);
    if (marker === null || isSecretKind(marker.kind)) return null;
    const event = world.events.find(({ seed }) => seed >>> 0 === marker.seed);
    if (event === undefined || marker.index >= event.participantCount) return null;
    const { id, user_id: userId, first_name: first, last_name: last } = event.participant(marker.index);
    const [firstName, lastName] = [first, last].map((name) => splitCanary(name)[0]);
    return {
      participant_id: id,
      name: `${firstName} ${lastName}`,
      event_id: event.id,
      is_revoked: isRevoked(connections, event, userId),
    };
  });
}

function isRevoked(connections: readonly Connection[], event: SandboxEvent, userId: string): boolean {
  const covering = connections.filter(
    ({ event_id: id, kind, user_id: user }) => id === event.id && (kind === 'installation' || user === userId),
  );
  return covering.length > 0 && covering.every(({ revoked_at: at }) => at !== null);
}
