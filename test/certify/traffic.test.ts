import { describe, expect, it } from 'vitest';
import { goesOn } from '../../src/certify/traffic.ts';
import { trafficOf } from '../support/certify/traffic.ts';

describe('a sync that was answered', () => {
  it('goes on if it sends another request soon, or the first one a little later', async () => {
    expect(await goesOn(trafficOf([{ at: 100 }]).parts, true)).toBe(true);
    expect(await goesOn(trafficOf([{ at: 4_000 }]).parts, false)).toBe(true);
  });

  it('has ended otherwise', async () => {
    expect(await goesOn(trafficOf([]).parts, true)).toBe(false);
    expect(await goesOn(trafficOf([{ at: 100, path: '/oauth/authorize' }]).parts, true)).toBe(false);
  });
});
