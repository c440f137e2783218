import { describe, expect, it } from 'vitest';
import { eventTypes, sampleEnvelope } from '../../../src/webhook/event.ts';
import { envelopeProblems } from '../../../src/webhook/schema/envelope-problems.ts';

const context = { id: 'x', occurredAt: '2026-11-29T09:00:00.000Z', eventId: 'evt_1', organizationId: 'org_1' };
const approved = { ...sampleEnvelope('application.approved', context) };
const messages = (value: unknown) => envelopeProblems(value).map(({ message }) => message);

describe('an envelope', () => {
  it.each(eventTypes.map(({ type }) => type))('of the sample of %s has no problem', (type) => {
    expect(envelopeProblems({ ...sampleEnvelope(type, context) })).toEqual([]);
  });

  it('may have further members and an unknown type with any data', () => {
    expect(messages({ ...approved, more: 1 })).toEqual([]);
    expect(messages({ ...approved, type: 'venue.teleported', data: [] })).toEqual([]);
  });

  it.each([
    [{ type: undefined }, 'type is missing.'],
    [{ id: 7 }, 'id must be a string.'],
    [{ occurred_at: 'yesterday' }, 'occurred_at must be an ISO 8601 time.'],
    [{ event_id: 7 }, 'event_id must be a string.'],
    [{ event_id: null }, 'event_id must be a string.'],
    [{ type: 'venue.teleported', event_id: 7 }, 'event_id must be a string or null.'],
    [{ data: 'x' }, 'data must be an object.'],
    [{ data: { ...(approved.data as object), status: 4 } }, 'data.status must be a string.'],
    [{ data: {} }, 'data.id is missing.'],
  ])('with %j is reported: %s', (change, message) => {
    expect(messages({ ...approved, ...change })).toContain(message);
  });

  it.each([null, [], 'text', 7])('is an object, not %j', (value) => {
    expect(messages(value)).toEqual(['The body must be a JSON object.']);
  });

  it('only warns about fields that the guide does not name', () => {
    const updated = { ...sampleEnvelope('activity.updated', context), data: {} };
    expect(new Set(envelopeProblems(updated).map(({ level }) => level))).toEqual(new Set(['warning']));
    expect(new Set(envelopeProblems({ ...approved, data: {} }).map(({ level }) => level))).toEqual(new Set(['error']));
  });
});
