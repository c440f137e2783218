import type { Clock } from '../../ports/clock.ts';
import { actionOf, actions, fittingActions } from './actions/actions.ts';
import type { ActionRow, Subject } from './actions/row.ts';
import { candidatesOf } from './candidates.ts';
import type { SandboxEvent } from './event.ts';
import type { Fields, Happening } from './happening.ts';
import { idOf } from './random.ts';
import { type Connection, testEventId, type World } from './world.ts';

/** A requested change. */
export interface Wish {
  readonly action: string;
  /** Default: a subject that the action fits. */
  readonly id?: string | undefined;
  /** The event to pick or create the subject in; default: the test event. */
  readonly eventId?: string | undefined;
  /** The client that `connect` gives consent to; default: the first. */
  readonly clientId?: string | undefined;
  /** Already checked by the row of the action. */
  readonly params: Fields;
}

/** Why an action was not done. */
export class DoesNotFit extends Error {
  readonly code: 'unknown_action' | 'not_a_parameter' | 'not_found' | 'does_not_fit' | 'nobody_fits';

  constructor(code: DoesNotFit['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Why an action name is refused. */
export function unknownAction(name: string): DoesNotFit {
  const known = actions.map((row) => row.name).join(', ');
  return new DoesNotFit('unknown_action', `unknown action "${name}"; actions are ${known}`);
}

interface StageParts {
  readonly world: World;
  /** The sandbox's clock. */
  readonly clock: Pick<Clock, 'now'>;
  readonly seed: number;
  /** The clients that can get consent, and the scopes of each kind. */
  readonly clientId: string;
  scopesOf(kind: 'installation' | 'user'): readonly string[];
}

/** Does actions: finds the subject, checks that the action fits it, and records the change. */
export class Stage {
  readonly #parts: StageParts;
  /** Where the next search for a fitting subject starts, by action and event. */
  readonly #turns = new Map<string, number>();

  constructor(parts: StageParts) {
    this.#parts = parts;
  }

  /**
   * Does the action completely or not at all.
   *
   * @throws DoesNotFit
   */
  do(wish: Wish): Happening {
    const row = actionOf(wish.action);
    if (row === undefined) throw unknownAction(wish.action);
    const event = this.#eventOf(wish.eventId);
    const subject = row.from === null ? this.#make(row, event, wish) : this.#find(row, row.from, wish.id, event);
    const { world, clock, seed } = this.#parts;
    const at = isoSeconds(clock.now());
    const changed = row.change(subject, wish.params, { at, reviewerId: idOf('usr', seed ^ 0x5eed, 0) });
    const isNew = row.from === null;
    const happening: Happening = {
      id: `hap_${world.happenings.length + 1}`,
      at,
      action: row.name,
      actor: row.name === 'revoke' && subject.fields['kind'] === 'user' ? 'participant' : row.actor,
      event_id: subject.event?.id ?? null,
      subject: { type: subject.type, id: subject.id },
      before: isNew ? null : pickFields(subject.fields, Object.keys(changed)),
      after: isNew ? { ...subject.fields, ...changed } : changed,
    };
    world.record(happening);
    return happening;
  }

  /** Whether an event has a subject that an action fits, or the action creates one. */
  fits(action: string, eventId: string): boolean {
    const row = actionOf(action);
    if (row === undefined) return false;
    return row.from === null || this.#search(row, row.from, this.#eventOf(eventId)) !== null;
  }

  #find(row: ActionRow, from: readonly string[], id: string | undefined, event: SandboxEvent): Subject {
    if (id === undefined) return this.#pick(row, from, event);
    const subject = row.subjects.map((type) => this.#parts.world.subject(type, id)).find((one) => one !== null);
    if (subject === undefined || subject === null) {
      throw new DoesNotFit('not_found', `the sandbox has no ${row.subjects.join(' or ')} ${id}`);
    }
    if (from.includes(subject.state)) return subject;
    const fitting = fittingActions(subject.type, subject.state);
    const instead = fitting.length === 0 ? 'nothing fits it now' : `what fits: ${fitting.join(', ')}`;
    throw new DoesNotFit(
      'does_not_fit',
      `${subject.type} ${id} is ${subject.state}; ${row.name} needs ${from.join(' or ')}; ${instead}`,
    );
  }

  /** A subject that the action fits; a different one each time. @throws DoesNotFit `nobody_fits` */
  #pick(row: ActionRow, from: readonly string[], event: SandboxEvent): Subject {
    const found = this.#search(row, from, event);
    if (found === null) {
      const needs = `${row.subjects.join(' or ')} is ${from.join(' or ')}`;
      throw new DoesNotFit('nobody_fits', `no ${needs}, which ${row.name} needs`);
    }
    this.#turns.set(`${row.name} ${event.id}`, found.index + 1);
    return found.subject;
  }

  #search(row: ActionRow, from: readonly string[], event: SandboxEvent): { subject: Subject; index: number } | null {
    const turn = `${row.name} ${event.id}`;
    for (const type of row.subjects) {
      const { count, at } = candidatesOf(type, event, this.#parts.world);
      const start = this.#turns.get(turn) ?? 0;
      for (let step = 0; step < count; step++) {
        const index = (start + step) % count;
        const subject = at(index);
        if (subject === null || !from.includes(subject.state)) continue;
        return { subject, index };
      }
    }
    return null;
  }

  /** The subject that an action creates, before its change. */
  #make(row: ActionRow, event: SandboxEvent, { params, clientId }: Wish): Subject {
    if (row.name === 'apply') {
      const fields = event.newcomer();
      return { type: 'participant', id: fields.id, event, fields, state: 'new' };
    }
    const { world, clientId: firstClient, seed, scopesOf, clock } = this.#parts;
    const kind = params['kind'] === 'user' ? 'user' : 'installation';
    const fields: Connection = {
      id: idOf('con', seed, world.connections.length),
      kind,
      client_id: clientId ?? firstClient,
      event_id: event.id,
      organization_id: event.organization.id,
      user_id: kind === 'user' ? String(params['user_id'] ?? event.participant(0).user_id) : null,
      scope: (params['scope'] as readonly string[] | undefined) ?? scopesOf(kind),
      connected_at: isoSeconds(clock.now()),
      revoked_at: null,
    };
    return { type: 'connection', id: fields.id, event, fields, state: 'new' };
  }

  #eventOf(id: string = testEventId): SandboxEvent {
    const { world } = this.#parts;
    const event = world.event(id);
    if (event !== null) return event;
    const known = world.events.map((one) => one.id).join(' and ');
    throw new DoesNotFit('not_found', `the sandbox has no event ${id}; it has ${known}`);
  }
}

function pickFields(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
}

/** ISO 8601 UTC with whole seconds. Source: guide, the samples of deliveries. */
export function isoSeconds(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
