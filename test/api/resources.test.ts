import { expect, it } from 'vitest';
import { resourceAt, resources } from '../../src/api/resources.ts';

it.each(resources)('$words is found by its path', (resource) => {
  const path = resource.path.replace('{event_id}', 'evt_1');
  expect(resourceAt(path)).toBe(resource);
});

it('has a command and a path of its own for each', () => {
  expect(new Set(resources.map(({ words }) => words)).size).toBe(resources.length);
  expect(new Set(resources.map(({ path }) => path)).size).toBe(resources.length);
});

it.each(['/events', '/events/evt_1/secrets', '/me', '/events/evt_1/participants/ptp_1', ''])(
  'has no resource for %j',
  (path) => {
    expect(resourceAt(path)).toBeNull();
  },
);
