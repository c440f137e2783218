import { expect, it } from 'vitest';
import { camelCase, Names, pascalCase, snakeCase } from '../../src/test-code/names.ts';
import { seeded } from '../support/random.ts';

it('are made of the type and the ID', () => {
  const name = new Names().of({ event: 'application.approved', deliveryId: '7d-1' });
  expect(name.title).toBe('application.approved 7d-1');
  expect([snakeCase(name), pascalCase(name), camelCase(name)]).toEqual([
    'application_approved_7d_1',
    'ApplicationApproved_7d_1',
    'applicationApproved_7d_1',
  ]);
});

it('are valid identifiers, and unique in any case of letters, whatever anybody sends', () => {
  const random = seeded(3);
  const text = () =>
    Array.from({ length: random.below(6) }, () => random.pick(['a', 'A', '.', '_', '2', '1', 'é', '', "'"])).join('');
  const names = new Names();
  const all = Array.from({ length: 3_000 }, () =>
    names.of({ event: random.pick([null, text()]), deliveryId: random.pick([null, text()]) }),
  );
  for (const form of [snakeCase, pascalCase, camelCase]) {
    const identifiers = all.map(form);
    for (const identifier of identifiers) expect(identifier).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
    expect(new Set(identifiers.map((identifier) => identifier.toLowerCase())).size).toBe(all.length);
  }
  expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
});

it.each([
  ['rejects.a.changed', 'body'],
  ['timeout', 'seconds'],
])('leaves a file the names that it uses itself: %s %s', (event, deliveryId) => {
  expect(snakeCase(new Names().of({ event, deliveryId }))).not.toBe(`${event.replaceAll('.', '_')}_${deliveryId}`);
});
