import * as v from 'valibot';
import { happening } from '../world/happening.ts';
import {
  type SavedAccess,
  type SavedDelivery,
  type SavedRefresh,
  type Snapshot,
  savedAccess,
  savedClock,
  savedDelivery,
  savedFamily,
  savedFault,
  savedNotice,
  savedRefresh,
  savedSigning,
} from './snapshot.ts';

/**
 * One change of a sandbox since it was saved. Only the last change of `clock`, `faults`, `notices` and `signing`
 * counts.
 */
export const change = v.variant('type', [
  v.object({ type: v.literal('happened'), happening }),
  /** A login, by its place among all. */
  v.object({ type: v.literal('family'), number: v.number(), family: savedFamily }),
  v.object({ type: v.literal('access'), token: savedAccess }),
  v.object({ type: v.literal('access_forgotten'), hash: v.string() }),
  v.object({ type: v.literal('refresh'), token: savedRefresh }),
  v.object({ type: v.literal('delivery'), delivery: savedDelivery }),
  v.object({ type: v.literal('delivery_forgotten'), id: v.string() }),
  v.object({ type: v.literal('signing'), signing: savedSigning }),
  v.object({ type: v.literal('clock'), clock: savedClock }),
  v.object({ type: v.literal('faults'), faults: v.array(savedFault) }),
  v.object({ type: v.literal('notices'), notices: v.array(savedNotice) }),
]);
export type Change = v.InferOutput<typeof change>;

/** Changes of which only the last one counts. */
export const lastCounts: ReadonlySet<string> = new Set(['signing', 'clock', 'faults', 'notices']);

/** Takes a change for what is kept of a sandbox. */
export type Note = (change: Change) => void;

/** For a sandbox that is not saved. */
export const ignore: Note = () => undefined;

/** The snapshot with changes made to it, in order. */
export function withChanges(start: Snapshot, changes: Iterable<Change>): Snapshot {
  const happenings = [...start.happenings];
  const families = [...start.grants.families];
  const access = new Map(start.grants.access.map((token): [string, SavedAccess] => [token.hash, token]));
  const refresh = new Map(start.grants.refresh.map((token): [string, SavedRefresh] => [token.hash, token]));
  const sent = new Map(
    (start.deliveries?.deliveries ?? []).map((one): [string, SavedDelivery] => [one.shown.delivery_id, one]),
  );
  let signing = start.deliveries?.signing ?? null;
  let { clock, faults, notices } = start;
  for (const one of changes) {
    switch (one.type) {
      case 'happened':
        happenings.push(one.happening);
        break;
      case 'family':
        families[one.number] = one.family;
        break;
      case 'access':
        access.set(one.token.hash, one.token);
        break;
      case 'access_forgotten':
        access.delete(one.hash);
        break;
      case 'refresh':
        refresh.set(one.token.hash, one.token);
        break;
      case 'delivery':
        sent.set(one.delivery.shown.delivery_id, one.delivery);
        break;
      case 'delivery_forgotten':
        sent.delete(one.id);
        break;
      case 'signing':
        signing = one.signing;
        break;
      case 'clock':
        clock = one.clock;
        break;
      case 'faults':
        faults = one.faults;
        break;
      case 'notices':
        notices = one.notices;
    }
  }
  return {
    ...start,
    ...{ happenings, clock, faults, notices },
    grants: { families, access: [...access.values()], refresh: [...refresh.values()] },
    deliveries: signing === null ? null : { signing, deliveries: [...sent.values()] },
  };
}
