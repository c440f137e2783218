import { describe, expect, it } from 'vitest';
import { summaryText } from '../../../../src/commands/webhook/listen/summary-text.ts';
import { plainStyle } from '../../../../src/text/style.ts';
import { Tally } from '../../../../src/webhook/listener/tally.ts';
import { deliveryOf } from '../../../support/webhook/listened-delivery.ts';

describe('the counts at the end', () => {
  const summaryAt = (width: number | undefined, statuses: readonly (number | null)[]) => {
    const tally = new Tally();
    for (const status of statuses) {
      const result = {
        url: 'http://localhost:3000/',
        status,
        latencyMs: 12,
        error: null,
        failure: null,
        excerpt: '',
        location: null,
        response: null,
      };
      tally.add(deliveryOf({}), [result]);
    }
    return summaryText(tally, plainStyle(width));
  };

  it('say how much of what was forwarded failed', () => {
    expect(summaryAt(undefined, [200, 500, null])).toBe(
      '3 deliveries: 3 verified, 0 invalid, 0 duplicates, 3 forwarded (2 failed); latency p50 12 ms, p95 12 ms',
    );
    expect(summaryAt(undefined, [200])).toContain('1 forwarded; latency');
  });

  it('fit into 80 columns', () => {
    for (const line of summaryAt(80, [200, 500, null]).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(summaryAt(80, [200])).toContain('latency p50 12 ms');
  });
});
