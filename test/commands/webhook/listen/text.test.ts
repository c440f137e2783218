import { describe, expect, it } from 'vitest';
import { answeredText, summaryText } from '../../../../src/commands/webhook/listen/text.ts';
import { plainStyle } from '../../../../src/text/style.ts';
import type { Delivery } from '../../../../src/webhook/delivery.ts';
import { Tally } from '../../../../src/webhook/listener/tally.ts';

const id = '1f0c8a2e-5b7d-4c11-9a3e-0d2f6b8c4e57';

function deliveryOf(json: unknown): Delivery {
  const text = JSON.stringify(json);
  return {
    receivedAt: 0,
    deliveryId: id,
    claimedEvent: 'application.approved',
    headers: [],
    body: Buffer.from(text),
    text,
    reason: null,
    isPreviousSecret: false,
    standing: 'first',
    json,
    isJson: true,
  };
}

function linesAt(width: number | undefined, json: unknown, url = 'http://localhost:3000/webhooks/revento'): string[] {
  const results = [
    { url, status: 200, latencyMs: 12, error: null, failure: null, excerpt: '', location: null, response: null },
  ];
  return answeredText(deliveryOf(json), { results, status: 200, hints: [] }, plainStyle(width)).split('\n');
}

describe('the line of an answer', () => {
  it('has the whole delivery id where there is room for it, as in a file', () => {
    expect(linesAt(undefined, {})[0]).toContain(`200 POST http://localhost:3000/webhooks/revento 12 ms [${id}]`);
    expect(linesAt(120, {})[0]).toContain(`[${id}]`);
  });

  it.each([
    ['http://localhost:3000/webhooks/revento', '200 POST http://localhost:3000/webhooks/revento 12 ms [1f0c8a2e…]'],
    ['http://localhost:3000/api/webhooks/revento', '200 http://localhost:3000/api/webhooks/revento 12 ms [1f0c8a2e…]'],
  ])('fits into 80 columns: %s', (url, text) => {
    const [line = ''] = linesAt(80, {}, url);
    expect(line).toContain(text);
    expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('a long payload', () => {
  const long = { list: Array.from({ length: 500 }, (_, index) => index), text: 'x'.repeat(5_000) };

  it('is cut on a terminal, and says how much there is', () => {
    const lines = linesAt(80, long);
    expect(lines.length).toBeLessThan(130);
    expect(lines.at(-1)).toMatch(/^\(\d+ more lines, \d+ bytes; -o ndjson and --record have them all\)$/);
    expect(linesAt(80, { text: 'x'.repeat(5_000) }).at(-1)).toMatch(/^\(cut, 5011 bytes; /);
  });

  it('is whole in a pipe or a file', () => {
    expect(linesAt(undefined, long).slice(1).join('\n')).toBe(JSON.stringify(long, null, 2));
  });
});

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

  it('tell of what was forwarded how much of it failed', () => {
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
