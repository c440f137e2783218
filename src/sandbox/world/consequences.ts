import type { Clock } from '../../ports/clock.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import { noticeOf } from '../deliveries/notices.ts';
import type { Grants } from '../oauth/grants.ts';
import type { Note } from '../saved/change.ts';
import type { SavedNotices } from '../saved/snapshot.ts';
import { actionOf } from './actions/actions.ts';
import type { Happening } from './happening.ts';
import type { Connection, World } from './world.ts';

/** How long a change of an activity's signups waits for further ones. Assumed: the guide says debounced, without a time. */
const debounceMs = 5_000;

interface ConsequenceParts {
  readonly world: World;
  readonly grants: Grants;
  readonly clock: Clock;
  /** Null without a webhook URL. */
  readonly deliveries: Deliveries | null;
  /** Called whenever the waiting notices change. */
  readonly note: Note;
  /** The event types that the manifest of the integration declares; null for all. */
  readonly declaredTypes: readonly string[] | null;
  /** Called for what is not delivered although there is a webhook URL. */
  readonly onWithheld: (entry: WithheldEntry) => void;
}

/** A change without a delivery, as `revento sandbox start -o ndjson` prints it. */
export interface WithheldEntry {
  readonly type: 'withheld';
  readonly event: string;
  /** The happening that it would have reported. */
  readonly happening_id: string;
  /** The id of what the happening changed. */
  readonly subject: string;
  readonly reason: string;
}

/** The consequences of a happening. */
export interface Followed {
  /** Null if none follows, or only later. */
  readonly delivery: Delivery | null;
  /** Why none follows although the action sends one; otherwise null. */
  readonly withheld: string | null;
  readonly endedLogins: number;
}

interface Waiting {
  readonly type: string;
  readonly happening: Happening;
  /** Milliseconds since the Unix epoch, by the sandbox's clock. */
  readonly due: number;
  readonly stop: AbortController;
}

/** The effects of a change outside of the world: tokens end, deliveries are sent. */
export class Consequences {
  readonly #parts: ConsequenceParts;
  /** Waiting debounced notices, by subject. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: ConsequenceParts) {
    this.#parts = parts;
  }

  /**
   * Lets them follow.
   *
   * @param isAtOnce  do not wait for further changes
   */
  follow(happening: Happening, isAtOnce: boolean): Followed {
    const row = actionOf(happening.action);
    const endedLogins = row?.name === 'revoke' ? this.#endLogins(happening.subject.id) : 0;
    const nothing = { delivery: null, withheld: null, endedLogins };
    if (row === undefined || row.sends === null || this.#parts.deliveries === null) return nothing;
    const withheld = this.withholds(row.sends);
    if (withheld === null && row.isDebounced && !isAtOnce) {
      this.#sendLater(row.sends, happening, this.#parts.clock.now() + debounceMs);
      return nothing;
    }
    return { ...nothing, withheld, delivery: this.#send(row.sends, happening) };
  }

  /**
   * Why Revento would not deliver an event type now; null when it would. A suspended integration only gets the delivery
   * about its suspension. Assumed: both.
   */
  withholds(type: string): string | null {
    const { declaredTypes, world } = this.#parts;
    if (declaredTypes !== null && !declaredTypes.includes(type)) return `the manifest does not declare ${type}`;
    return world.isSuspended && type !== 'integration.suspended' ? 'the integration is suspended' : null;
  }

  save(): SavedNotices {
    return [...this.#waiting.values()].map(({ type, happening, due }) => ({
      ...{ type, happening_id: happening.id },
      due_at: new Date(due).toISOString(),
    }));
  }

  /** Schedules saved notices; the world already has their changes. */
  load(saved: SavedNotices): void {
    for (const { type, happening_id: id, due_at: due } of saved) {
      const happening = this.#parts.world.happenings.find((one) => one.id === id);
      if (happening !== undefined) this.#sendLater(type, happening, Date.parse(due));
    }
  }

  /** Drops waiting notices. */
  reset(): void {
    for (const { stop } of this.#waiting.values()) stop.abort();
    this.#waiting.clear();
  }

  #send(type: string, happening: Happening): Delivery | null {
    const { deliveries, world, onWithheld } = this.#parts;
    if (deliveries === null) return null;
    const reason = this.withholds(type);
    if (reason !== null) {
      onWithheld({ type: 'withheld', event: type, happening_id: happening.id, subject: happening.subject.id, reason });
      return null;
    }
    return deliveries.send(noticeOf(type, happening, world), happening.subject.id);
  }

  #sendLater(type: string, happening: Happening, due: number): void {
    const { clock, note } = this.#parts;
    const { id } = happening.subject;
    this.#waiting.get(id)?.stop.abort();
    const stop = new AbortController();
    this.#waiting.set(id, { type, happening, due, stop });
    note({ type: 'notices', notices: this.save() });
    clock.sleep(Math.max(0, due - clock.now()), stop.signal).then(
      () => {
        this.#waiting.delete(id);
        note({ type: 'notices', notices: this.save() });
        this.#send(type, happening);
      },
      // Another change of the same subject came, or the sandbox ends.
      () => undefined,
    );
  }

  #endLogins(connectionId: string): number {
    const { world, grants } = this.#parts;
    const connection = world.connections.find(({ id }) => id === connectionId);
    return connection === undefined ? 0 : grants.revoke((consent) => isOf(connection, consent)).length;
  }
}

/** Whether a consent belongs to a connection. */
export function isOf(
  connection: Connection,
  consent: { readonly clientId: string; readonly eventId: string; readonly user: { readonly id: string } | null },
): boolean {
  return (
    connection.client_id === consent.clientId &&
    connection.event_id === consent.eventId &&
    connection.user_id === (consent.user?.id ?? null)
  );
}
