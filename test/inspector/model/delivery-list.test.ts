import { expect, it } from 'vitest';
import { DeliveryList } from '../../../src/inspector/model/delivery-list.ts';
import { rowOf } from '../../../src/inspector/model/row.ts';
import type { DeliveryLine } from '../../../src/inspector/model/wire.ts';

const row = (id: number, deliveryId: string, changes: Partial<DeliveryLine> = {}) =>
  rowOf(id, {
    type: 'delivery',
    delivery_id: deliveryId,
    event: 'a.b',
    received_at: '2026-11-24T12:00:00.000Z',
    verified: true,
    reason: null,
    duplicate: false,
    headers: {},
    body: `{"data":{"id":"thing_${id}"}}`,
    body_base64: '',
    forward: [],
    reply_status: 200,
    ...changes,
  });

const shown = (list: DeliveryList) => list.shown.map(({ attempts }) => attempts.map(({ id }) => id));

it('folds attempts under their delivery, which keeps its place', () => {
  const list = new DeliveryList();
  list.add([row(1, 'x'), row(2, 'y'), row(3, 'x')]);
  expect(shown(list)).toEqual([[2], [1, 3]]);
});

it('does not group an unverified delivery with the delivery whose id it claims', () => {
  const list = new DeliveryList();
  list.add([row(1, 'x'), row(2, 'x', { verified: false, reason: 'signature_mismatch' })]);
  expect(shown(list)).toEqual([[2], [1]]);
});

it('keeps ten thousand, the newest, and answers a filter over them', () => {
  const list = new DeliveryList();
  list.add(Array.from({ length: 10_050 }, (_, n) => row(n + 1, `id-${n}`)));
  expect([list.total, list.shown[0]?.id, list.shown.at(-1)?.id]).toEqual([10_000, 10_050, 51]);
  list.setFilter('thing_7777');
  expect(shown(list)).toEqual([[7_777]]);
});

it('keeps no more than its share of characters, the newest', () => {
  const list = new DeliveryList();
  const body = 'x'.repeat(1024 * 1024);
  for (let id = 1; id <= 200; id++) list.add([row(id, `id-${id}`, { body })]);
  const kept = list.shown.flatMap(({ attempts }) => attempts);
  const chars = kept.reduce((sum, { line, searched }) => sum + (line.body?.length ?? 0) + searched.length, 0);
  expect(chars).toBeLessThanOrEqual(96 * 1024 * 1024);
  expect([kept.length, kept[0]?.id]).toEqual([47, 200]);
  list.clear();
  list.add([row(201, 'small')]);
  expect(list.total).toBe(1);
});

it('does not let unverified deliveries displace verified ones', () => {
  const list = new DeliveryList();
  list.add([row(1, 'genuine')]);
  const forged = { verified: false, reason: 'signature_mismatch' };
  list.add(Array.from({ length: 12_000 }, (_, n) => row(n + 2, `id-${n}`, forged)));
  expect([list.total, list.shown.at(-1)?.id, list.shown[0]?.id]).toEqual([1_001, 1, 12_001]);
});

it('returns what was cleared', () => {
  const list = new DeliveryList();
  list.add([row(1, 'x'), row(2, 'y'), row(3, 'x')]);
  const rows = list.clear();
  expect(list.total).toBe(0);
  list.add(rows);
  expect(shown(list)).toEqual([[2], [1, 3]]);
});
