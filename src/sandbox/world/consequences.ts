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

export interface ConsequenceParts {
  readonly world: World;
  readonly grants: Grants;
  readonly clock: Clock;
  /** Null without a webhook URL. */
  readonly deliveries: Deliveries | null;
  /** Told of every change of what waits. */
  readonly note: Note;
}

interface Waiting {
  readonly type: string;
  readonly happening: Happening;
  /** Milliseconds since the Unix epoch, by the sandbox's clock. */
  readonly due: number;
  readonly stop: AbortController;
}

/** What a change causes outside of the world: tokens end, deliveries are sent. */
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
   * @returns the delivery, null where none follows, or only later; and how many logins ended
   */
  follow(
    happening: Happening,
    isAtOnce: boolean,
  ): { readonly delivery: Delivery | null; readonly endedLogins: number } {
    const row = actionOf(happening.action);
    const endedLogins = row?.name === 'revoke' ? this.#endLogins(happening.subject.id) : 0;
    if (row === undefined || row.sends === null) return { delivery: null, endedLogins };
    if (!row.isDebounced || isAtOnce) return { delivery: this.#send(row.sends, happening), endedLogins };
    this.#sendLater(row.sends, happening, this.#parts.clock.now() + debounceMs);
    return { delivery: null, endedLogins };
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
    const { deliveries, world } = this.#parts;
    if (deliveries === null) return null;
    // Assumed: a suspended integration gets the delivery that says so, and nothing after it.
    if (world.isSuspended && type !== 'integration.suspended') return null;
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
