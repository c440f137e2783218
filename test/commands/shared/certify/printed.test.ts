import { expect, it } from 'vitest';
import { Printed } from '../../../../src/commands/shared/certify/printed.ts';
import { markerOf } from '../../../../src/privacy/marker.ts';

const name = markerOf({ kind: 'name', slot: 0, seed: 1, index: 4 });
const token = markerOf({ kind: 'access_token', slot: 0, seed: 1, index: 0 });

it('finds markers by stream and line, each once', () => {
  const printed = new Printed();
  printed.see('stdout', 'ready');
  printed.see('stdout', `hello ${name}, here is ${Buffer.from(token).toString('base64')}`);
  printed.see('stderr', `warning: ${name}`);
  expect(printed.take().map(({ place, sighting }) => [place, sighting.line, sighting.marker.kind])).toEqual([
    ['stdout', 2, 'name'],
    ['stdout', 2, 'access_token'],
    ['stderr', 1, 'name'],
  ]);
  printed.see('stdout', `again ${name}`);
  expect(printed.take().map(({ sighting }) => sighting.line)).toEqual([3]);
  expect(printed.take()).toEqual([]);
});
