import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maskBody, maskBytes, maskJson, maskLine } from '../../src/pseudonyms/mask.ts';
import { envelope, newSecret } from '../support/webhook/delivery.ts';
import { recordedLine } from '../support/webhook/recorded.ts';
import { survivorsIn } from '../support/webhook/survivors.ts';

const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapeOf(one)]));
};

const leavesOf = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];

it('keeps the shape of any value, and no text of it', () => {
  const key = fc.stringMatching(/^[b-h]{3,8}$/);
  const leaf = fc.oneof(fc.string({ minLength: 12 }), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(''));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('tree')), fc.dictionary(key, tie('tree'))),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const masked = maskJson(JSON.stringify(value));
      expect(shapeOf(JSON.parse(masked))).toEqual(shapeOf(value));
      const texts = leavesOf(value).filter((one) => typeof one === 'string');
      expect(survivorsIn(masked, texts)).toEqual([]);
    }),
  );
});

it('leaves ids, times, words of the contract and what the organizer publishes', () => {
  const open = {
    id: 'ptp_1',
    user_id: 'usr_1',
    application_status: 'waitlisted',
    submitted_at: '2026-05-01T10:00:00Z',
  };
  const row = {
    ...open,
    title: 'Robotics',
    email: 'a@b.cz',
    born_at: '1990-05-01',
    custom_form_fields: { status: 'single', age: 44 },
  };
  expect(JSON.parse(maskJson(JSON.stringify(row), ['title']))).toEqual({
    ...open,
    title: 'Robotics',
    email: '[masked]',
    born_at: '[masked]',
    custom_form_fields: { status: '[masked]', age: 0 },
  });
});

it('masks what is called an id and has the form of none, such as the number of a passport', () => {
  expect(maskJson('{"passport_id":"X1234567","tax_id":12345678,"id":7,"seat_ids":["loc_a","12"]}')).toBe(
    '{"passport_id":"[masked]","tax_id":0,"id":0,"seat_ids":["loc_a","[masked]"]}',
  );
});

it('masks an address where an id belongs, and one that is the name of a field', () => {
  expect(maskJson('{"user_id":"alice@mail.cz","votes":{"bob@mail.cz":1}}')).toBe(
    '{"user_id":"[masked]","votes":{"[masked]":0}}',
  );
});

it('masks bytes that are not JSON as a whole', () => {
  expect(maskBytes(Buffer.from('Alice Novak')).toString()).toBe('[masked]');
  expect(maskBytes(Buffer.alloc(0)).toString()).toBe('');
});

it('masks the body and the headers of a delivery line, in both forms of the body', () => {
  const secret = newSecret();
  const body = envelope('application.approved', { id: 'app_1', email: 'alice@mail.cz', status: 'approved' });
  const line = recordedLine({
    secret,
    body,
    headers: [
      ['Cookie', 'name=Alice Novak'],
      ['User-Agent', 'Alice/1.0'],
    ],
  });
  const masked = maskLine(line);
  expect(survivorsIn(masked, ['alice@mail.cz', 'Alice Novak', 'Alice/1.0'])).toEqual([]);
  const [before, after] = [JSON.parse(line), JSON.parse(masked)] as Record<string, unknown>[];
  expect(shapeOf(after)).toEqual(shapeOf(before));
  expect(after?.['event']).toBe('application.approved');
  expect(Buffer.from(String(after?.['body_base64']), 'base64').toString()).toBe(after?.['body']);
});

it('masks names that a person wrote, wherever the contract has words, ids and titles', () => {
  const row = {
    id: 'jana_1987',
    user_id: 'anna_novakova',
    status: 'vegetarian',
    title: 'Robotics',
    speaker: { title: 'Jana' },
    'Jana Novakova': 'x',
    jana_1987_2020: 1,
  };
  const masked = maskJson(JSON.stringify({ data: [row] }), ['title']);
  expect(survivorsIn(masked, ['jana', 'anna_novakova', 'vegetarian', 'Novakova'])).toEqual([]);
  expect(masked).toContain('Robotics');
});

it('masks what a stranger puts where a delivery has its type, its id and its names', () => {
  const line = JSON.stringify({
    type: 'delivery',
    delivery_id: 'Jana Novakova',
    event: 'Jana Novakova',
    headers: { 'x-revento-event': 'Jana Novakova', 'x-revento-delivery-id': 'jana_1', 'x-Jana-1987': 'a' },
    forward: [{ url: 'http://127.0.0.1:3000/people/jana_1987?mail=jana' }],
  });
  expect(survivorsIn(maskLine(line), ['jana', 'Novakova'])).toEqual([]);
});

it('leaves the event type of a body', () => {
  const body = envelope('application.approved', { title: 'Robotics', person: { title: 'Jana' } });
  const masked = JSON.parse(maskBody(Buffer.from(body)).toString('utf8')) as Record<string, unknown>;
  expect(masked).toMatchObject({
    type: 'application.approved',
    data: { title: 'Robotics', person: { title: '[masked]' } },
  });
});
