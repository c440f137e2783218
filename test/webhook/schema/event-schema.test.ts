import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { eventTypes, sampleEnvelope } from '../../../src/webhook/event.ts';
import { anyEventSchema, envelopeSchema } from '../../../src/webhook/schema/event-schema.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, keywords: ['x-choice'] });
addFormats.default(ajv);
const any = ajv.compile(anyEventSchema());

const context = { occurredAt: '2026-11-29T09:00:00Z', id: 'evt_delivery_1', eventId: 'evt_1', organizationId: 'org_1' };

describe.each(eventTypes)('the schema of $type', (row) => {
  const one = ajv.compile({ $id: row.type, ...envelopeSchema(row) });
  const sample = sampleEnvelope(row.type, context);

  it('takes its sample, with fields that were added too', () => {
    expect(one(sample), JSON.stringify(one.errors)).toBe(true);
    expect(any(sample), JSON.stringify(any.errors)).toBe(true);
    const data = { ...(sample.data as object), added_later: [1] };
    expect(one({ ...sample, data, added_later: true })).toBe(true);
  });

  it('refuses it without data, and with a time that is not one', () => {
    const { data: _, ...without } = sample;
    expect(one(without)).toBe(false);
    expect(any(without)).toBe(false);
    expect(one({ ...sample, occurred_at: 'yesterday' })).toBe(false);
  });

  it('requires the fields that the guide documents, and no others', () => {
    expect(one({ ...sample, data: {} })).toBe(row.isAssumed === true);
  });
});

it('takes a type that was added later', () => {
  expect(any({ ...sampleEnvelope('badge.printed', context), data: { anything: 1 } })).toBe(true);
});

it('takes a known type in no other form than its own', () => {
  expect(any({ ...sampleEnvelope('application.approved', context), data: {} })).toBe(false);
});
