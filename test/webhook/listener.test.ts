import { afterEach, expect, it } from 'vitest';
import { aDelivery, newSecret } from '../support/delivery.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { endRigs, listen } from '../support/listen-rig.ts';
import { rawExchange } from '../support/raw-http.ts';

const secret = newSecret();

afterEach(endRigs);

it('knows a delivery again for as long as its signature holds, to the last millisecond', async () => {
  const clock = new FakeClock();
  const rig = await listen({ secret, deps: { clock } });
  // The clock of the sender is as far ahead as it may be.
  const timestamp = Math.floor(clock.now() / 1_000) + 300;
  const delivery = aDelivery({ secret, timestamp });
  const statusNow = async () => (await rawExchange(rig.port, { pieces: [delivery.wire] })).status;
  expect(await statusNow()).toBe(200);
  clock.advance(600_999);
  expect(await statusNow()).toBe(200);
  expect(await rig.delivery(1)).toMatchObject({ verified: true, duplicate: true });
  clock.advance(1);
  expect(await statusNow()).toBe(401);
  expect(await rig.delivery(2)).toMatchObject({ verified: false, reason: 'stale_timestamp' });
});
