import { expect, it } from 'vitest';
import { parseCassette } from '../../src/webhook/recording.ts';

const ids = { 'x-revento-delivery-id': 'an-id', 'x-revento-event': 'activity.updated' };
const line = (changes: object = {}) =>
  JSON.stringify({
    type: 'delivery',
    delivery_id: 'an-id',
    event: 'activity.updated',
    received_at: '2026-01-01T00:00:00.000Z',
    verified: true,
    reason: null,
    headers: { ...ids, 'x-one': '1', 'x-many': ['a', 'b'] },
    body_base64: Buffer.of(0, 255, 10).toString('base64'),
    ...changes,
  });

it('gives back bytes and headers as they were', () => {
  const { deliveries, warnings } = parseCassette(`${line()}\n`);
  expect(warnings).toEqual([]);
  expect(deliveries).toEqual([
    {
      lineNumber: 1,
      deliveryId: 'an-id',
      event: 'activity.updated',
      receivedAt: Date.UTC(2026, 0, 1),
      invalid: null,
      headers: [...Object.entries(ids), ['x-one', '1'], ['x-many', 'a'], ['x-many', 'b']],
      body: Buffer.of(0, 255, 10),
    },
  ]);
});

it('passes over lines of other types', () => {
  const text = `{"type":"ready","url":"x"}\n${line()}\n{"type":"summary"}\n`;
  expect(parseCassette(text)).toMatchObject({ deliveries: [{ lineNumber: 2 }], warnings: [] });
});

it('reports a last line that was cut off, and keeps the others', () => {
  const { deliveries, warnings } = parseCassette(`${line()}\n${line().slice(0, 50)}`);
  expect(deliveries).toHaveLength(1);
  expect(warnings).toEqual(['line 2, the last, is cut off: its recording was interrupted; it is left out']);
});

it.each([
  ['headers that are no object', line({ headers: [] })],
  ['a header that is a number', line({ headers: { a: 1 } })],
  ['no body', line({ body_base64: null })],
  ['no time', line({ received_at: 'soon' })],
  ['an array', '[]'],
  ['another object', '{}'],
])('reports a line with %s', (_name, text) => {
  expect(parseCassette(`${text}\n`)).toMatchObject({ deliveries: [], warnings: [expect.stringContaining('line 1')] });
});

it.each([
  ['says so', { verified: false, reason: 'signature_mismatch' }, 'signature_mismatch'],
  ['says no reason', { verified: false }, 'no reason recorded'],
  ['leaves it open', { verified: undefined }, 'no reason recorded'],
  ['is not plain about it', { verified: 'true' }, 'no reason recorded'],
])('takes a delivery for invalid where the line %s', (_name, changes, invalid) => {
  expect(parseCassette(`${line(changes)}\n`).deliveries).toMatchObject([{ invalid }]);
});

it('tells of many bad lines in one sentence, and keeps the others', () => {
  const { deliveries, warnings, foreign } = parseCassette(`${'text\n'.repeat(500)}${line()}\n{}\n`);
  expect(deliveries).toHaveLength(1);
  expect(warnings).toEqual([
    '500 lines are not JSON (1, 2, 3, 4, 5, …); they are left out',
    'line 502 is no recorded delivery; it is left out',
  ]);
  expect(foreign).toBeNull();
});

it.each([
  ['text', 'one\ntwo', 'line 1 is not JSON'],
  ['a payload', '\n{"type":"delivery"}\n', 'line 2 is no recorded delivery'],
  ['a recording that ended before its first line did', '{"type":"deliv', null],
  ['a recording of nothing', '{"type":"ready","url":"x"}\nnoise\n', null],
  ['an empty file', '', null],
])('tells a file that is no recording: %s', (_name, text, foreign) => {
  expect(parseCassette(text).foreign).toBe(foreign);
});

const text = '{"type":"activity.updated","n":1}';
const genuine = { body: text, body_base64: Buffer.from(text).toString('base64') };
it.each([
  ['another body', { ...genuine, body: '{"type":"activity.updated","n":2}' }, 'body does not match its body_base64'],
  ['text for bytes that are none', { body: '\ufffd' }, 'body does not match its body_base64'],
  ['another type', { ...genuine, event: 'application.approved' }, 'event does not match its body_base64'],
  ['another id', { ...genuine, delivery_id: 'other' }, 'delivery_id does not match its headers'],
  ['an id that no header had', { headers: { 'x-revento-event': 'activity.updated' } }, 'delivery_id does not'],
  ['junk among its base64', { body_base64: `${genuine.body_base64}!!!!` }, 'body_base64 is no base64'],
])('uses no line with %s', (_name, changes, why) => {
  expect(parseCassette(`${line(genuine)}\n${line(changes)}\n`)).toMatchObject({
    deliveries: [{ lineNumber: 1 }],
    warnings: [expect.stringContaining(why)],
  });
});

it('takes the type an unbelieved delivery claimed, which its body may not have', () => {
  const changes = { ...genuine, verified: false, event: 'a.b', headers: { ...ids, 'x-revento-event': 'a.b' } };
  expect(parseCassette(`${line(changes)}\n`).deliveries).toMatchObject([{ event: 'a.b' }]);
});
