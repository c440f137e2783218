import { describe, expect, it } from 'vitest';
import { describeEntry } from '../../../../src/commands/sandbox/shared/text.ts';
import type { DeliveryEntry } from '../../../../src/sandbox/deliveries/delivery.ts';
import { colored } from '../../../support/commands/style.ts';

describe('a failed delivery in the output of sandbox start', () => {
  it('says how long the retry takes, also where the clock of the sandbox is ahead', () => {
    const entry: DeliveryEntry = {
      ...{
        type: 'delivery',
        delivery_id: 'd1',
        event: 'activity.updated',
        subject: null,
        attempt: 1,
        state: 'pending',
      },
      ...{ at: '2027-02-28T07:00:00.000Z', status: 500, ms: 20, error: 'HTTP 500', signed_with: 'current' },
      next_attempt_at: '2027-02-28T07:00:10.020Z',
    };
    const line = describeEntry(entry, Date.parse('2026-11-29T07:00:00Z'), colored);
    expect(line).toContain('retrying in 10s');
  });
});
