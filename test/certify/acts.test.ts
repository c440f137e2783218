import { expect, it } from 'vitest';
import { acts } from '../../src/certify/acts.ts';
import { rules } from '../../src/sandbox/audit/rules.ts';

it('are about forty, each with a name and a title of its own', () => {
  expect(acts.length).toBeGreaterThanOrEqual(40);
  expect(new Set(acts.map(({ id }) => id)).size).toBe(acts.length);
  expect(new Set(acts.map(({ title }) => title)).size).toBe(acts.length);
});

it.each(acts.map((act) => [act.id, act] as const))('%s brings about rules that exist', (_, { brings, needs }) => {
  expect(brings.filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
  expect(brings.length).toBeGreaterThan(0);
  expect(needs.length).toBeGreaterThan(0);
});

it('test every rule, so that a rule that was not seen has a flag to add', () => {
  // Every act is one that a program may not survive, or print something in.
  const byAny = ['stays-up', 'output-secrets', 'output-people'];
  const own = rules.map(({ id }) => id).filter((id) => !byAny.includes(id));
  expect(own.filter((id) => !acts.some(({ brings }) => brings.includes(id)))).toEqual([]);
});

it('begin with a consent, end with the loss of it, and look at effects before there are many deliveries', () => {
  const ids = acts.map(({ id }) => id);
  expect([ids[0], ids.at(-1)]).toEqual(['consent', 'erasure']);
  expect(ids.indexOf('effects')).toBeLessThan(ids.indexOf('delivery'));
});
