import { describe, expect, it } from 'vitest';
import { deliveryText } from '../../../../src/commands/webhook/listen/delivery-text.ts';
import { plainStyle } from '../../../../src/text/style.ts';
import type { Delivery } from '../../../../src/webhook/delivery.ts';
import type { Posted } from '../../../../src/webhook/sending/post.ts';
import { deliveryId, deliveryOf } from '../../../support/webhook/listened-delivery.ts';

const url = 'http://localhost:3000/webhooks/revento';

function resultOf(changes: Partial<Posted> = {}): Posted {
  return {
    url,
    status: 200,
    latencyMs: 12,
    error: null,
    failure: null,
    excerpt: '',
    location: null,
    response: null,
    ...changes,
  };
}

function textOf(
  results: readonly Posted[],
  { width, status = 200, ...changes }: Partial<Delivery> & { width?: number; status?: number } = {},
): string {
  const delivery = deliveryOf({ type: 'application.approved' }, changes);
  return deliveryText({ delivery, results, status, hints: [] }, plainStyle(width));
}

const withoutTime = (text: string) => text.replace(/^\d\d:\d\d:\d\d /, '');

describe('the line of a delivery', () => {
  it('is one line: the time, whether it verified, its type, and the answer of its handler', () => {
    expect(textOf([resultOf()])).toMatch(
      /^\d\d:\d\d:\d\d ✓ verified application\.approved → 200 POST .* 12 ms \[.*\]$/,
    );
    expect(withoutTime(textOf([resultOf()]))).toBe(
      `✓ verified application.approved → 200 POST ${url} 12 ms [${deliveryId}]`,
    );
  });

  it.each([
    [{}, [], `✓ verified application.approved → 200 [${deliveryId}]`],
    [
      { reason: 'signature_mismatch', isJson: false, json: undefined, status: 401 },
      [],
      `✗ not verified application.approved (signature_mismatch) → 401 [${deliveryId}]`,
    ],
    [{ standing: 'duplicate' }, [], `✓ verified application.approved (duplicate) → 200 [${deliveryId}]`],
    [
      { status: 502 },
      [resultOf({ status: null, error: 'refused' })],
      `✓ verified application.approved → connection refused POST ${url} 12 ms, answered 502 [${deliveryId}]`,
    ],
    [
      { status: 500 },
      [resultOf(), resultOf({ url: 'http://localhost:3001/', status: 500 })],
      `✓ verified application.approved → 200 POST ${url} 12 ms [${deliveryId}]\n         → 500 POST http://localhost:3001/ 12 ms`,
    ],
    [
      {},
      [resultOf({ url: `${url}?token=hidden` })],
      `✓ verified application.approved → 200 POST ${url}?token=[masked] 12 ms [${deliveryId}]`,
    ],
  ] as const)('says what happened: %j %j', (changes, results, line) => {
    expect(withoutTime(textOf(results, changes))).toBe(line);
  });

  it.each([
    [120, `→ 200 POST ${url} 12 ms [1f0c8a2e…]`],
    [108, `→ 200 POST ${url} 12 ms [1f0c8a2e…]`],
    [103, `→ 200 ${url} 12 ms [1f0c8a2e…]`],
    [80, '→ 200 localhost:3000 12 ms [1f0c8a2e…]'],
    [70, '→ 200 localhost:3000 12 ms'],
  ])('fits into %i columns', (width, end) => {
    const line = textOf([resultOf()], { width });
    expect(line.endsWith(end)).toBe(true);
    expect(line.length).toBeLessThanOrEqual(width);
  });
});
