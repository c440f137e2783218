import { isSuccess } from '../../http/status.ts';
import { eventTypes } from '../event.ts';
import { acknowledged, describeAnswer, type Judgment } from './answer.ts';
import type { Bench } from './bench.ts';
import { accepts, type ConformanceCase } from './case.ts';

/** A valid delivery for each event type there is, for one that does not exist, and for special ones. */
export const eventTypeCases: readonly ConformanceCase[] = [
  {
    id: 'known-types',
    title: 'acknowledges every known event type',
    sent: `a sample of each of the ${eventTypes.length} types of \`revento webhook events\``,
    wanted: '2xx each time',
    why: 'every type arrives at the same URL; what is not acknowledged may be sent again, or is lost',
    fix: 'acknowledge types you do not handle, and read only the fields you need',
    run: sendEveryType,
  },
  accepts(
    {
      id: 'deletion-required',
      title: 'acknowledges data.deletion_required with its minimal data',
      sent: 'a valid data.deletion_required whose data is {}',
      why: 'its payload is minimal; a handler that expects fields in data fails where it has to delete',
      fix: 'use event_id and organization_id of the envelope, and expect nothing in data',
    },
    (bench) => {
      const type = 'data.deletion_required';
      return bench.make({ type, text: JSON.stringify({ ...bench.envelope(type), data: {} }) });
    },
  ),
  accepts(
    {
      id: 'unknown-type',
      title: 'acknowledges an event type it does not know',
      sent: 'a valid delivery of the type venue.teleported',
      why: 'the list of types grows; what is not acknowledged may be sent again, or is lost',
      fix: 'acknowledge what you do not handle, before any switch over the type',
    },
    (bench) => bench.make({ type: 'venue.teleported' }),
  ),
  accepts(
    {
      id: 'unknown-fields',
      title: 'acknowledges fields it does not know',
      sent: 'a valid delivery with unknown fields in the envelope and in data',
      why: 'fields are added without notice',
      fix: 'read the fields you need and ignore the rest',
    },
    (bench) => {
      const { data, ...envelope } = bench.envelope();
      const more = { ...envelope, new_field: [1], data: { ...(data as object), newer: { a: null } } };
      return bench.make({ text: JSON.stringify(more) });
    },
  ),
  accepts(
    {
      id: 'null-event-id',
      title: 'acknowledges an integration-level delivery',
      sent: 'integration.suspended, in which event_id and organization_id are null',
      why: 'a handler that looks up its event first crashes on null',
      fix: 'check for null before you look anything up by event_id',
    },
    (bench) => bench.make({ type: 'integration.suspended' }),
  ),
];

/** The first type that is not acknowledged decides; a warning where our sample, not the handler, may be wrong. */
async function sendEveryType(bench: Bench): Promise<Judgment> {
  let softest: Judgment | null = null;
  for (const { type, isAssumed } of eventTypes) {
    const answer = await bench.sendValid(bench.make({ type }));
    if (isSuccess(answer.status)) continue;
    const { outcome } = acknowledged(answer);
    const got = `${describeAnswer(answer)} to ${type}`;
    if (outcome === 'skip' || !isAssumed) return { outcome, got };
    softest ??= {
      outcome: 'warn',
      got: `${got}; the fields of its sample are assumed, so compare with a real delivery`,
    };
  }
  return softest ?? { outcome: 'pass', got: `2xx to all ${eventTypes.length} types` };
}
