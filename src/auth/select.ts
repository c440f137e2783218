import type { LoginKey, LoginKind } from '../deps.ts';
import { ReventoError } from '../errors.ts';

/** Which login is asked for. */
export interface Wanted {
  readonly kind?: LoginKind;
  /** Null when none is selected. */
  readonly eventId: string | null;
}

/**
 * The login that fits: of the wanted kind and event, or the only one there is. For one event an organizer's login
 * goes before a participant's when no kind is asked for.
 *
 * @throws ReventoError `not_logged_in` when none fits, `usage` when several do and no event is selected
 */
export function selectLogin(logins: readonly LoginKey[], { kind, eventId }: Wanted, profile: string): LoginKey {
  const ofKind = logins.filter((login) => kind === undefined || login.kind === kind);
  const fitting = ofKind.filter((login) => eventId === null || login.eventId === eventId);
  const events = [...new Set(fitting.map((login) => login.eventId))];
  if (events.length > 1) {
    throw new ReventoError(
      'usage',
      `Profile "${profile}" has logins for ${events.length} events and none is selected.`,
      {
        hint: `name one: ${events.map((event) => `--event ${event}`).join(' or ')}`,
      },
    );
  }
  const found = fitting.find((login) => login.kind === 'installation') ?? fitting[0];
  if (found) return found;
  const who = kind === undefined ? '' : kind === 'user' ? "participant's " : "organizer's ";
  const where = eventId === null ? '' : ` for event ${eventId}`;
  const others = eventId === null ? [] : [...new Set(ofKind.map((login) => login.eventId))];
  const also = others.length === 0 ? '' : ` (it has one for ${others.join(', ')})`;
  throw new ReventoError('not_logged_in', `Profile "${profile}" has no ${who}login${where}${also}.`, {
    ...(eventId !== null && { eventId }),
    ...(kind && { kind }),
  });
}
