import { describe, expect, it } from 'vitest';
import { FirstSyncs } from '../../src/certify/first-sync.ts';
import { trafficOf } from '../support/certify/traffic.ts';

const consent = async () => 'connected';

describe('a sync that follows a consent', () => {
  it('is waited for until it ends, pauses and slow answers included', async () => {
    const { parts, passedMs } = trafficOf([{ at: 600 }, { at: 900, takesMs: 2_000 }, { at: 3_100 }]);
    expect(await new FirstSyncs(parts).after(consent)).toBe('connected');
    expect(passedMs()).toBeGreaterThanOrEqual(3_600);
  });

  it('is not waited for where none followed the first consent', async () => {
    const { parts, passedMs } = trafficOf([]);
    const syncs = new FirstSyncs(parts);
    await syncs.after(consent);
    const firstMs = passedMs();
    await syncs.after(consent);
    expect(passedMs()).toBe(firstMs);
  });

  it('that never ends holds nothing up', async () => {
    const { parts, passedMs } = trafficOf(Array.from({ length: 200 }, (_, index) => ({ at: index * 200 })));
    await new FirstSyncs(parts).after(consent);
    expect(passedMs()).toBeLessThan(11_000);
  });
});

describe('one that begins seconds after a consent', () => {
  it('is found when it is looked for, and waited for from then on', async () => {
    const { parts, passedMs } = trafficOf([{ at: 7_000 }, { at: 30_000 }]);
    const syncs = new FirstSyncs(parts);
    await syncs.after(consent);
    expect(await syncs.becomeLate(consent)).toBe(true);
    parts.clock.advance(25_000 - passedMs());
    await syncs.after(consent);
    expect(passedMs()).toBeGreaterThanOrEqual(30_000);
  });

  it('is over, and so are those of the consents before, when it has been found', async () => {
    const { parts, passedMs } = trafficOf([{ at: 2_000 }, { at: 9_000 }]);
    expect(await new FirstSyncs(parts).becomeLate(consent)).toBe(true);
    expect(passedMs()).toBeGreaterThan(9_000);
  });

  it.each([
    ['none follows', [], []],
    ['one follows at once, as always', [{ at: 300 }], [{ at: 3_300 }]],
  ])('is not found where %s', async (_, first, second) => {
    const { parts, passedMs } = trafficOf([...first, ...second]);
    const syncs = new FirstSyncs(parts);
    await syncs.after(consent);
    parts.clock.advance(3_000 - passedMs());
    expect(await syncs.becomeLate(consent)).toBe(false);
  });

  it('is found where a timer began the first one sooner', async () => {
    const { parts, passedMs } = trafficOf([{ at: 3_300 }]);
    const syncs = new FirstSyncs(parts);
    await syncs.after(consent);
    parts.clock.advance(3_000 - passedMs());
    expect(await syncs.becomeLate(consent)).toBe(true);
  });
});
