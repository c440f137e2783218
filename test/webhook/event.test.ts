import { describe, expect, it } from 'vitest';
import { eventTypes, sampleEnvelope } from '../../src/webhook/event.ts';

const context = {
  occurredAt: '2026-03-01T12:00:00.000Z',
  id: 'evt_delivery_1',
  eventId: 'evt_1',
  organizationId: 'org_1',
};

describe.each(eventTypes)('$type', (row) => {
  it('has a sample whose envelope is filled in, with an event unless it concerns the whole integration', () => {
    const { data, ...envelope } = sampleEnvelope(row.type, context);
    const owner = row.isIntegrationLevel
      ? { event_id: null, organization_id: null }
      : { event_id: 'evt_1', organization_id: 'org_1' };
    expect(envelope).toEqual({ id: 'evt_delivery_1', type: row.type, occurred_at: context.occurredAt, ...owner });
    expect(Object.keys(data as object).length).toBeGreaterThan(0);
  });

  it('is explained in a few words without a full stop', () => {
    expect(row.summary).toMatch(/^\S+ .*[^.]$/);
  });
});

it('every type is there once', () => {
  expect(new Set(eventTypes.map(({ type }) => type)).size).toBe(eventTypes.length);
});

it('a type that is unknown gets an envelope without data', () => {
  expect(sampleEnvelope('venue.teleported', context)).toMatchObject({ type: 'venue.teleported', data: {} });
});
