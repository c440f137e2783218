import { afterEach, describe, expect, it } from 'vitest';
import { ReventoError } from '../../../../src/errors/revento-error.ts';
import { Secret } from '../../../../src/text/secret.ts';
import { rawExchange } from '../../../support/http/raw-http.ts';
import { aDelivery, newSecret } from '../../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../../support/webhook/handler.ts';
import { endRigs, type ListenRig, listen } from '../../../support/webhook/listen-rig.ts';

afterEach(async () => {
  await endRigs();
  await closeHandlers();
});

const [first, second, third] = [newSecret(), newSecret(), newSecret()];

const statusOf = async (rig: ListenRig, secret: string) =>
  (await rawExchange(rig.port, { pieces: [aDelivery({ secret }).wire] })).status;
const changes = (rig: ListenRig) => rig.notices.filter((notice) => notice.includes('secrets changed'));

describe('secrets of the profile that change while a listener runs', () => {
  it('are taken over at the first delivery they signed, which is said once', async () => {
    const target = await handler();
    const rig = await listen({ secret: null, sealed: { webhook_secret: first }, forward: [target.url] });
    expect(await statusOf(rig, first)).toBe(200);
    rig.reseal({ webhook_secret: second, webhook_secret_previous: first });
    for (const secret of [second, first, second]) expect(await statusOf(rig, secret)).toBe(200);
    expect(target.got).toHaveLength(4);
    expect(changes(rig)).toEqual([
      expect.stringMatching(/verifying with secret of profile default \(fingerprint \w{8}\) and secret of/),
    ]);
    expect(rig.notices.join()).not.toContain(second);
  });

  it('end with their rotation: what the retired one signs is refused', async () => {
    const rig = await listen({ secret: null, sealed: { webhook_secret: second, webhook_secret_previous: first } });
    expect(await statusOf(rig, first)).toBe(200);
    rig.reseal({ webhook_secret: second });
    expect(await statusOf(rig, first)).toBe(401);
    expect(await statusOf(rig, second)).toBe(200);
  });

  it('let nothing through that none of them signed', async () => {
    const rig = await listen({ secret: null, sealed: { webhook_secret: first } });
    rig.reseal({ webhook_secret: second });
    expect(await statusOf(rig, third)).toBe(401);
    expect(await statusOf(rig, first)).toBe(401);
    expect(await statusOf(rig, second)).toBe(200);
  });

  it('forward a delivery once however many copies of it come at the moment of the change', async () => {
    const target = await handler();
    const rig = await listen({ secret: null, sealed: { webhook_secret: first }, forward: [target.url] });
    rig.reseal({ webhook_secret: second });
    const { wire } = aDelivery({ secret: second });
    const answers = await Promise.all([1, 2, 3].map(() => rawExchange(rig.port, { pieces: [wire] })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(target.got).toHaveLength(1);
  });

  it('yield to those of the environment, as they did at the start', async () => {
    const rig = await listen({ secret: first, sealed: { webhook_secret: second } });
    rig.reseal({ webhook_secret: third });
    expect(await statusOf(rig, third)).toBe(401);
    expect(await statusOf(rig, first)).toBe(200);
    expect(changes(rig)).toEqual([]);
  });

  it('leave the known ones in force when they are gone', async () => {
    const rig = await listen({ secret: null, sealed: { webhook_secret: first } });
    rig.reseal({});
    expect(await statusOf(rig, second)).toBe(401);
    expect(await statusOf(rig, second)).toBe(401);
    expect(await statusOf(rig, first)).toBe(200);
    expect(rig.notices.filter((notice) => notice.includes('were removed'))).toHaveLength(1);
  });

  it('leave the known ones in force when they cannot be read, and cost a reading for each change only', async () => {
    let reads = 0;
    let stamp = 'before';
    let isBroken = false;
    const store = {
      get: async (name: string) => {
        reads++;
        if (isBroken) throw new ReventoError('store_corrupt', 'secrets.json is damaged.');
        return name === 'webhook_secret' ? { secret: new Secret(first), source: 'profile' as const } : null;
      },
      set: async () => undefined,
      clientSecretFor: async () => null,
      bind: async () => undefined,
      forget: async () => undefined,
      stamp: () => stamp,
    };
    const rig = await listen({ secret: null, deps: { secrets: async () => store } });
    const atStart = reads;
    expect(await statusOf(rig, second)).toBe(401);
    expect(reads).toBe(atStart);
    [stamp, isBroken] = ['after', true];
    for (let times = 0; times < 3; times++) expect(await statusOf(rig, second)).toBe(401);
    expect(reads).toBe(atStart + 1);
    expect(await statusOf(rig, first)).toBe(200);
    expect(rig.notices.filter((notice) => notice.includes('cannot be read: secrets.json is damaged.'))).toHaveLength(1);
  });
});
