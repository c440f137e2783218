import { isoSeconds } from '../world/stage.ts';
import type { ControlParts } from './control.ts';
import type { ResultOf } from './operations.ts';

/** What the sandbox is, and who is connected. */
export function statusView({
  life,
  deliveries,
  startedAt,
  kept,
}: Pick<ControlParts, 'life' | 'deliveries' | 'startedAt' | 'kept'>): ResultOf<'status'> {
  const { world } = life;
  const counts = { pending: 0, delivered: 0, dead: 0 };
  for (const { state } of deliveries?.list() ?? []) counts[state]++;
  const state = kept();
  return {
    started_at: isoSeconds(startedAt),
    events: world.events.map(({ id, title, participantCount }) => ({ id, title, participants: participantCount })),
    connections: world.connections.filter((one) => one.revoked_at === null),
    suspended: world.isSuspended,
    webhook_url: deliveries?.url ?? null,
    deliveries: counts,
    happenings: world.happenings.length,
    kept: state === null ? null : { path: state.path, since: isoSeconds(state.since), problem: state.problem },
  };
}

/** What the clock of the sandbox shows, and what is due next. */
export function clockView({ clock, deliveries }: Pick<ControlParts, 'clock' | 'deliveries'>): ResultOf<'clock'> {
  const { now, real, isHeld } = clock.state();
  return {
    now: isoSeconds(now),
    real: isoSeconds(real),
    ahead_ms: Math.max(0, now - real),
    held: isHeld,
    next_retry_at: earliest((deliveries?.list() ?? []).map(({ next_attempt_at: at }) => at)),
  };
}

/** The earliest of ISO times in UTC, which sort as text. */
function earliest(times: readonly (string | null)[]): string | null {
  return times.reduce((first, at) => (at !== null && (first === null || at < first) ? at : first), null);
}
