import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../src/inspector/model/filter.ts';
import { rowOf } from '../../../src/inspector/model/row.ts';
import type { DeliveryLine } from '../../../src/inspector/model/wire.ts';

const line = (changes: Partial<DeliveryLine>): DeliveryLine => ({
  type: 'delivery',
  delivery_id: '1f0c8a2e',
  event: 'application.approved',
  received_at: '2026-11-24T12:00:00.000Z',
  verified: true,
  reason: null,
  duplicate: false,
  headers: { 'x-trace': 'Abc' },
  body: '{"data":{"id":"app_1","participant_id":"ptp_7","name":"Zoë B"}}',
  body_base64: '',
  forward: [{ url: 'http://localhost:3000/', status: 200, latency_ms: 40, error: null }],
  reply_status: 200,
  ...changes,
});

const failed = { url: 'http://localhost:3000/', status: 503, latency_ms: 250, error: null };
const refused = { url: 'http://localhost:3000/', status: null, latency_ms: 1, error: 'refused' };

const rows = {
  good: rowOf(1, line({})),
  failed: rowOf(2, line({ event: 'activity.updated', forward: [failed], reply_status: 503 })),
  bad: rowOf(3, line({ verified: false, reason: 'signature_mismatch', forward: [], reply_status: 401 })),
  duplicate: rowOf(4, line({ duplicate: true, forward: [] })),
  unanswered: rowOf(5, line({ forward: [refused], reply_status: 502 })),
};

const found = (text: string) => {
  const { matches } = parseFilter(text);
  return Object.entries(rows)
    .filter(([, row]) => matches(row))
    .map(([name]) => name);
};

const all = Object.keys(rows);

describe('a filter', () => {
  it.each([
    ['', all],
    ['type:activity.*', ['failed']],
    ['type:APPLICATION.approved', ['good', 'bad', 'duplicate', 'unanswered']],
    ['type:application', []],
    ['status:5xx', ['failed']],
    ['status:503', ['failed']],
    ['status:none', ['unanswered']],
    ['verdict:bad', ['bad']],
    ['verdict:signature', ['bad']],
    ['verdict:ok dup:no', ['good', 'failed', 'unanswered']],
    ['dup:yes', ['duplicate']],
    ['slower:200ms', ['failed']],
    ['slower:0.2s', ['failed']],
    ['faster:100ms', ['good', 'unanswered']],
    ['subject:PTP_', all],
    ['subject:ptp_8', []],
    ['id:1f0c', all],
    ['"zoë b" status:2xx', ['good', 'duplicate']],
    ['abc', all],
    ['-type:application.*', ['failed']],
    ['-verdict:bad -dup:yes status:2xx', ['good']],
    ['unknown:field', []],
    ['type:', all],
  ])('%s', (text, names) => {
    expect(found(text)).toEqual(names);
  });

  it.each(['status:9', 'slower:soon', 'dup:maybe'])('says what it does not understand of %s', (text) => {
    const { problems, matches } = parseFilter(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(text.split(':')[1]);
    expect(Object.values(rows).every(matches)).toBe(true);
  });

  it('takes every character of a form as itself', () => {
    expect(found('type:(a+)+$')).toEqual([]);
    expect(found('.*')).toEqual([]);
  });
});
