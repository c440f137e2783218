import { expect, it } from 'vitest';
import { parseRecording } from '../../src/webhook/recording.ts';

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

it('returns bytes and headers as they were', async () => {
  const { deliveries, warnings } = await parseRecording(`${line()}\n`);
  expect(warnings).toEqual([]);
  expect(deliveries).toEqual([
    {
      lineNumber: 1,
      deliveryId: 'an-id',
      event: 'activity.updated',
      receivedAt: Date.UTC(2026, 0, 1),
      invalid: null,
      answered: null,
      headers: [...Object.entries(ids), ['x-one', '1'], ['x-many', 'a'], ['x-many', 'b']],
      body: Buffer.of(0, 255, 10),
      scrubbed: null,
    },
  ]);
});

it('ignores lines of other types', async () => {
  const text = `{"type":"ready","url":"x"}\n${line()}\n{"type":"summary"}\n`;
  expect(await parseRecording(text)).toMatchObject({ deliveries: [{ lineNumber: 2 }], warnings: [] });
});

it('reports a last line that was cut off, and keeps the others', async () => {
  const { deliveries, warnings } = await parseRecording(`${line()}\n${line().slice(0, 50)}`);
  expect(deliveries).toHaveLength(1);
  expect(warnings).toEqual(['line 2, the last, is incomplete (its recording was interrupted); skipped']);
});

it.each([
  ['headers that are not an object', line({ headers: [] })],
  ['a header that is a number', line({ headers: { a: 1 } })],
  ['no body', line({ body_base64: null })],
  ['no time', line({ received_at: 'soon' })],
  ['an array', '[]'],
  ['another object', '{}'],
])('reports a line with %s', async (_name, text) => {
  expect(await parseRecording(`${text}\n`)).toMatchObject({
    deliveries: [],
    warnings: [expect.stringContaining('line 1')],
  });
});

it.each([
  ['says so', { verified: false, reason: 'signature_mismatch' }, 'signature_mismatch'],
  ['says no reason', { verified: false }, 'no reason recorded'],
  ['leaves it open', { verified: undefined }, 'no reason recorded'],
  ['is not plain about it', { verified: 'true' }, 'no reason recorded'],
])('takes a delivery for invalid where the line %s', async (_name, changes, invalid) => {
  expect((await parseRecording(`${line(changes)}\n`)).deliveries).toMatchObject([{ invalid }]);
});

it('reports many bad lines in one sentence, and keeps the others', async () => {
  const { deliveries, warnings, foreign } = await parseRecording(`${'text\n'.repeat(500)}${line()}\n{}\n`);
  expect(deliveries).toHaveLength(1);
  expect(warnings).toEqual([
    '500 lines are not JSON (1, 2, 3, 4, 5, …); skipped',
    'line 502 is not a recorded delivery; skipped',
  ]);
  expect(foreign).toBeNull();
});

it.each([
  ['text', 'one\ntwo', 'line 1 is not JSON'],
  ['a payload', '\n{"type":"delivery"}\n', 'line 2 is not a recorded delivery'],
  ['a recording that ended before its first line did', '{"type":"deliv', null],
  ['a recording of nothing', '{"type":"ready","url":"x"}\nnoise\n', null],
  ['an empty file', '', null],
])('recognizes a file that is not a recording: %s', async (_name, text, foreign) => {
  expect((await parseRecording(text)).foreign).toBe(foreign);
});

const text = '{"type":"activity.updated","n":1}';
const genuine = { body: text, body_base64: Buffer.from(text).toString('base64') };
it.each([
  ['another body', { ...genuine, body: '{"type":"activity.updated","n":2}' }, 'body does not match its body_base64'],
  ['text for bytes that are none', { body: '\ufffd' }, 'body does not match its body_base64'],
  ['another type', { ...genuine, event: 'application.approved' }, 'event does not match its body_base64'],
  ['another id', { ...genuine, delivery_id: 'other' }, 'delivery_id does not match its headers'],
  ['an id that no header had', { headers: { 'x-revento-event': 'activity.updated' } }, 'delivery_id does not'],
  ['junk among its base64', { body_base64: `${genuine.body_base64}!!!!` }, 'body_base64 is invalid base64'],
])('uses no line with %s', async (_name, changes, why) => {
  expect(await parseRecording(`${line(genuine)}\n${line(changes)}\n`)).toMatchObject({
    deliveries: [{ lineNumber: 1 }],
    warnings: [expect.stringContaining(why)],
  });
});

it('takes the type an unbelieved delivery claimed, which its body may not have', async () => {
  const changes = { ...genuine, verified: false, event: 'a.b', headers: { ...ids, 'x-revento-event': 'a.b' } };
  expect((await parseRecording(`${line(changes)}\n`)).deliveries).toMatchObject([{ event: 'a.b' }]);
});

it('ends on a signal, however many lines there are', async () => {
  const stop = new AbortController();
  const reading = parseRecording('x\n'.repeat(200_000), stop.signal);
  stop.abort();
  await expect(reading).rejects.toMatchObject({ code: 'interrupted' });
});

it('takes time in proportion to its bad lines', async () => {
  const { warnings } = await parseRecording('x\n'.repeat(300_000));
  expect(warnings).toEqual(['300000 lines are not JSON (1, 2, 3, 4, 5, …); skipped']);
});
