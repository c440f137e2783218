import type { LoginKind } from '../../login/login.ts';
import type { SandboxEvent } from '../world/event.ts';
import type { World } from '../world/world.ts';
import type { Client } from './clients.ts';

/** Why nobody can consent. */
export interface Obstacle {
  readonly title: string;
  readonly problem: string;
  /** What to do about it; text in backquotes is code. */
  readonly remedy: string;
}

/**
 * Why nobody at all can consent; null when somebody can.
 *
 * Source: guide, who may sign in. Assumed: what the page says, and that a suspended integration and an archived event
 * accept no consent.
 */
export function obstacleTo(world: World, client: Client, event: SandboxEvent, kind: LoginKind): Obstacle | null {
  if (world.isSuspended) {
    return {
      title: 'This integration is suspended',
      problem: 'Revento has suspended the integration, so nobody can connect it or sign in with it.',
      remedy: 'To reinstate it, run `revento sandbox do reinstate integration`.',
    };
  }
  if (event.isArchived) {
    return {
      title: 'This event is archived',
      problem: `${event.title} has been archived, so no integration can be connected to it.`,
      remedy: `To publish it again, run \`revento sandbox do reinstate ${event.id}\`.`,
    };
  }
  if (kind === 'installation') return null;
  if (!isConnected(world, client, event)) {
    return {
      title: 'An organizer has to connect the integration first',
      problem: `Participants of ${event.title} can sign in to ${client.name} once an organizer has connected it to the event.`,
      remedy: 'Log in as an organizer first: `revento -p sandbox login`. Or run `revento sandbox do connect`.',
    };
  }
  if (signers(event, 1).length > 0) return null;
  return {
    title: 'Nobody can sign in',
    problem: `${event.title} has no participants, and only they can sign in.`,
    remedy: 'For somebody to apply, run `revento sandbox do apply`.',
  };
}

/** The first participants who can sign in, by their place in the event: those with an application. */
export function signers(event: SandboxEvent, most: number): readonly number[] {
  const found: number[] = [];
  for (let index = 0; index < event.participantCount && found.length < most; index++) {
    if (event.participant(index).application_status !== 'cancelled') found.push(index);
  }
  return found;
}

/** Whether an organizer has connected an integration; its public client is the same integration. */
export function isConnected(world: World, client: Pick<Client, 'id'>, event: SandboxEvent): boolean {
  const integration = (id: string) => id.replace(/_public$/, '');
  return world.connections.some(
    (one) =>
      one.kind === 'installation' &&
      one.revoked_at === null &&
      one.event_id === event.id &&
      integration(one.client_id) === integration(client.id),
  );
}
